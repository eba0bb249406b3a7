"""The worker with its threads, in this process and over a broker."""

import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from kombu import Connection

from tracks.db import Database
from tracks.jobs.actions import enqueue
from tracks.jobs.broker import Broker
from tracks.jobs.models import outbox
from tracks.jobs.rules import Job
from tracks.jobs.worker import Done, Worker

BROKER = os.environ.get("TRACKS_TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672//")


class Running:
    """A started worker, and the keys of the jobs it has done."""

    def __init__(self, database: Database, broker_url: str, queue: str) -> None:
        self.database = database
        self.done: list[str] = []
        self._enough = threading.Event()
        self._wanted = 0
        self.worker = Worker(database, {"note": self._note}, broker_url)
        if isinstance(self.worker.hands, Broker):
            self.worker.hands.celery.conf.task_default_queue = queue
        database.on_jobs = self.worker.wake
        self.worker.start()

    def _note(self, _database: Database, job: Job) -> Done:
        self.done.append(job.key)
        if len(self.done) >= self._wanted:
            self._enough.set()
        return Done()

    def wish(self, *keys: str) -> None:
        self._wanted += len(keys)
        self._enough.clear()
        with self.database.writing() as session:
            for key in keys:
                enqueue(session, "note", key, {}, now=datetime.now(UTC))

    def wait(self) -> None:
        assert self._enough.wait(20), self.done


def left(database: Database) -> int:
    with database.reading() as session:
        return len(session.execute(outbox.select()).all())


# The threads are the same whatever the database: one is enough.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def running(database: Database) -> Iterator[Running]:
    made = Running(database, "memory://", "tracks")
    yield made
    made.worker.stop()


@ON_SQLITE
def test_a_job_is_done_soon_after_its_change_is_kept(running: Running, database: Database):
    running.wish("a", "b")
    running.wait()
    running.wish("c")
    running.wait()
    running.worker.stop()

    assert sorted(running.done) == ["a", "b", "c"]
    assert left(database) == 0


@ON_SQLITE
def test_stopping_takes_no_new_work_and_leaves_no_thread(database: Database):
    # Others' threads may run in this process: a journey's site has a worker too.
    running_before = set(threading.enumerate())
    made = Running(database, "memory://", "tracks")
    started = set(threading.enumerate()) - running_before
    made.worker.stop()
    made.wish("a")

    assert left(database) == 1
    assert made.done == []
    assert {t.name for t in started} >= {"worker-relay", "worker-tasks"}
    assert {t.name for t in started if t.is_alive() and t.name.startswith("worker-")} == set()


def is_listening(url: str) -> bool:
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 5672), timeout=2):
            return True
    except OSError:
        return False


@pytest.mark.server
@pytest.mark.skipif(
    not is_listening(BROKER),
    reason=f"no RabbitMQ at {urlsplit(BROKER).hostname}: jobs over a broker are NOT tested here; "
    "TRACKS_TEST_AMQP_URL names another",
)
@ON_SQLITE
def test_jobs_travel_over_rabbitmq(database: Database):
    queue = f"tracks-test-{uuid.uuid4().hex}"
    made = Running(database, BROKER, queue)
    try:
        made.wish("a", "b", "c")
        made.wait()
        with Connection(BROKER) as connection:
            declared = connection.default_channel.queue_declare(queue, passive=True)
            assert declared.consumer_count == 1
    finally:
        began = time.monotonic()
        made.worker.stop()
        seconds = time.monotonic() - began
        with Connection(BROKER) as connection:
            connection.default_channel.queue_delete(queue)

    assert sorted(made.done) == ["a", "b", "c"]
    assert left(database) == 0
    assert seconds < 15  # an operator's SIGTERM: 20 at most
