"""Runs outbox rows: a relay hands ids to Celery, one Celery task does the work.

The row, not the message, is the truth: a lost message is handed out again when the lease ends,
a message delivered twice finds the lease taken. One code path for `memory://` (a worker thread
inside the server) and for a broker (ADR 0003).
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from celery import Celery
from celery.worker import WorkController
from celery.worker import state as consuming

from tracks.db import Database, DatabaseBusy, Session
from tracks.jobs.actions import claimed, finish, hand_out, has_due, park, try_later
from tracks.jobs.rules import Job, back_off

log = logging.getLogger(__name__)
POLL_S = 1.0
CHORES_EVERY_S = 600.0


def _nothing(_session: Session) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Done:
    """`write` runs in the transaction that closes the job."""

    write: Callable[[Session], None] = _nothing


@dataclass(frozen=True, slots=True)
class TryLater:
    reason: str
    after: float | None = None  # seconds the other side asked for
    write: Callable[[Session], None] = _nothing


@dataclass(frozen=True, slots=True)
class GiveUp:
    reason: str
    write: Callable[[Session], None] = _nothing


Outcome = Done | TryLater | GiveUp
# Tidies up; told the time, in a transaction of its own.
Chore = Callable[[Session, datetime], object]
# Opens its own transactions; calls other machines only outside of them.
Handler = Callable[[Database, Job], Outcome]


def _now() -> datetime:
    return datetime.now(UTC)


class Worker:
    """The relay and the Celery app. `start` gives it threads of this process."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        broker_url: str,
        chores: Sequence[Chore] = (),
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._chores = chores
        self._chores_due = 0.0
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self.celery = _celery(broker_url)

        # Not shared: Celery would give this worker's task to every other app of the process.
        @self.celery.task(name="tracks.run_job", shared=False)
        def run_job(job_id: int, lease: str) -> None:
            self.run(job_id, lease)

        self._task = run_job

    def wake(self) -> None:
        """Called after a commit that left jobs: the relay looks now and not in a second."""
        self._wake.set()

    def run(self, job_id: int, lease: str) -> None:
        """Do one handed-out job, if it is still ours."""
        with self._database.writing() as session:
            job = claimed(session, job_id, lease, _now())
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
            outcome.write(session)
            match outcome:
                case Done():
                    finish(session, job, moment)
                case TryLater(reason, after):
                    wait = back_off(job.tries, after)
                    try_later(session, job, moment, wait, reason)
                    log.info("job.later kind=%s reason=%s tries=%d", job.kind, reason, job.tries)
                case GiveUp(reason):
                    park(session, job, moment, reason)
                    log.warning("job.parked kind=%s reason=%s", job.kind, reason)

    def relay_once(self) -> int:
        """Hand out what is due now; how many."""
        with self._database.reading() as session:
            if not has_due(session, _now()):
                return 0
        with self._database.writing() as session:
            handed = hand_out(session, _now())
        for job_id, lease in handed:
            self._task.delay(job_id, lease)
        return len(handed)

    def drain(self, *, most: int = 1000) -> int:
        """Run what is due, here and now, without threads; how many jobs. For tests and seeding."""
        count = 0
        while count < most:
            with self._database.writing() as session:
                handed = hand_out(session, _now())
            if not handed:
                break
            for job_id, lease in handed:
                self.run(job_id, lease)
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
        if time.monotonic() < self._chores_due:
            return
        self._chores_due = time.monotonic() + CHORES_EVERY_S
        for chore in self._chores:
            with self._database.writing() as session:
                chore(session, _now())

    def start(self, *, with_relay: bool = True, with_tasks: bool = True) -> None:
        if with_tasks:
            # Where the threads of the pool look for the task.
            self.celery.set_default()
            controller = WorkController(
                app=self.celery,
                pool_cls="threads",
                concurrency=2,
                without_heartbeat=True,
                without_mingle=True,
                without_gossip=True,
            )
            self._spawn("tasks", controller.start)
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
        # A flag that the tasks' own thread looks at: from here, its connection to the broker would
        # be closed while it reads, and both would wait for each other.
        consuming.should_stop = 0  # type: ignore[assignment]  # the stubs know only its first value
        for thread in self._threads:
            thread.join(timeout)
        consuming.should_stop = None


def _celery(broker_url: str) -> Celery:
    in_memory = broker_url.startswith("memory")
    # kombu wants a host in every address, and warns when there is none.
    url = "memory://localhost/" if in_memory else broker_url
    app = Celery("tracks", broker=url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        # Seconds. Half of it is also how long an idle worker takes to see that it is to stop.
        broker_heartbeat=6,
        broker_transport_options={"polling_interval": 0.05} if in_memory else {},
        task_default_queue="tracks",
    )
    return app
