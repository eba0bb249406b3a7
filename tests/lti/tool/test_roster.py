"""The course list: read whole or not at all (S5, S6, S14, S16)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti.errors import PermanentServiceError, ServiceError, TransientServiceError
from lti.ports import HttpAnswer
from lti.roles import Roles
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.roster import MAX_MEMBERS, Member, MemberMessage, Roster, Rosters
from tests.conformance.world import REGISTRATION
from tests.fakes.course_list import INSTRUCTOR, LEARNER, MEMBERS_TYPE, CourseList, member, members
from tests.fakes.lti_ports import FixedClock, RecordingHttp
from tests.lti.tool.gradebook import KEYS

ORIGIN = "https://platform.example"


class World:
    def __init__(self, **given: Any) -> None:
        self.clock = FixedClock()
        self.http = RecordingHttp()
        self.list = CourseList(self.http, ORIGIN, "course-1", **given)
        tokens = AccessTokenSource(self.http, KEYS, self.clock, MemoryAccessTokens())
        self.rosters = Rosters(self.http, tokens, self.clock)

    def fetch(self, **asked: Any) -> Roster:
        return self.rosters.members(REGISTRATION, "1", self.list.url, **asked)

    def says(self, *entries: Any) -> tuple[Member, ...]:
        self.list.members = entries
        return self.fetch().members

    def reason(self, kind: type[ServiceError]) -> str:
        with pytest.raises(kind) as caught:
            self.fetch()
        return caught.value.reason


def container(*entries: Any, link: str = "") -> HttpAnswer:
    headers = {"link": link} if link else {}
    return HttpAnswer(200, headers, json.dumps({"members": entries}).encode())


def test_all_pages_of_1234_members():
    world = World(members=members(1234), page_size=50)

    roster = world.fetch()

    assert (roster.context_id, roster.differences_url) == ("course-1", None)
    assert [m.user_id for m in roster.members] == [f"u-{n}" for n in range(1, 1235)]
    assert len(world.list.calls()) == 25
    assert world.list.calls()[0].url == f"{ORIGIN}/members?limit=500"
    assert {sent.headers["accept"] for sent in world.list.calls()} == {MEMBERS_TYPE}


def test_what_is_kept_of_a_member():
    world = World(members=members(1))

    assert world.fetch().members == (
        Member("u-1", Roles.parse([LEARNER]), "Active", "Sample person 1"),
    )
    assert "school.example" not in repr(world.fetch())
    assert "Sample person" not in repr(world.fetch())


def test_only_user_id_and_roles_are_relied_on():
    assert World().says({"user_id": "u", "roles": [LEARNER]}) == (
        Member("u", Roles.parse([LEARNER])),
    )


@pytest.mark.parametrize(
    "roles",
    [
        ["Instructor"],  # Moodle
        [INSTRUCTOR],  # Open edX
        [
            "Learner",
            "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student",
            INSTRUCTOR,
        ],
    ],
)
def test_roles_in_short_and_in_full(roles: list[str]):
    (found,) = World().says(member("u", *roles))

    assert found.roles.is_instructor


@pytest.mark.parametrize("roles", [[], None, "Instructor", [7], ["Unknown"]])
def test_odd_roles_give_nothing(roles: Any):
    (found,) = World().says({"user_id": "u", "roles": roles})

    assert found.roles == Roles()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, "Active"),
        ({"status": "Active"}, "Active"),
        ({"status": "Inactive"}, "Inactive"),
        ({"status": "Deleted"}, "Deleted"),
        ({"status": None}, "Active"),
        ({"status": ["Inactive"]}, "Active"),
    ],
)
def test_status_is_active_unless_said_otherwise(said: dict[str, Any], status: str):
    (found,) = World().says(member("u", **said))

    assert found.status == status
    assert found.has_left == (status != "Active")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("oneroster-17", "oneroster-17"), ("", None), (7, "7"), (["x"], None), (None, None)],
)
def test_what_the_school_system_calls_a_member(given: Any, kept: str | None):
    (found,) = World().says(member("u", lis_person_sourcedid=given))

    assert found.sourced_id == kept
    assert "oneroster" not in repr(found)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"name": " Sample One ", "given_name": "X"}, "Sample One"),
        ({"given_name": "Sample", "family_name": "Two"}, "Sample Two"),
        ({"name": "", "family_name": "Two"}, "Two"),
        ({"name": 7}, None),
        ({"name": "  "}, None),
    ],
)
def test_names_are_optional(said: dict[str, Any], name: str | None):
    (found,) = World().says(member("u", **said))

    assert found.name == name


@pytest.mark.parametrize(
    "entry", [7, None, [], {}, {"user_id": ""}, {"user_id": "ø"}, {"user_id": "x" * 256}]
)
def test_an_entry_that_names_nobody_is_left_out(entry: Any):
    assert [m.user_id for m in World().says(entry, member("u"))] == ["u"]


def test_a_number_as_user_id():
    assert [m.user_id for m in World().says(member(42))] == ["42"]  # type: ignore[arg-type]


def test_somebody_on_two_pages_is_one():
    world = World(members=[member("u", name="Old"), *members(1), member("u", name="New")])
    world.list.page_size = 2

    assert [(m.user_id, m.name) for m in world.fetch().members] == [
        ("u", "New"),
        ("u-1", "Sample person 1"),
    ]


def test_role_and_link_are_asked_for_in_the_query():
    world = World(members=[member("u")])
    world.fetch(role="Learner", link_id="17 æ", limit=10)

    assert world.list.calls()[0].url == f"{ORIGIN}/members?limit=10&role=Learner&rlid=17+%C3%A6"


def test_a_url_with_a_query_of_its_own_keeps_it():
    world = World(members=[member("u")])
    world.rosters.members(REGISTRATION, "1", f"{world.list.url}?course=7", limit=10)

    assert world.list.calls()[0].url == f"{ORIGIN}/members?course=7&limit=10"


def test_what_a_link_would_be_launched_with():
    claim = "https://purl.imsglobal.org/spec/lti/claim/"
    message = {
        claim + "message_type": "LtiResourceLinkRequest",
        claim + "custom": {"resource": "a/b", "n": 7},
        "email": "somebody@school.example",
    }
    (found,) = World().says(member("u", message=[message, "odd"]))

    assert found.messages == (
        MemberMessage("LtiResourceLinkRequest", {"resource": "a/b"}),
        MemberMessage(None, {}),
    )
    assert "a/b" not in repr(found)


def test_groups_of_a_member():
    enrolled = [{"group_id": "7"}, {"group_id": 8}, {"group_id": None}, "odd", {"id": "9"}]
    (found,) = World().says(member("u", group_enrollments=enrolled))

    assert found.group_ids == ("7", "8")


def test_the_differences_link_of_the_first_page_is_kept_and_gives_deleted_ones():
    world = World(members=members(5), page_size=2, differences=[])
    first = world.fetch()
    assert first.differences_url == f"{ORIGIN}/changes?since=2"

    world.list.differences = [member("u-1", status="Deleted"), member("u-9")]
    changed = world.rosters.differences(REGISTRATION, "1", first.differences_url)

    assert [(m.user_id, m.status) for m in changed.members] == [
        ("u-1", "Deleted"),
        ("u-9", "Active"),
    ]
    assert changed.differences_url is not None
    assert changed.differences_url != first.differences_url


@pytest.mark.parametrize(
    "link",
    [
        "<https://evil.example/changes>; rel=differences",
        "<http://platform.example/changes>; rel=differences",
        "<javascript:alert(1)>; rel=differences",
    ],
)
def test_differences_elsewhere_are_not_kept(link: str):
    world = World()
    world.list.faults.append(container(member("u"), link=link))

    assert world.fetch().differences_url is None


@pytest.mark.parametrize(
    ("first", "second", "read"),
    [
        ({"id": "a"}, {"id": "b"}, "a"),
        ({"id": "a"}, {}, "a"),
        ({}, {"id": "b"}, "b"),
        ({"id": 7}, {}, "7"),
        ({"id": True}, {}, None),
        ({"id": "x" * 255}, {}, "x" * 255),
        ({"id": "x" * 256}, {}, None),
    ],
)
def test_the_course_is_the_first_that_a_page_names(first: Any, second: Any, read: str | None):
    world = World()
    link = {"link": f'<{ORIGIN}/members?page=2>; rel="next"'}
    for course, headers in ((first, link), (second, {})):
        body = json.dumps({"context": course, "members": []}).encode()
        world.list.faults.append(HttpAnswer(200, headers, body))

    assert world.fetch().context_id == read


@pytest.mark.parametrize(("group", "there"), [("x" * 255, True), ("x" * 256, False)])
def test_the_longest_id_of_a_group(group: str, there: bool):
    (found,) = World().says(member("u", group_enrollments=[{"group_id": group}]))

    assert found.group_ids == ((group,) if there else ())


@pytest.mark.parametrize("user_id", [True, False])
def test_a_truth_is_no_user_id(user_id: bool):
    assert World().says({"user_id": user_id}) == ()


def test_page_3_of_5_fails():
    world = World(members=members(500), page_size=100)
    world.list.faults.extend([None, None, HttpAnswer(500, {}, b"")])

    assert world.reason(TransientServiceError) == "status_500"


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (HttpAnswer(403, {}, b""), PermanentServiceError, "status_403"),
        (HttpAnswer(404, {}, b""), PermanentServiceError, "status_404"),
        (HttpAnswer(302, {"location": "/x"}, b""), PermanentServiceError, "status_302"),
        (HttpAnswer(503, {}, b""), TransientServiceError, "status_503"),
        (HttpAnswer(200, {}, b"<html>"), TransientServiceError, "answer_not_json"),
        (HttpAnswer(200, {}, b"[]"), TransientServiceError, "answer_not_json"),
        (HttpAnswer(200, {}, b"{}"), TransientServiceError, "answer_not_a_roster"),
        (HttpAnswer(200, {}, b'{"members": {}}'), TransientServiceError, "answer_not_a_roster"),
        (TransientServiceError("timeout"), TransientServiceError, "timeout"),
        (
            container(link="<https://evil.example/members>; rel=next"),
            PermanentServiceError,
            "paging_off_host",
        ),
        (
            container(link="</members?limit=500>; rel=next"),
            PermanentServiceError,
            "paging_without_end",
        ),
    ],
)
def test_what_can_go_wrong(answer: HttpAnswer | Exception, kind: type[ServiceError], reason: str):
    world = World(members=members(3))
    world.list.faults.append(answer)

    assert world.reason(kind) == reason


def test_401_twice_is_a_key_that_the_platform_does_not_know_yet():
    world = World(members=members(3))
    world.list.faults.extend([HttpAnswer(401, {}, b"")] * 2)

    assert world.reason(TransientServiceError) == "token_not_accepted"


def test_a_scope_that_is_not_granted():
    assert World(granted="").reason(PermanentServiceError) == "scope_not_granted"


def test_20001_members_are_too_many():
    world = World(members=members(MAX_MEMBERS), page_size=500)
    assert len(world.fetch().members) == 20_000

    world = World(members=members(MAX_MEMBERS + 1), page_size=500)
    assert world.reason(PermanentServiceError) == "roster_too_large"


def test_201_pages_are_too_many():
    world = World(members=members(201), page_size=1)

    assert world.reason(PermanentServiceError) == "paging_without_end"
    assert len(world.list.calls()) == 200


def test_a_platform_that_takes_for_ever():
    world = World(members=members(50), page_size=1)
    world.list.on_call = lambda: world.clock.advance(seconds=10)

    assert world.reason(TransientServiceError) == "roster_too_slow"
    assert len(world.list.calls()) == 8


def test_a_platform_that_takes_as_long_as_it_may():
    world = World(members=members(4), page_size=2)
    world.list.on_call = lambda: world.clock.advance(seconds=37.5)
    assert len(world.fetch().members) == 4

    world.list.on_call = lambda: world.clock.advance(seconds=37.6)
    assert world.reason(TransientServiceError) == "roster_too_slow"


# What no database keeps is refused with the whole answer, by strict_json.
_TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=5)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)
_ENTRY = st.fixed_dictionaries(
    {"user_id": st.sampled_from(["u", "v"]) | _JSON, "roles": _JSON},
    optional={
        "status": _JSON,
        "name": _JSON,
        "message": _JSON,
        "group_enrollments": _JSON | st.lists(st.fixed_dictionaries({"group_id": _JSON})),
    },
)


@given(st.lists(_ENTRY | _JSON, max_size=5))
def test_any_entries_are_read(entries: list[Any]):
    found = World().says(*entries)

    assert len({m.user_id for m in found}) == len(found)
    assert all(0 < len(m.user_id) <= 255 for m in found)
