from typing import Any

import pytest

from lti.platform import answer_memberships
from tests.lti_platform.school import (
    AGS,
    INSTRUCTOR,
    LEARNER,
    LMS,
    SCOPE_MEMBERS,
    MemoryRoster,
    School,
    said,
)

TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
URL = f"{LMS}/nrps/1"


def asked(
    school: School,
    *query: tuple[str, str],
    scope: str | None = SCOPE_MEMBERS,
    accept: str = TYPE,
    method: str = "GET",
) -> tuple[int, Any, str | None]:
    request = school.request(method, scope, accept=accept, query=query)
    answer = answer_memberships(school.platform, MemoryRoster(), request, memberships_url=URL)
    return (*said(answer), answer.headers.get("Link"))


def ids(document: Any) -> list[str]:
    return [member["user_id"] for member in document["members"]]


def test_the_whole_roster(school: School) -> None:
    assert asked(school) == (
        200,
        {
            "id": URL,
            "context": {"id": "course-1", "label": "C1", "title": "Course one"},
            "members": [
                {
                    "status": "Active",
                    "user_id": "u-1",
                    "roles": [LEARNER],
                    "name": "Asker En",
                    "email": "en@example.org",
                },
                {"status": "Active", "user_id": "u-2", "roles": [LEARNER], "name": "Asker To"},
                {"status": "Active", "user_id": "u-3", "roles": [LEARNER]},
                {"status": "Active", "user_id": "t-1", "roles": [INSTRUCTOR], "name": "Asker Tre"},
            ],
        },
        None,
    )


def test_paging_keeps_the_link_out_of_the_body(school: School) -> None:
    status, document, link = asked(school, ("limit", "3"))
    assert (status, sorted(document)) == (200, ["context", "id", "members"])
    assert (ids(document), link) == (["u-1", "u-2", "u-3"], f'<{URL}?limit=3&page=2>; rel="next"')
    _, document, link = asked(school, ("limit", "3"), ("page", "2"))
    assert (ids(document), link) == (["t-1"], None)


@pytest.mark.parametrize("role", ["Instructor", INSTRUCTOR])
def test_one_role(school: School, role: str) -> None:
    assert ids(asked(school, ("role", role))[1]) == ["t-1"]


def test_the_members_of_a_link(school: School) -> None:
    assert ids(asked(school, ("rlid", "link-1"))[1]) == ["u-1", "u-2", "u-3", "t-1"]
    assert asked(school, ("rlid", "of another course"))[0] == 403


def test_an_unknown_query_parameter_changes_nothing(school: School) -> None:
    assert len(asked(school, ("surprise", "1"), ("since", "2"))[1]["members"]) == 4


def test_the_roster_needs_its_own_scope_accept_and_method(school: School) -> None:
    assert asked(school, scope=None)[0] == 401
    assert asked(school, scope=f"{AGS}lineitem")[0] == 403
    assert asked(school, accept="application/json")[0] == 406
    assert asked(school, method="POST")[0] == 405
