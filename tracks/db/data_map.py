"""What is kept in each column, and about whom: the words of which each area makes its data map.

ADR 0032 says why the tags stand in a file of each area, and what follows from them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct, field
from sqlalchemy import Column, ColumnElement, FromClause, Join, Table


class Kind(StrEnum):
    NONE = "none"  # about things, or about so many that it is about nobody
    PSEUDONYMOUS = "pseudonymous"  # a number or a time that leads to a person with other rows
    PERSONAL = "personal"  # says something about a person by itself, or was written by one
    SPECIAL = "special"  # article 9: health, belief, union, and the like


class Fate(StrEnum):
    """What erasing a person does to a row of theirs."""

    DELETE = "delete"
    BLANK = "blank"  # the row stays, and says nothing any more
    LEAVE = "leave"  # it is about something else, and names the person by a number only


class Kept(Struct, frozen=True):
    """A kind of thing that is kept about a person: the texts are message ids."""

    owner: Column[Any]  # the column with the person's id
    what: str
    why: str
    how_long: str = ""  # until the person has it deleted, or has been away for long
    # Where the rows are, if they know no person's id: a join of them with the owner's table,
    # which comes last.
    among: FromClause | None = None
    fate: Fate = Fate.DELETE
    # When the person last did something of this kind.
    active: Column[Any] | None = None
    # Which rows show that the person is not away though they did nothing themselves, given since
    # when somebody would be away.
    present: Callable[[datetime], ColumnElement[bool]] | None = None
    # A municipality may have to keep this kind by name in its archive.
    may_be_archived: bool = False

    @property
    def table(self) -> Table:
        """The one whose rows these are."""
        found: Any = self.owner.table if self.among is None else self.among
        while isinstance(found, Join):
            found = found.left
        assert isinstance(found, Table)
        return found


class Limit(Struct, frozen=True):
    """Nothing older than `after`, by `column`, remains."""

    column: Column[Any]
    after: timedelta = timedelta(0)
    # Some rows go by a chore of their area, which knows more (a setting): then the job leaves them.
    has_chore: bool = False

    def oldest(self, now: datetime) -> datetime | date:
        moment = now - self.after
        return moment.date() if self.column.type.python_type is date else moment


class Tagged(Struct, frozen=True):
    """A table: names of its columns by kind, apart by spaces. A column in none fails the suite."""

    table: Table
    why: str  # a message id: the purpose
    none: str = ""
    pseudonymous: str = ""
    personal: str = ""
    special: str = ""
    # Emptied when the person of the row is erased (Fate.BLANK).
    blank: str = ""
    # Opens something to whoever has it: in no export.
    hidden: str = ""
    # Shown to the person only, as the pages promise: not in what a municipality takes out itself.
    own: str = ""
    # Why the table is not in what a municipality takes out (a message id); "": it is.
    left_out: str = ""
    # A column, and that of the table whose rows these hang on, where no foreign key says so.
    leads: tuple[Column[Any], Column[Any]] | None = None
    # Name and content of a file: the content goes into an export as a file.
    file: tuple[str, str] | None = None
    # The column by which people know a row that others point to.
    label: str = ""
    limit: Limit | None = None

    def kinds(self) -> Iterator[tuple[str, Kind]]:
        """A column that is tagged twice comes twice."""
        for kind in Kind:
            for name in getattr(self, kind.value).split():
                yield name, kind

    def names(self, *kinds: Kind) -> list[str]:
        return [name for name, kind in self.kinds() if kind in kinds]


class DataMap(Struct, frozen=True):
    """All areas' declarations together."""

    tagged: Sequence[Tagged]
    kept: Sequence[Kept]
    # What an entry of the audit log says (a message id), by its code; and which of them say that
    # somebody has seen what is a person's.
    audited: Mapping[str, str] = field(default_factory=dict)
    looks: frozenset[str] = frozenset()
    # And which are about everybody in the municipality.
    of_all: frozenset[str] = frozenset()

    def of(self, table: Table) -> Tagged | None:
        return next((each for each in self.tagged if each.table is table), None)
