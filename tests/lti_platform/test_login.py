from urllib.parse import parse_qsl, urlsplit

import pytest

from lti.platform import login_initiation_url
from tests.lti_platform.school import LMS, TOOL, School


def initiation(school: School) -> str:
    return login_initiation_url(
        school.platform,
        login_hint="u-1",
        message_hint="hint & more",
        target_link_uri=f"{TOOL}/r/track?a=b",
    )


def test_the_initiation_has_every_parameter_of_the_specification(school: School) -> None:
    url = urlsplit(initiation(school))
    assert (url.netloc, url.path) == ("tool.example.org", "/lti/login")
    assert dict(parse_qsl(url.query)) == {
        "iss": LMS,
        "target_link_uri": f"{TOOL}/r/track?a=b",
        "login_hint": "u-1",
        "lti_message_hint": "hint & more",
        "client_id": "client-1",
        "lti_deployment_id": "deployment-1",
    }


def test_a_login_url_with_a_query_gets_no_second_question_mark() -> None:
    url = initiation(School(login_url=f"{TOOL}/lti/login?tenant=a%20b&x="))
    assert url.count("?") == 1
    assert parse_qsl(urlsplit(url).query, keep_blank_values=True)[:3] == [
        ("tenant", "a b"),
        ("x", ""),
        ("iss", LMS),
    ]


def test_a_target_with_a_question_mark_of_its_own_keeps_it() -> None:
    url = initiation(School(login_url=f"{TOOL}/lti/login?tenant=a"))
    query = parse_qsl(urlsplit(url).query)
    assert query.count(("tenant", "a")) == 1
    assert ("target_link_uri", f"{TOOL}/r/track?a=b") in query


@pytest.mark.parametrize("missing", ["login_hint", "message_hint", "target_link_uri"])
def test_an_initiation_that_lacks_something_is_refused(school: School, missing: str) -> None:
    given = {"login_hint": "u-1", "message_hint": "h", "target_link_uri": f"{TOOL}/r", missing: ""}
    with pytest.raises(ValueError, match="needs both hints"):
        login_initiation_url(school.platform, **given)
