"""Our tool as a real server, connected to blocks of Open edX's course."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from lti.http import GuardedHttp
from lti.ports import Registration
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from tests.conformance.openedx.platform import Block, OpenEdx
from tests.conformance.openedx.visitor import Visitor
from tests.crash.processes import free_port
from tests.factories.databases import open_database
from tracks.cli.serve import start_tool
from tracks.lms.actions import register
from tracks.lms.key_files import tool_keys_of
from tracks.lms.stores import RegistrationsStore, SystemClock
from tracks.people.actions import add_municipality
from tracks.people.models import account
from tracks.settings import Settings

TRACK = "sample/maaling"
PATIENCE_S = 30.0  # a busy machine is no bug


class Site:
    """`folder` holds a migrated SQLite database with the sample track published."""

    def __init__(self, folder: Path, openedx: OpenEdx) -> None:
        port = free_port()
        self.openedx = openedx
        self.settings = Settings(
            base_url=f"http://localhost:{port}", port=port, data_dir=folder, threads=4
        )
        self.url = self.settings.base_url
        self.database = open_database(self.settings.sqlalchemy_url)
        self._stop_tool = start_tool(self.settings)
        self._blocks: dict[str, Block] = {}
        self._registrations: dict[str, int] = {}
        self._visitors: list[Visitor] = []
        with self.database.writing() as session:
            self.municipality_id = add_municipality(session, "Sample municipality", country="NO")

    def close(self) -> None:
        for visitor in self._visitors:
            visitor.close()
        self._stop_tool()
        self.database.engine.dispose()

    def block(self, name: str, **fields: Any) -> Block:
        """The block of this name, registered with us; made when it is first asked for.

        By hand, as an operator does it, with the values that Studio shows.
        """
        if name not in self._blocks:
            self._blocks[name] = self.openedx.author(name, self.url, **fields)
            self._registrations[name] = self.connect(self._blocks[name])
        return self._blocks[name]

    def connect(self, block: Block) -> int:
        with self.database.writing() as session:
            return register(
                session,
                municipality_id=self.municipality_id,
                issuer=self.openedx.url,
                client_id=block.client_id,
                auth_url=block.auth_url,
                token_url=block.token_url,
                jwks_url=block.jwks_url,
                deployment_ids=[block.deployment_id],
                now=datetime.now(UTC),
                platform_family="openedx",
            )

    def registration_id(self, block: Block) -> int:
        return self._registrations[block.name]

    def services(self) -> tuple[GuardedHttp, AccessTokenSource, SystemClock]:
        """What the worker calls an LMS with, and no token held yet."""
        http, clock = GuardedHttp(allow_loopback=True), SystemClock()
        keys = tool_keys_of(self.settings, self.database)
        return http, AccessTokenSource(http, keys, clock, MemoryAccessTokens()), clock

    def registration(self, block: Block) -> Registration:
        with self.database.reading() as session:
            found = RegistrationsStore(session).by_id(self.registration_id(block))
        assert found is not None
        return found

    def visitor(self, username: str) -> Visitor:
        """Somebody signed in to Open edX, in a browser of their own."""
        visitor = Visitor()
        self._visitors.append(visitor)
        assert visitor.get(f"{self.openedx.url}/sign-in/{username}").status == 200
        return visitor

    def step_url(self, step: str, module: str = "enheter") -> str:
        return f"{self.url}/t/{TRACK}/{module}/{step}"

    def person_id(self, block: Block, username: str) -> int:
        found = select(account.c.person_id).where(
            account.c.registration_id == self.registration_id(block),
            account.c.sub == self.openedx.sub(username),
        )
        return int(self.rows(found)[0][0])

    def rows(self, statement: Any) -> list[Any]:
        with self.database.reading() as session:
            return [tuple(row) for row in session.execute(statement)]


def eventually(look: Callable[[], Any], wanted: Any) -> Any:
    """What `look` sees when it is `wanted`, or when patience ends."""
    deadline = time.monotonic() + PATIENCE_S
    while (seen := look()) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    return seen
