"""Starts `tracks serve` and `tracks worker` quickly: a process that has imported them, and forks.

Reads "<command> <log file>" lines, answers each with the new process's id. Most of a start is
Python's imports; without them 200 restarts take minutes less. What runs after the fork is the
command itself, from its first line on. When the input ends, everything it started is killed.
"""

import importlib
import os
import signal
import sys
import threading
from contextlib import suppress

# What `tracks serve` loads, now or on its first request and job.
_MODULES = (
    "celery.concurrency.thread",
    "celery.worker.consumer",
    "celery.worker.components",
    "celery.worker.autoscale",
    "kombu.transport.memory",
    "kombu.transport.pyamqp",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.postgresql.psycopg",
    "tracks.app",
    "tracks.cli",
    "tracks.cli.content",
    "tracks.cli.database",
    "tracks.cli.lti",
    "tracks.cli.run",
    "tracks.cli.serve",
    "tracks.migrations",
)


def _run(command: str, log: str) -> None:
    """In the child: become the command. Never returns."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    sys.argv = ["tracks", command]
    code: object = 1
    try:
        from tracks.cli import main

        main()
    except SystemExit as exc:
        code = exc.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


def _still_ours(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False


def main() -> None:
    for name in _MODULES:
        importlib.import_module(name)
    assert threading.active_count() == 1, "a fork copies one thread only"
    # The system takes the dead away: nobody waits for them here.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    started: list[int] = []
    print("ready", flush=True)
    for line in sys.stdin:
        command, _, log = line.strip().partition(" ")
        pid = os.fork()
        if pid == 0:
            _run(command, log)
        # Here as well as in the child: whoever is first, the group is there when we answer.
        with suppress(ProcessLookupError):
            os.setpgid(pid, pid)
        started.append(pid)
        print(pid, flush=True)
    for pid in started:
        if _still_ours(pid):
            os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
