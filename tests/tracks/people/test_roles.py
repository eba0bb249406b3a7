"""What an LMS says of a person's role, and what comes of it here (T28, T29, T36)."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.tool import Tool
from tests.fakes.forge import INSTITUTION, MEMBERSHIP, PREFIX, SYSTEM
from tracks.people.actions import grant_role
from tracks.people.rules import Role

ASSISTANT = MEMBERSHIP.removesuffix("#") + "/Instructor#TeachingAssistant"
LEADERS_PAGE = "/t/sample/maaling/enheter/together/B"
EVERYTHING = [
    *(MEMBERSHIP + name for name in ("Administrator", "ContentDeveloper", "Instructor", "Manager")),
    *(INSTITUTION + name for name in ("Administrator", "Instructor", "SysAdmin", "Staff")),
    *(SYSTEM + name for name in ("Administrator", "SysAdmin", "Creator")),
    "urn:lti:sysrole:ims/lis/SysAdmin",
]


def statuses(tool: Tool, browser) -> dict[str, int]:
    pages = (LEADERS_PAGE, "/municipality", f"/schools/{tool.school_id}")
    return {path: tool.get(browser, path).status_code for path in pages}


@pytest.mark.parametrize(
    ("roles", "leads"),
    [
        ([MEMBERSHIP + "Instructor"], True),
        (["Instructor"], True),
        ([ASSISTANT], True),
        (EVERYTHING, True),
        ([r for r in EVERYTHING if r != MEMBERSHIP + "Instructor"], False),
        ([MEMBERSHIP + "Learner"], False),
        ([MEMBERSHIP + "Mentor"], False),
        ([INSTITUTION + "Instructor"], False),
        ([MEMBERSHIP + "InstructorX", "http://evil.example/membership#Instructor"], False),
        ([MEMBERSHIP.removesuffix("#") + "/Instructor#GuestInstructor"], False),
        ([], False),
    ],
)
def test_a_role_of_the_lms_is_at_most_a_leaders(tool: Tool, roles: list[str], leads: bool):
    browser = tool.launch(changes={PREFIX + "roles": roles})

    assert statuses(tool, browser) == {
        LEADERS_PAGE: 200 if leads else 403,
        "/municipality": 403,
        f"/schools/{tool.school_id}": 200,
    }


@pytest.mark.parametrize("custom", [{"role": "administrator"}, {"roles": "coordinator,leader"}])
def test_custom_parameters_give_no_rights(tool: Tool, custom: dict[str, str]):
    browser = tool.launch(resource=None, changes={PREFIX + "custom": custom})
    tool.post(browser, "/school", school=str(tool.school_id))

    assert statuses(tool, browser)[LEADERS_PAGE] == 403
    assert statuses(tool, browser)["/municipality"] == 403


def test_leading_in_one_course_is_not_leading_in_the_next_launch(tool: Tool):
    tool.launch(leads=True)

    assert statuses(tool, tool.launch(leads=False))[LEADERS_PAGE] == 403


def test_a_granted_role_works_at_once_and_ends_on_its_day(tool: Tool):
    browser = tool.launch()
    assert statuses(tool, browser)["/municipality"] == 403
    for until in (datetime.now(UTC) - timedelta(seconds=1), None):
        with tool.database.writing() as session:
            grant_role(
                session,
                person_id=tool.person_id("teacher-1"),
                municipality_id=tool.municipality_id,
                role=Role.COORDINATOR,
                school_id=None,
                now=datetime.now(UTC),
                until=until,
            )
        expected = 200 if until is None else 403
        assert statuses(tool, browser)["/municipality"] == expected
