from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct


class Member(Struct, frozen=True):
    user_id: str
    roles: tuple[str, ...]  # full role URIs
    name: str | None = None
    email: str | None = None


class Roster(Protocol):
    """One context's members, supplied by the host."""

    @property
    def context_id(self) -> str: ...
    @property
    def context_label(self) -> str: ...
    @property
    def context_title(self) -> str: ...
    def members(self) -> Sequence[Member]: ...
    def has_link(self, resource_link_id: str) -> bool: ...
