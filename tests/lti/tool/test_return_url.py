"""The way back to the platform, with the four messages of core 5.4.4."""

from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from lti.tool.return_url import with_messages


def test_messages_join_the_query_that_is_there():
    assert with_messages("https://lms.example/back?course=7#top", message="Done & dusted") == (
        "https://lms.example/back?course=7&lti_msg=Done+%26+dusted"
    )
    assert with_messages("https://lms.example/back") == "https://lms.example/back"
    assert with_messages("https://lms.example", message="a", log="b", error="c", error_log="d") == (
        "https://lms.example?lti_msg=a&lti_log=b&lti_errormsg=c&lti_errorlog=d"
    )


@given(st.text())
def test_no_message_leads_to_another_place(text: str):
    made = urlsplit(with_messages("https://lms.example/back?a=1", error=text))

    assert made[:3] == ("https", "lms.example", "/back")
    said = {"lti_errormsg": text} if text else {}
    assert dict(parse_qsl(made.query, errors="surrogatepass")) == {"a": "1"} | said
