"""Course Groups: the groups of a course and their sets."""

from typing import Any

import pytest

from lti.claims import GroupsClaim, read_groups
from lti.errors import PermanentServiceError, ServiceError, TransientServiceError
from lti.ports import HttpAnswer
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.groups import SCOPE_GROUPS, CourseGroups, Group, GroupSet
from tests.conformance.world import REGISTRATION
from tests.fakes.course_list import GROUPS_TYPE, CourseList
from tests.fakes.lti_ports import FixedClock, RecordingHttp
from tests.lti.tool.gradebook import KEYS

ORIGIN = "https://platform.example"


class World:
    def __init__(self, **given: Any) -> None:
        self.http = RecordingHttp()
        self.list = CourseList(self.http, ORIGIN, "course-1", **given)
        self.store = MemoryAccessTokens()
        tokens = AccessTokenSource(self.http, KEYS, FixedClock(), self.store)
        self.service = CourseGroups(self.http, tokens, FixedClock())

    def groups(self) -> tuple[Group, ...]:
        return self.service.groups(REGISTRATION, "1", f"{ORIGIN}/groups")


def test_groups_on_several_pages():
    said = [{"id": str(n), "name": f"Group {n}", "set_id": "s"} for n in range(1, 6)]
    world = World(groups=said, page_size=2)

    assert world.groups() == tuple(Group(str(n), f"Group {n}", None, "s") for n in range(1, 6))
    assert {sent.headers["accept"] for sent in world.list.calls("/groups")} == {GROUPS_TYPE}
    assert [key.scopes for key in world.store._tokens] == [(SCOPE_GROUPS,)]


def test_sets():
    world = World(sets=[{"id": 3, "name": "Year 8"}, {"name": "no id"}, "odd", {"id": "4"}])

    found = world.service.sets(REGISTRATION, "1", f"{ORIGIN}/sets")

    assert found == (GroupSet("3", "Year 8"), GroupSet("4", ""))


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ({"id": 7}, (Group("7", ""),)),
        ({"id": "7", "name": 8, "tag": "t", "set_id": 9}, (Group("7", "", "t", "9"),)),
        ({"id": True, "name": "x"}, ()),
        ({"id": "x" * 255}, (Group("x" * 255, ""),)),
        ({"id": "x" * 256}, ()),
        (None, ()),
    ],
)
def test_odd_groups(said: Any, read: tuple[Group, ...]):
    assert World(groups=[said]).groups() == read


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (HttpAnswer(404, {}, b""), PermanentServiceError, "status_404"),
        (HttpAnswer(200, {}, b"<html>"), TransientServiceError, "answer_not_json"),
        (HttpAnswer(200, {}, b'{"groups": 7}'), TransientServiceError, "answer_without_groups"),
    ],
)
def test_what_can_go_wrong(answer: HttpAnswer, kind: type[ServiceError], reason: str):
    world = World()
    world.list.faults.append(answer)

    with pytest.raises(kind) as caught:
        world.groups()

    assert caught.value.reason == reason


def test_2001_groups_are_too_many():
    world = World(groups=[{"id": str(n)} for n in range(2001)], page_size=1000)

    with pytest.raises(PermanentServiceError, match=r"^too_many_groups$"):
        world.groups()


def test_2000_groups_are_not():
    assert len(World(groups=[{"id": str(n)} for n in range(2000)], page_size=1000).groups()) == 2000


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (
            {"context_groups_url": "https://a/g", "scope": [SCOPE_GROUPS]},
            GroupsClaim("https://a/g", None, frozenset({SCOPE_GROUPS})),
        ),
        (
            {"context_groups_url": "https://a/g", "context_group_sets_url": "https://a/s"},
            GroupsClaim("https://a/g", "https://a/s", frozenset()),
        ),
        ({"context_group_sets_url": "https://a/s"}, None),
        ({"context_groups_url": 7}, None),
        ("odd", None),
        (None, None),
    ],
)
def test_the_claim(value: Any, read: GroupsClaim | None):
    assert read_groups(value) == read
