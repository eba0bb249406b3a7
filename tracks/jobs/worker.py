"""Runs outbox rows: a relay hands ids out, whoever gets one does the work.

The row, not the message, is the truth: a lost message is handed out again when the lease ends,
a message delivered twice finds the lease taken. The same for `memory://` (threads inside the
server) and for a broker (ADR 0003, 0028): only who carries the ids differs.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from msgspec import Struct

from tracks.db import Database, DatabaseBusy, Session
from tracks.jobs.actions import Handed, claimed, finish, hand_out, park, try_later
from tracks.jobs.lanes import lane_went_well, pause_lane
from tracks.jobs.queries import Pace, startable, usual_pace
from tracks.jobs.rules import Job, back_off
from tracks.jobs.slots import Slots
from tracks.jobs.threads import Threads

log = logging.getLogger(__name__)
POLL_S = 1.0
THREADS = 4
# Of those, at most this many wait for one LMS; the others are for the rest of the world.
THREADS_PER_LANE = 2
CHORES_EVERY_S = 600.0
WATCHES_EVERY_S = 20.0


def _nothing(_session: Session) -> None:
    return None


class Done(Struct, frozen=True):
    """`write` runs in the transaction that closes the job."""

    write: Callable[[Session], None] = _nothing


class TryLater(Struct, frozen=True):
    """`write` runs when the lane is paused already."""

    reason: str
    after: float | None = None  # seconds the other side asked for
    write: Callable[[Session], None] = _nothing
    stops_lane: bool = False  # the other side fails, not this one job: the whole lane waits


class GiveUp(Struct, frozen=True):
    reason: str
    write: Callable[[Session], None] = _nothing


class SetAside(Struct, frozen=True):
    """Nobody was asked: whoever set `reason` up takes it up again (actions.take_up)."""

    reason: str


Outcome = Done | TryLater | GiveUp | SetAside
# Tidies up; told the time, in a transaction of its own.
Chore = Callable[[Session, datetime], object]
# Opens its own transactions; calls other machines only outside of them.
Handler = Callable[[Database, Job], Outcome]


class Hands(Protocol):
    """Who does the jobs that the relay hands out."""

    def give(self, handed: Handed) -> None: ...

    def workers(self) -> Sequence[Callable[[], Any]]:
        """What the threads of a process run that does jobs itself."""

    def ask_to_stop(self) -> None: ...

    def stopped(self) -> None: ...


def _now() -> datetime:
    return datetime.now(UTC)


def _no_pace(_session: Session, _lane: str) -> float:
    return 1e6


class Worker:
    """The relay, and who does what it hands out. `start` gives it threads of this process."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        broker_url: str,
        chores: Sequence[Chore] = (),
        pace: Pace = usual_pace,
        watches: Sequence[Chore] = (),
    ) -> None:
        self._database = database
        self._pace = pace
        self._slots = Slots(THREADS_PER_LANE)
        self._handlers = handlers
        self._chores = chores
        self._chores_due = 0.0
        # What must not wait ten minutes; each costs little when there is nothing to do.
        self._watches = watches
        self._watches_due = 0.0
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self.hands: Hands = _hands(self.run, broker_url)

    def wake(self) -> None:
        """Called after a commit that left jobs: the relay looks now and not in a second."""
        self._wake.set()

    def run(self, job_id: int, lease: str, lane: str = "") -> None:
        """Do one handed-out job, if it is still ours, and those that stood in line behind it."""
        handed: Handed | None = Handed(job_id, lease, lane)
        if not self._slots.enter(Handed(job_id, lease, lane)):
            return
        try:
            while handed is not None:
                self._run(handed)
                handed = self._slots.next(lane)
        except BaseException:
            self._slots.leave(lane)
            raise

    def _run(self, handed: Handed) -> None:
        with self._database.writing() as session:
            job = claimed(session, handed.job_id, handed.lease, _now())
        if job is None:
            return
        try:
            outcome = self._handlers[job.kind](self._database, job)
        except DatabaseBusy:
            outcome = TryLater("database_busy")
        except Exception as exc:
            # A bug must not take the worker down; the type is enough to find it, the text may
            # hold personal data.
            log.exception("job.bug kind=%s type=%s", job.kind, type(exc).__name__, exc_info=False)
            outcome = TryLater("bug")
        self._close(job, outcome)

    def _close(self, job: Job, outcome: Outcome) -> None:
        moment = _now()
        with self._database.writing() as session:
            self._note_lane(session, job, outcome, moment)
            if not isinstance(outcome, SetAside):
                outcome.write(session)
            match outcome:
                case SetAside(reason):
                    park(session, job, moment, reason)
                    log.info("job.set_aside kind=%s reason=%s", job.kind, reason)
                case Done():
                    finish(session, job, moment)
                case TryLater(reason, after):
                    wait = back_off(job.tries, after)
                    try_later(session, job, moment, wait, reason)
                    log.info("job.later kind=%s reason=%s tries=%d", job.kind, reason, job.tries)
                case GiveUp(reason):
                    park(session, job, moment, reason)
                    log.warning("job.parked kind=%s reason=%s", job.kind, reason)

    def _note_lane(self, session: Session, job: Job, outcome: Outcome, moment: datetime) -> None:
        if not job.lane or isinstance(outcome, SetAside):
            return
        if not isinstance(outcome, TryLater):
            if lane_went_well(session, job.lane, moment):
                log.warning("lane.open lane=%s", job.lane)
        elif outcome.stops_lane:
            failures = pause_lane(session, job.lane, moment, outcome.after)
            log.warning(
                "lane.paused lane=%s reason=%s failures=%d", job.lane, outcome.reason, failures
            )

    def relay_once(self) -> int:
        """Hand out what is due now; how many."""
        with self._database.reading() as session:
            if not startable(session, _now(), self._pace):
                return 0
        with self._database.writing() as session:
            handed = hand_out(session, _now(), pace=self._pace)
        for one in handed:
            self.hands.give(one)
        return len(handed)

    def drain(self, *, most: int = 1000, paced: bool = False) -> int:
        """Run what is due, here and now, without threads; how many jobs. For tests and seeding."""
        count = 0
        while count < most:
            with self._database.writing() as session:
                handed = hand_out(session, _now(), pace=self._pace if paced else _no_pace)
            if not handed:
                break
            for one in handed:
                self.run(*one)
                count += 1
        return count

    def _relay(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self._do_chores()
                if self.relay_once():
                    continue
            except Exception as exc:
                log.error("relay.failed type=%s", type(exc).__name__)  # texts may hold data
            self._wake.wait(POLL_S)

    def _do_chores(self) -> None:
        moment = time.monotonic()
        due: list[Chore] = []
        if moment >= self._watches_due:
            self._watches_due = moment + WATCHES_EVERY_S
            due += self._watches
        if moment >= self._chores_due:
            self._chores_due = moment + CHORES_EVERY_S
            due += self._chores
        for chore in due:
            with self._database.writing() as session:
                chore(session, _now())

    def start(self, *, with_relay: bool = True, with_tasks: bool = True) -> None:
        if with_tasks:
            for target in self.hands.workers():
                self._spawn("tasks", target)
        if with_relay:
            self._spawn("relay", self._relay)

    def _spawn(self, name: str, target: Callable[[], Any]) -> None:
        thread = threading.Thread(target=target, name=f"worker-{name}", daemon=True)
        thread.start()
        self._threads.append(thread)

    def stop(self, timeout: float = 15.0) -> None:
        """Finish what runs, take nothing new. What does not finish is handed out again later."""
        self._stopping.set()
        self._wake.set()
        self.hands.ask_to_stop()
        for thread in self._threads:
            thread.join(timeout)
        self.hands.stopped()


def _hands(run: Callable[[int, str, str], None], broker_url: str) -> Hands:
    if broker_url.startswith("memory"):
        return Threads(run, THREADS)
    from tracks.jobs.broker import Broker

    return Broker(run, THREADS, broker_url)
