"""A session is one open transaction, and the way events of that transaction reach their readers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, overload

from sqlalchemy import Connection, CursorResult, Executable

from tracks.db.prepared import Prepared, Rows

Reaction = Callable[["Session", Any], None]
Reactions = Mapping[type, Sequence[Reaction]]


class Session:
    """Runs Core statements on one connection. Commits are the business of who opened it."""

    __slots__ = ("_reactions", "connection", "has_jobs")

    def __init__(self, connection: Connection, reactions: Reactions) -> None:
        self.connection = connection
        self._reactions = reactions
        # Set by jobs.enqueue: the worker is woken once the transaction is committed.
        self.has_jobs = False

    @overload
    def execute(self, statement: Prepared, parameters: Mapping[str, Any]) -> Rows: ...
    @overload
    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]: ...
    def execute(
        self, statement: Prepared | Executable, parameters: Any = None
    ) -> Rows | CursorResult[Any]:
        if isinstance(statement, Prepared):
            return statement.run(self.connection, parameters)
        return self.connection.execute(statement, parameters)

    def emit(self, event: object) -> None:
        """Run every reaction to the event now, inside this transaction."""
        for reaction in self._reactions.get(type(event), ()):
            reaction(self, event)
