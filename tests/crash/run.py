"""The cycles: work, kill, restart, compare; at the end, let everything be sent, and compare."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from tests.crash.books import Books
from tests.crash.browser import PATIENCE_S, Browser
from tests.crash.checks import violations
from tests.crash.clients import Client, Gate
from tests.crash.gradebook import settled
from tests.crash.lms import FakeLms
from tests.crash.processes import Command
from tests.crash.site import Site
from tests.crash.snapshot import Inspector
from tests.crash.verdict import Kind, Violation

ACKS = 10  # at least, in each cycle
RESTART_S = 10.0  # I7
CLIENTS = 4
_COLD_EVERY = 4
_STILL_S = 120.0  # without enough acks, or with jobs left over
_SLOW_LMS_S = 0.06


@dataclass
class Report:
    title: str
    cycles: int = 0
    acked: int = 0
    fewest_acks: int = 0
    launches: int = 0
    without_answer: int = 0
    busy: int = 0
    people: int = 0
    posts: int = 0
    repeated_posts: int = 0
    set_aside: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    restarts: list[float] = field(default_factory=list)
    cold_restarts: list[float] = field(default_factory=list)
    seconds: float = 0.0
    violations: list[Violation] = field(default_factory=list)
    kept: str = ""  # the folder, when something was wrong

    def count(self, kind: Kind) -> int:
        return sum(v.kind is kind for v in self.violations)

    def lines(self) -> list[str]:
        counts = ", ".join(f"{self.count(kind)} {kind.value}" for kind in Kind)
        killed = ", ".join(f"{name} {count}" for name, count in sorted(self.killed.items()))
        return [
            f"{self.title}: {self.cycles} cycles in {self.seconds:.0f} s",
            f"  {self.acked} acked writes ({self.launches} launches, {self.people} people, at "
            f"least {self.fewest_acks} a cycle); {self.without_answer} requests without an "
            f"answer, {self.busy} told that the database is busy",
            f"  {counts}",
            f"  killed: {killed}",
            f"  restart until healthy: {_times(self.restarts)}; "
            f"with Python's imports: {_times(self.cold_restarts)}",
            f"  scores posted: {self.posts}, of them {self.repeated_posts} the same value again; "
            f"jobs set aside after five kills in a row: {self.set_aside}",
            *(f"  ! {v.kind.value}: {v.what}" for v in self.violations[:40]),
            *([f"  ! kept for a look: {self.kept}"] if self.kept else []),
        ]


def _times(seconds: list[float]) -> str:
    if not seconds:
        return "none"
    return f"p50 {median(seconds):.2f} s, max {max(seconds):.2f} s ({len(seconds)} starts)"


Say = Callable[[str], None]


class Run:
    """One database, so many cycles. Stops at the first cycle with a violation.

    To be called inside `with`: its end takes everything down.
    """

    def __init__(
        self, title: str, database_url: str | None, broker_url: str, *, say: Say = print
    ) -> None:
        self._say = say
        self.lms = FakeLms(slowness=_SLOW_LMS_S)
        self.site = Site(database_url, broker_url, lms=self.lms)
        self.books = Books()
        self.report = Report(title)
        self.inspector = Inspector(self.site.database_url)
        self._gate = Gate(CLIENTS)
        self._clients = [
            Client(self.books, self._gate, self.site.schools, self._browser) for _ in range(CLIENTS)
        ]

    def _browser(self) -> Browser:
        return Browser(self.site.base_url, self.lms)

    def __enter__(self) -> "Run":
        for client in self._clients:
            client.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._gate.end()
        for client in self._clients:
            client.join(timeout=2 * PATIENCE_S)
        self.site.close(keep=bool(self.report.kept))
        self.lms.close()

    def __call__(self, cycles: int) -> Report:
        began = time.monotonic()
        # Until it has come to its end: whatever stops it is worth a look.
        self.report.kept = str(self.site.folder)
        self._start(cold=True)
        for number in range(1, cycles + 1):
            self._cycle(number)
            self._progress(number, cycles, time.monotonic() - began)
            if self.report.violations:
                break
        else:
            self._drain()
        self._sum_up()
        self.report.seconds = time.monotonic() - began
        return self.report

    def _cycle(self, number: int) -> None:
        before = self.books.acked
        self._gate.open()
        self._wait_for_acks(before + ACKS)
        time.sleep(random.uniform(0, 0.12))
        victims = self._choose_victims()
        self.site.kill(victims)
        self._gate.close()
        acks = self.books.acked - before
        fewest = self.report.fewest_acks
        self.report.fewest_acks = acks if number == 1 else min(fewest, acks)
        self.report.killed["+".join(victims)] += 1
        self._rest()
        self._start(cold=number % _COLD_EVERY == 0)
        self.report.cycles = number
        self._check()

    def _choose_victims(self) -> tuple[Command, ...]:
        everything = self.site.commands
        return random.choice([everything, *((c,) for c in everything)])

    def _wait_for_acks(self, enough: int) -> None:
        end = time.monotonic() + _STILL_S
        while self.books.acked < enough:
            if self.books.strange:
                return
            if died := self.site.died():
                raise RuntimeError(f"ended by themselves, killed by nobody: {', '.join(died)}")
            if time.monotonic() > end:
                raise TimeoutError(f"{self.books.acked} of {enough} acks in {_STILL_S} s")
            time.sleep(0.002)

    def _rest(self) -> None:
        """Between death and restart: sometimes time passes, sometimes the start dies, too."""
        if not self.site.is_dead:
            return
        self.inspector.wait_until_alone()
        if random.random() < 0.5:
            self.inspector.let_leases_end()
        if random.random() < 0.1:
            self.site.start_and_kill(median(self.report.restarts or [1.0]))
            self.report.killed["while starting"] += 1
            self.inspector.wait_until_alone()

    def _start(self, *, cold: bool) -> None:
        seconds = self.site.start(cold=cold)
        (self.report.cold_restarts if cold else self.report.restarts).append(seconds)
        if seconds > RESTART_S:
            self._found(Violation(Kind.SLOW, f"{seconds:.1f} s until healthy"))

    def _check(self) -> None:
        seen = self.inspector.snapshot()
        # After the database: what is noted there as sent has arrived before.
        ledger = self.lms.ledger.copy()
        self._found(*violations(seen, self.books, ledger))
        strange = [*self.books.strange, *self.lms.ledger.refused]
        self._found(*(Violation(Kind.STRANGE, text) for text in strange))

    def _found(self, *found: Violation) -> None:
        self.report.violations += found

    def _drain(self) -> None:
        """Kill nothing more; until nothing waits, or nothing moves."""
        self.lms.slowness = 0.0
        self._all_anew()
        waiting, since = self.inspector.waiting_jobs(), time.monotonic()
        end = since + _STILL_S
        while waiting and time.monotonic() < end:
            time.sleep(0.1)
            self.inspector.let_pauses_end()
            now = self.inspector.waiting_jobs()
            if now < waiting:
                waiting, since = now, time.monotonic()
            elif time.monotonic() - since > 15:
                # A message was lost (a broker shared with others): its lease has to run out.
                self._all_anew()
                since = time.monotonic()
        self._check()
        self._found(*settled(self.inspector.snapshot(), self.lms.ledger.copy()))
        bugs = self.site.tracebacks()
        self._found(*(Violation(Kind.STRANGE, f"a traceback in {name}") for name in bugs))

    def _all_anew(self) -> None:
        self.site.kill(self.site.commands)
        self.inspector.wait_until_alone()
        self.inspector.let_leases_end()
        self.report.set_aside += self.inspector.take_up_set_aside()
        self._start(cold=False)

    def _progress(self, number: int, cycles: int, seconds: float) -> None:
        if number % 10 == 0 or self.report.violations:
            self._say(
                f"{self.report.title}: {number} of {cycles} cycles, {self.books.acked} acked, "
                f"{len(self.report.violations)} violations, {seconds:.0f} s"
            )

    def _sum_up(self) -> None:
        ledger = self.lms.ledger.copy()
        report = self.report
        report.acked, report.launches = self.books.acked, self.books.launches
        report.without_answer, report.busy = self.books.without_answer, self.books.busy
        report.people = len(self.books.people)
        report.posts = sum(len(posts) for posts in ledger.values())
        report.repeated_posts = sum(
            len(posts) - len({post.given for post in posts}) for posts in ledger.values()
        )
        if not report.violations:
            report.kept = ""
