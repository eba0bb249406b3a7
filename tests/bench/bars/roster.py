"""Bar 10: the list of a large course, against the library that others keep theirs with."""

import json
from datetime import UTC, datetime
from itertools import count

from sqlalchemy import func, insert, select

from lti.ports import HttpAnswer
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.roster import MEMBERS_TYPE, Rosters
from tests.bench.bench import CACHE, Bench
from tests.bench.measuring import in_turn
from tests.bench.peers import Missing, peer_python, rounds_of
from tests.bench.peers.launchers import DJANGO_LTI
from tests.bench.people import own_cpu
from tests.bench.result import Comparison, Limit, NotMeasured, Result
from tests.bench.world import ISSUER
from tests.factories.keys import tool_keys
from tests.fakes.course_list import LEARNER
from tests.fakes.lti_ports import RecordingHttp
from tracks.app import open_database
from tracks.lms.actions.rosters import apply_whole_list
from tracks.lms.models import course, course_member, deployment, registration
from tracks.lms.queries import active_registration
from tracks.lms.stores import SystemClock
from tracks.people.models import municipality
from tracks.settings import Settings

NAME = "10 roster of 4,000 members, SQLite"
MEMBERS = 4_000
PAGE = 500


def measure(bench: Bench) -> list[Result]:
    try:
        python = peer_python(CACHE / "django-lti", DJANGO_LTI)
    except Missing as missing:
        return [NotMeasured(NAME, str(missing))]
    ours = _Ours(bench)
    database = str(bench.folder / "django-lti-roster.sqlite")
    with rounds_of(python, "django_lti_roster.py", [database, str(MEMBERS)]) as theirs_round:
        pairs = in_turn(ours.round, theirs_round, bench.pairs)
    ours.close()
    return [
        Comparison(
            name=NAME,
            ours=f"{MEMBERS // PAGE} pages of JSON read, checked and kept in one transaction",
            theirs="django-lti: sync_memberships in one transaction, the list given as objects",
            how=f"{MEMBERS} members a round, all new, in a course of their own; SQLite, WAL and "
            "synchronous=FULL on both sides; the peer is spared HTTP and JSON; members per CPU "
            "second, ours to theirs",
            limit=Limit(floor=30, goal=100, at_most=False),
            pairs=pairs,
        )
    ]


class _Ours:
    def __init__(self, bench: Bench) -> None:
        self._database = open_database(Settings(database_url=bench.sqlite().database_url))
        self._http = RecordingHttp()
        clock = SystemClock()
        tokens = AccessTokenSource(self._http, tool_keys(), clock, MemoryAccessTokens())
        self._rosters = Rosters(self._http, tokens, clock)
        self._numbers = count()
        self._http.answers[f"{ISSUER}/token"] = HttpAnswer(
            200, {}, b'{"access_token": "t", "token_type": "bearer", "expires_in": 3600}'
        )
        with self._database.reading() as session:
            lms = session.execute(select(func.min(registration.c.id))).scalar_one()
            found = active_registration(session, lms)
        assert found is not None
        self._registration = found

    def round(self) -> float:
        number = next(self._numbers)
        with self._database.writing() as session:
            made = session.execute(
                insert(course)
                .values(
                    municipality_id=select(func.min(municipality.c.id)).scalar_subquery(),
                    deployment_id=select(func.min(deployment.c.id)).scalar_subquery(),
                    context_id=f"course-{number}",
                    title="Bench",
                )
                .returning(course.c.id)
            ).scalar_one()
        url = f"{ISSUER}/members/{number}"
        self._serve(url, number)

        def work() -> int:
            began = datetime.now(UTC)
            roster = self._rosters.members(self._registration, "1", url)
            with self._database.writing() as session:
                apply_whole_list(session, made, roster, [], began=began, now=datetime.now(UTC))
            return len(roster.members)

        taken = own_cpu(work)
        with self._database.reading() as session:
            kept = session.execute(
                select(func.count())
                .select_from(course_member)
                .where(course_member.c.course_id == made)
            ).scalar_one()
        assert kept == MEMBERS
        return taken

    def _serve(self, url: str, number: int) -> None:
        """In pages, each with the address of the next."""
        for first in range(0, MEMBERS, PAGE):
            members = [
                {
                    "user_id": f"u-{number}-{n}",
                    "name": f"Sample person {n}",
                    "roles": [LEARNER],
                    "status": "Active",
                }
                for n in range(first, first + PAGE)
            ]
            body = json.dumps({"context": {"id": f"course-{number}"}, "members": members}).encode()
            headers = {"content-type": MEMBERS_TYPE}
            if first + PAGE < MEMBERS:
                headers["link"] = f'<{url}/{first + PAGE}>; rel="next"'
            here = f"{url}/{first}" if first else url
            self._http.answers[here] = HttpAnswer(200, headers, body)

    def close(self) -> None:
        self._database.engine.dispose()
