from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lti.errors import LtiRejected
from lti.platform import MessageHint, login_initiation_url
from lti.roles import Roles
from tests.demo_lms.pages import become, get, words
from tests.demo_lms.tiny_tool import LMS, TinyTool, form_of
from tracks.demo_lms.site import EXTENSION

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"


def test_a_learner_launches_a_link(browser: FlaskClient, tool: TinyTool) -> None:
    become(browser, "u-1")
    launch = tool.launch(browser, "science", "hypo")
    assert (launch.sub, launch.name, launch.email) == ("u-1", "Lærer En", None)
    assert launch.roles == Roles.parse([f"{MEMBERSHIP}Learner"])
    assert launch.target_link_uri == f"{tool.base_url}/r/hypo"
    assert dict(launch.custom) == {"resource": "a/b"}
    assert launch.resource_link is not None
    assert (launch.resource_link.id, launch.resource_link.title) == ("hypo", "Hypoteser")
    assert launch.context is not None
    assert (launch.context.id, launch.context.label) == ("science", "NAT")
    assert launch.document_target == "iframe"
    assert launch.return_url == f"{LMS}/courses/science/return"


def test_an_instructor_and_a_person_without_a_name(browser: FlaskClient, tool: TinyTool) -> None:
    become(browser, "t-1")
    launch = tool.launch(browser, "science", "hypo")
    assert (launch.roles.is_instructor, launch.email) == (True, "leder@example.org")
    become(browser, "u-2")
    assert tool.launch(browser, "science", "hypo").name is None


def test_a_link_without_a_maximum_has_no_line_item(browser: FlaskClient, tool: TinyTool) -> None:
    become(browser, "u-1")
    launch = tool.launch(browser, "science", "read")
    assert launch.ags is not None
    assert launch.ags.lineitem is None
    assert launch.ags.lineitems == f"{LMS}/lti/courses/science/lineitems"


def test_the_language_of_the_lms_goes_with_the_launch(browser: FlaskClient, tool: TinyTool) -> None:
    become(browser, "u-1")
    get(browser, "/courses?lang=nn")
    assert tool.launch(browser, "science", "hypo").locale == "nn"


def test_a_new_tab_says_so_in_the_launch(browser: FlaskClient, tool: TinyTool) -> None:
    become(browser, "u-1")
    start = get(browser, "/courses/science/links/hypo/start?target=window")
    address, cookies = tool.answer_login(start.location)
    launch = tool.accept(form_of(get(browser, address)), cookies)
    assert launch.document_target == "window"


def test_another_person_signed_in_meanwhile_gets_login_required(
    browser: FlaskClient, tool: TinyTool
) -> None:
    become(browser, "u-1")
    address, cookies = tool.answer_login(get(browser, "/courses/science/links/hypo/start").location)
    become(browser, "u-2")
    form = form_of(get(browser, address))
    assert (form.fields["error"], "id_token" in form.fields) == ("login_required", False)
    with pytest.raises(LtiRejected) as rejected:
        tool.accept(form, cookies)
    assert rejected.value.reason == "platform_error"


def test_the_authentication_request_may_be_posted(browser: FlaskClient, tool: TinyTool) -> None:
    become(browser, "u-1")
    address, cookies = tool.answer_login(get(browser, "/courses/science/links/hypo/start").location)
    page = browser.post(
        "/lti/auth",
        base_url=LMS,
        data=address.partition("?")[2],
        content_type="application/x-www-form-urlencoded",
    )
    assert tool.accept(form_of(page), cookies).sub == "u-1"


def test_a_foreign_redirect_uri_gets_a_page_and_no_token(
    browser: FlaskClient, tool: TinyTool
) -> None:
    become(browser, "u-1")
    address, _ = tool.answer_login(get(browser, "/courses/science/links/hypo/start").location)
    page = get(browser, address.replace("lti%2Flaunch", "elsewhere"))
    assert page.status_code == 400
    assert "<form" not in page.text
    assert "This did not work" in words(page)


@pytest.mark.parametrize(("sub", "status"), [(None, 403), ("alone", 403), ("u-1", 302)])
def test_only_members_start_a_launch(browser: FlaskClient, sub: str | None, status: int) -> None:
    if sub:
        become(browser, sub)
    assert get(browser, "/courses/science/links/hypo/start").status_code == status


@pytest.mark.parametrize(
    "hint",
    [
        MessageHint("alone", "science", "hypo", "iframe"),  # not, or no longer, a member
        MessageHint("u-1", "science", "gone", "iframe"),
        MessageHint("u-1", "gone", "hypo", "iframe"),
    ],
)
def test_a_launch_that_lost_its_ground_since_its_start_is_refused(
    lms: Flask, tool: TinyTool, hint: MessageHint
) -> None:
    """The world may change while the browser is on its way."""
    site = lms.extensions[EXTENSION]
    assert site.message_for(hint, "en") is None
    browser = lms.test_client()
    become(browser, hint.sub)
    url = login_initiation_url(
        site.platform,
        login_hint=hint.sub,
        message_hint=site.hints.sign(hint, now=datetime.now(UTC)),
        target_link_uri=f"{tool.base_url}/r/hypo",
    )
    address, _ = tool.answer_login(url)
    assert form_of(get(browser, address)).fields["error"] == "access_denied"


def test_a_direct_link_signs_in_and_shows_the_launch(browser: FlaskClient, tool: TinyTool) -> None:
    answer = get(browser, "/open/u-1/hypo")
    assert (answer.status_code, answer.location) == (303, "/courses/science/links/hypo")
    page = get(browser, answer.location)
    assert "Signed in as Lærer En" in words(page)
    assert tool.launch(browser, "science", "hypo").sub == "u-1"


@pytest.mark.parametrize("path", ["/open/nobody/hypo", "/open/u-1/nothing"])
def test_a_direct_link_to_nothing_is_404(browser: FlaskClient, path: str) -> None:
    assert get(browser, path).status_code == 404


def test_a_restart_in_the_middle_of_a_launch_changes_nothing(
    make_lms: Callable[[], Flask], tool_url: str
) -> None:
    before = make_lms()
    tool, browser = TinyTool(before, tool_url), before.test_client()
    become(browser, "u-1")
    address, cookies = tool.answer_login(get(browser, "/courses/science/links/hypo/start").location)
    kept = browser.get_cookie("demo_lms", domain="127.0.0.1")
    assert kept is not None
    after = make_lms().test_client()
    after.set_cookie("demo_lms", kept.value, domain="127.0.0.1")
    assert tool.accept(form_of(get(after, address)), cookies).sub == "u-1"
