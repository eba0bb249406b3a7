"""Handed-out jobs, done by whoever listens at a broker: the only module that knows Celery."""

from collections.abc import Callable, Sequence
from typing import Any

from celery import Celery
from celery.worker import WorkController
from celery.worker import state as consuming

from tracks.jobs.actions import Handed


class Broker:
    """tracks.jobs.worker.Hands. Imported where there is a broker only: it takes 10 MB."""

    def __init__(self, run: Callable[[int, str, str], None], count: int, url: str) -> None:
        self._count = count
        self.celery = _celery(url)

        # Not shared: Celery would give this worker's task to every other app of the process.
        @self.celery.task(name="tracks.run_job", shared=False)
        def run_job(job_id: int, lease: str, lane: str = "") -> None:
            run(job_id, lease, lane)

        self._task = run_job

    def give(self, handed: Handed) -> None:
        self._task.delay(*handed)

    def workers(self) -> Sequence[Callable[[], Any]]:
        # Where the threads of the pool look for the task.
        self.celery.set_default()
        controller = WorkController(
            app=self.celery,
            pool_cls="threads",
            concurrency=self._count,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        return [controller.start]

    def ask_to_stop(self) -> None:
        # A flag that the tasks' own thread looks at: from here, its connection to the broker would
        # be closed while it reads, and both would wait for each other.
        consuming.should_stop = 0  # type: ignore[assignment]  # the stubs know only its first value

    def stopped(self) -> None:
        consuming.should_stop = None


def _celery(url: str) -> Celery:
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
        task_default_queue="tracks",
    )
    return app
