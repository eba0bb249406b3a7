"""Submission review: a leader reads what its writer shared, at that link, and nothing else."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.tool import BASE_URL, Tool
from tests.fakes.forge import PREFIX, REMOVED
from tracks.people.models import account
from tracks.progress.models import shared_answer

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
ITEM = "https://lms.example/items/1?type_id=1"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
ASSISTANT = "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"
STEP = "/t/sample/maaling/feil/tanker"
PRIVATE = "/t/sample/maaling/enheter/tanker"


def write(tool: Tool, browser: FlaskClient, text: str, step: str = STEP, **fields: str) -> None:
    """Save as the form does; `share="1"` is the ticked box."""
    revision = tool.get(browser, step).text.split('name="revision" value="')[1].split('"')[0]
    answer = tool.post(browser, step, text=text, revision=revision, go="save", **fields)
    assert answer.status_code == 303


def claims(for_user: Any, *roles: str, **changes: Any) -> dict[str, Any]:
    return {
        PREFIX + "message_type": "LtiSubmissionReviewRequest",
        PREFIX + "for_user": for_user,
        PREFIX + "roles": list(roles),
        PREFIX + "custom": REMOVED,
        **changes,
    }


def review(
    tool: Tool,
    for_user: Any = "teacher-1",
    *roles: str,
    sub: str = "leader",
    **changes: Any,
) -> tuple[FlaskClient, str]:
    """The browser and the page that the launch led to."""
    claim = {"user_id": for_user} if isinstance(for_user, str) else for_user
    roles = roles or (MEMBERSHIP + "Instructor",)
    given = claims(claim, *roles, **{PREFIX + k if k in _LTI else k: v for k, v in changes.items()})
    browser = tool.client()
    setting = tool.login(browser)
    answer = browser.post(
        "/lti/launch", data=tool.form(setting, {"sub": sub, **given}), base_url=BASE_URL
    )
    if answer.status_code != 303:
        return browser, answer.text
    tool.landed = answer.headers["Location"]
    return browser, tool.get(browser, tool.landed + "?lang=en").text


_LTI = {"resource_link", "context", "deployment_id"}


@pytest.fixture
def writer(tool: Tool) -> FlaskClient:
    browser = tool.launch()
    write(tool, browser, "A private thought", PRIVATE)
    return browser


def test_a_leader_reads_what_was_shared_and_nothing_else(tool: Tool, writer: FlaskClient):
    write(tool, writer, "What I would tell the group", share="1")

    _, page = review(tool)

    assert "What I would tell the group" in page
    assert "A private thought" not in page


@pytest.mark.parametrize("role", [MEMBERSHIP + "Instructor", ASSISTANT, "Instructor"])
def test_who_leads_in_the_course_may_look(tool: Tool, writer: FlaskClient, role: str):
    write(tool, writer, "What I would tell the group", share="1")

    assert "What I would tell the group" in review(tool, "teacher-1", role)[1]


@pytest.mark.parametrize(
    "role",
    [
        MEMBERSHIP + "Learner",
        MEMBERSHIP + "Mentor",
        MEMBERSHIP + "Administrator",
        "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor",
        "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
        "",
    ],
)
def test_nobody_else_may(tool: Tool, writer: FlaskClient, role: str):
    write(tool, writer, "What I would tell the group", share="1")
    before = tool.counts()

    browser, page = review(tool, "teacher-1", role)

    assert "<code>review_not_leader</code>" in page
    assert "What I would tell the group" not in page
    assert browser.get_cookie("__Host-tracks", "tracks.example") is None
    assert {k: v - before[k] for k, v in tool.counts().items() if v != before[k]} == {
        "used_nonce": 1,
        "refused_launch": 1,  # how many, for whoever looks after the LMS; not who
    }


def test_a_learner_sees_their_own(tool: Tool, writer: FlaskClient):
    write(tool, writer, "What I would tell the group", share="1")

    _, page = review(tool, "teacher-1", MEMBERSHIP + "Learner", sub="teacher-1")

    assert "What you have shared" in page
    assert "What I would tell the group" in page


def test_without_sharing_the_page_says_so_kindly(tool: Tool, writer: FlaskClient):
    write(tool, writer, "Not for anybody yet")

    _, page = review(tool)

    assert "Nothing has been shared here, and nobody has to." in page
    assert "Not for anybody yet" not in page


def test_what_is_shared_is_the_text_as_it_was_when_it_was_shared(tool: Tool, writer: FlaskClient):
    write(tool, writer, "First", share="1")
    answer = tool.post(writer, STEP, text="Second, half-wri", revision="1", go="autosave")
    assert answer.json["status"] == "saved"

    assert "First" in review(tool)[1]
    assert "Second" not in review(tool)[1]
    write(tool, writer, "Second, all of it", share="1")
    assert "Second, all of it" in review(tool)[1]


def test_it_can_be_taken_back_also_from_a_page_that_is_open(tool: Tool, writer: FlaskClient):
    write(tool, writer, "First", share="1")
    leader, page = review(tool)
    assert "First" in page

    write(tool, writer, "First")

    assert "First" not in tool.get(leader, tool.landed).text
    assert tool.count(shared_answer) == 0


def test_a_step_that_is_private_cannot_be_shared(tool: Tool, writer: FlaskClient):
    write(tool, writer, "A private thought", PRIVATE, share="1")

    assert tool.count(shared_answer) == 0
    assert 'name="share"' not in tool.get(writer, PRIVATE).text
    assert 'name="share"' in tool.get(writer, STEP).text


def test_what_a_new_version_makes_private_is_not_shown_any_more(tool: Tool, writer: FlaskClient):
    private = next(s for s in tool.edition.steps if s.visibility == "private")
    with tool.database.writing() as session:
        session.execute(
            shared_answer.insert().values(
                person_id=tool.person_id("teacher-1"),
                step_id=private.step_id,
                municipality_id=tool.municipality_id,
                track_id=tool.edition.track_id,
                text="Shared when it could be",
                shared_at=datetime.now(UTC),
            )
        )

    assert "Shared when it could be" not in review(tool)[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"context": {"id": "another-course"}},
        {"context": REMOVED},
        {"resource_link": {"id": "another-link"}},
        {AGS: {"scope": [], "lineitem": "https://lms.example/items/2"}},
        {AGS: {"scope": [], "lineitem": "https://evil.example/items/1"}},
    ],
    ids=["course", "no course", "link", "column", "host"],
)
def test_only_of_that_course_link_and_column(
    tool: Tool, writer: FlaskClient, changes: dict[str, Any]
):
    write(tool, writer, "What I would tell the group", share="1")

    _, page = review(tool, **changes)

    assert "Nothing has been shared here" in page


def test_a_link_to_a_part_shows_that_part_only(tool: Tool, writer: FlaskClient):
    write(tool, writer, "What I would tell the group", share="1")
    tool.launch(
        writer, resource="sample/maaling/enheter", changes={PREFIX + "resource_link": {"id": "18"}}
    )

    assert "Nothing has been shared here" in review(tool, resource_link={"id": "18"})[1]
    assert "What I would tell the group" in review(tool, resource_link={"id": "17"})[1]


def test_a_review_need_not_name_the_link(tool: Tool, writer: FlaskClient):
    write(tool, writer, "What I would tell the group", share="1")

    assert "What I would tell the group" in review(tool, resource_link=REMOVED)[1]


def test_one_who_has_never_been_here_looks_like_one_who_shares_nothing(
    tool: Tool, writer: FlaskClient
):
    _, unknown = review(tool, "nobody")
    _, known = review(tool, "teacher-1")

    assert main(unknown) == main(known)
    assert tool.count(account, account.c.sub == "nobody") == 0


def main(page: str) -> str:
    return page.split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize(
    ("claim", "changes", "reason"),
    [
        (REMOVED, {}, "for_user_missing"),
        ({}, {}, "for_user_missing"),
        ({"user_id": ""}, {}, "for_user_missing"),
        ({"user_id": 7}, {}, "for_user_missing"),
        ({"user_id": "x" * 256}, {}, "for_user_missing"),
        ("teacher-1", {}, "for_user_missing"),
        ({"user_id": "teacher-1"}, {AGS: REMOVED}, "review_line_item_missing"),
        ({"user_id": "teacher-1"}, {AGS: {"lineitems": ITEM}}, "review_line_item_missing"),
        (
            {"user_id": "teacher-1"},
            {PREFIX + "resource_link": {"id": ""}},
            "resource_link_id_invalid",
        ),
    ],
)
def test_a_review_without_what_it_is_about(tool: Tool, claim: Any, changes: Any, reason: str):
    given = claims(claim, MEMBERSHIP + "Instructor", **changes)

    answer = tool.click(tool.prepare(given))

    assert (answer.status_code, f"<code>{reason}</code>" in answer.text) == (400, True)


def test_the_address_opens_for_the_sign_in_that_came_by_it_only(tool: Tool, writer: FlaskClient):
    write(tool, writer, "What I would tell the group", share="1")
    leader, page = review(tool)
    landed = tool.landed
    assert "What I would tell the group" in page
    other_leader, _ = review(tool, "nobody", sub="leader-2")
    again = tool.launch(leader, sub="leader", leads=True)

    opened = {
        "nobody": tool.get(tool.client(), landed).status_code,
        "another leader": tool.get(other_leader, landed).status_code,
        "the writer": tool.get(writer, landed).status_code,
        "a later sign-in of the leader": tool.get(again, landed).status_code,
    }

    assert opened == {
        "nobody": 401,
        "another leader": 404,
        "the writer": 404,
        "a later sign-in of the leader": 404,
    }


def test_no_other_number_in_the_address_opens(tool: Tool, writer: FlaskClient):
    write(tool, writer, "What I would tell the group", share="1")
    leader, _ = review(tool, "nobody")
    link, person = tool.rows(select(account.c.person_id, account.c.person_id))[0]
    _, _, _, _, seal = tool.landed.split("/")
    guesses = [f"/review/{a}/{b}/{seal}" for a in range(4) for b in range(4)]

    found = {path: tool.get(leader, path).status_code for path in guesses}

    assert {path for path, status in found.items() if status != 404} == {tool.landed}
    assert "What I would tell the group" not in tool.get(leader, tool.landed).text
    assert link == person


def test_the_page_comes_in_the_language_of_the_reader(tool: Tool, writer: FlaskClient):
    leader, _ = review(tool)

    said = {
        lang: main(tool.get(leader, f"{tool.landed}?lang={lang}").text)
        for lang in ("nb", "nn", "sv", "en")
    }

    assert len(set(said.values())) == 4
