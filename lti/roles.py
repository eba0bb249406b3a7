"""Roles of the LIS vocabulary: which ones a person has in the course, and nothing more."""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Final

from msgspec import Struct

VOCABULARY: Final = "http://purl.imsglobal.org/vocab/lis/v2/"
TEST_USER: Final = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"

CONTEXT_ROLES: Final = frozenset(
    {
        "Administrator",
        "ContentDeveloper",
        "Instructor",
        "Learner",
        "Manager",
        "Member",
        "Mentor",
        "Officer",
    }
)
_ROLE_URI: Final = re.compile(
    re.escape(VOCABULARY)
    + r"(?P<scope>membership|institution/person|system/person)"
    + r"(?:/(?P<principal>[A-Za-z]+))?#(?P<name>[A-Za-z]+)"
)


class Scope(StrEnum):
    CONTEXT = "membership"
    INSTITUTION = "institution/person"
    SYSTEM = "system/person"


class Role(Struct, frozen=True, order=True):
    scope: Scope
    name: str
    sub_role: str = ""


@lru_cache(maxsize=512)
def parse_role(text: str) -> Role | None:
    """None for what is not in the vocabulary. A bare name counts in the context only (T28)."""
    if text in CONTEXT_ROLES:
        return Role(Scope.CONTEXT, text)
    if text == TEST_USER:
        return Role(Scope.SYSTEM, "TestUser")
    match = _ROLE_URI.fullmatch(text)
    if match is None:
        return None
    scope, principal, name = Scope(match["scope"]), match["principal"], match["name"]
    if scope is not Scope.CONTEXT:
        # sub-roles exist in the context only (core A.2.3)
        return Role(scope, name) if principal is None else None
    if principal is None:
        return Role(scope, name) if name in CONTEXT_ROLES else None
    return Role(scope, principal, name) if principal in CONTEXT_ROLES else None


class Roles(frozenset[Role]):
    """What the platform says a person is. None of it makes anybody more than that here (T29)."""

    __slots__ = ()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> "Roles":
        return _roles(tuple(texts))

    @property
    def is_instructor(self) -> bool:
        return _INSTRUCTOR in self

    @property
    def is_learner(self) -> bool:
        return _LEARNER in self

    @property
    def is_mentor(self) -> bool:
        return _MENTOR in self

    @property
    def is_content_developer(self) -> bool:
        return _CONTENT_DEVELOPER in self

    @property
    def is_administrator(self) -> bool:
        """Of the context: the institution's or the system's grants nothing in a course."""
        return _ADMINISTRATOR in self

    @property
    def is_teaching_assistant(self) -> bool:
        return _TEACHING_ASSISTANT in self

    @property
    def may_author(self) -> bool:
        """May put content into the course (D2): a teacher, a helper, or who runs the course."""
        return not _AUTHORS.isdisjoint(self)

    @property
    def administers(self) -> bool:
        """Of the context, the institution or the system: enough for a data privacy launch only."""
        return not _ADMINISTRATORS.isdisjoint(self)

    @property
    def is_test_user(self) -> bool:
        return _TEST_USER in self


@lru_cache(maxsize=256)
def _roles(texts: tuple[str, ...]) -> Roles:
    return Roles(role for role in map(parse_role, texts) if role is not None)


_INSTRUCTOR: Final = Role(Scope.CONTEXT, "Instructor")
_LEARNER: Final = Role(Scope.CONTEXT, "Learner")
_MENTOR: Final = Role(Scope.CONTEXT, "Mentor")
_CONTENT_DEVELOPER: Final = Role(Scope.CONTEXT, "ContentDeveloper")
_ADMINISTRATOR: Final = Role(Scope.CONTEXT, "Administrator")
_ADMINISTRATORS: Final = frozenset(Role(scope, "Administrator") for scope in Scope)
_TEACHING_ASSISTANT: Final = Role(Scope.CONTEXT, "Instructor", "TeachingAssistant")
_TEST_USER: Final = Role(Scope.SYSTEM, "TestUser")
_AUTHORS: Final = frozenset(
    {
        _INSTRUCTOR,
        _CONTENT_DEVELOPER,
        _ADMINISTRATOR,
        _TEACHING_ASSISTANT,
        Role(Scope.CONTEXT, "Manager"),
    }
)
