"""The tool's processes, each in a group of its own, and how long they take to be up."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Literal

Command = Literal["serve", "worker"]
GIVE_UP_S = 90.0
_HOME = Path(__file__).parents[2]  # where `-m tests` and `-m tracks` are found
_WORKER_IS_UP = "Worker: running"


class DidNotStart(Exception):
    """The process ended, or was not up after GIVE_UP_S; the message ends with what it wrote."""


def free_port() -> int:
    """Below the range that outgoing connections take theirs from: it must still be free when the
    server comes back a moment after its death."""
    while True:
        port = random.randrange(18_000, 30_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def answers(port: int, timeout: float = 5) -> bool:
    """Whether the tool does, on loopback."""
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


class Running:
    def __init__(self, command: Command, log: Path, pid: int, process: "Process | None") -> None:
        self.command = command
        self.log = log
        self._pid = pid
        self._process = process

    def is_alive(self) -> bool:
        if self._process is not None:
            return self._process.poll() is None
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """SIGKILL to the whole group; back when it is gone."""
        with suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        while self.is_alive():
            time.sleep(0.001)

    def written(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


Process = subprocess.Popen[bytes]


class Starter:
    """Starts the tool's commands: forked from a process that has imported them, or cold."""

    def __init__(self, environment: Mapping[str, str], folder: Path, port: int) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TRACKS_")}
        self._environment = {**kept, **environment}
        self._folder = folder
        self._port = port
        self._count = 0
        self._forker = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.starter"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_HOME,
            env=self._environment,
            start_new_session=True,
            text=True,
        )
        self._answer("ready")

    def _answer(self, expected: str = "") -> str:
        assert self._forker.stdout is not None
        line = self._forker.stdout.readline().strip()
        if not line or (expected and line != expected):
            raise DidNotStart(f"the starter said {line!r}")
        return line

    def start(self, command: Command, *, cold: bool) -> Running:
        self._count += 1
        log = self._folder / f"{command}-{self._count}.log"
        if cold:
            with log.open("wb") as out:
                process = subprocess.Popen(
                    [sys.executable, "-m", "tracks", command],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    cwd=_HOME,
                    env=self._environment,
                    start_new_session=True,
                )
            return Running(command, log, process.pid, process)
        assert self._forker.stdin is not None
        self._forker.stdin.write(f"{command} {log}\n")
        self._forker.stdin.flush()
        return Running(command, log, int(self._answer()), None)

    def wait_until_up(self, running: Running) -> None:
        end = time.monotonic() + GIVE_UP_S
        while not self._is_up(running):
            if not running.is_alive() or time.monotonic() > end:
                raise DidNotStart(f"tracks {running.command}: {running.written()[-2000:]}")
            time.sleep(0.01)

    def _is_up(self, running: Running) -> bool:
        if running.command == "worker":
            return _WORKER_IS_UP in running.written()
        return answers(self._port)

    def close(self) -> None:
        assert self._forker.stdin is not None
        assert self._forker.stdout is not None
        self._forker.stdin.close()
        self._forker.wait(timeout=30)
        self._forker.stdout.close()
