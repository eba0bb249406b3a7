import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti.tool.paging import next_url

PAGE = "https://lms.example/members?page=1"
NEXT = "https://lms.example/Members?page=2&limit=10"


@pytest.mark.parametrize(
    "header",
    [
        f'<{NEXT}>; rel="next"',
        f"<{NEXT}>; rel=next",
        f"<{NEXT}>;rel=next;title=x",
        f'<{NEXT}>; title="a, b; rel=prev"; rel="next"',
        f'<{NEXT}>; REL="Next"',
        f'<{NEXT}>; rel="last next"',
        f'<https://lms.example/a,b>; rel="prev", <{NEXT}>; rel="next"',
        f'<https://lms.example/x>; rel="differences",<{NEXT}>; rel="next"',
        '</Members?page=2&limit=10>; rel="next"',
        '<Members?page=2&limit=10>; rel="next"',
    ],
)
def test_next_in_every_spelling(header: str):
    assert next_url(header, PAGE) == NEXT


@pytest.mark.parametrize(
    "header",
    [
        "",
        "next",
        NEXT,
        f"<{NEXT}>",
        f"<{NEXT}>; rel",
        f'<{NEXT}>; rel=""',
        f'<{NEXT}>; rel="prev"; rel="next"',  # RFC 8288 3.3: the first counts
        f'<{NEXT}>; rel="prev"',
        f"<{NEXT}>; rel=nextpage",
        "<x; rel=next",
    ],
)
def test_no_next(header: str):
    assert next_url(header, PAGE) is None


@given(st.text(max_size=200))
def test_any_header_is_read(header: str):
    found = next_url(header, PAGE)

    assert found is None or "next" in header.lower()
