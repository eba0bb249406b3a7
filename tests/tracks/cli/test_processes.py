"""`tracks serve` in several processes, real ones, on loopback."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.crash.processes import answers, free_port
from tracks.settings import Settings, SettingsError

SLOW_S = 60.0


@dataclass(frozen=True, slots=True)
class Served:
    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    @property
    def children(self) -> set[int]:
        pid = self.process.pid
        with suppress(FileNotFoundError):
            return {int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
        return set()

    def answers(self) -> bool:
        return answers(self.port, 20)


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + SLOW_S
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_there(pid: int) -> bool:
    """A process that nobody has waited for yet is not there any more."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def has_threads(pid: int) -> bool:
    """Those that answer requests are begun last."""
    threads = Path(f"/proc/{pid}/task")
    return threads.is_dir() and len(list(threads.iterdir())) > Settings().threads


@contextmanager
def serving(folder: Path, **more: str) -> Iterator[Served]:
    port, log = free_port(), folder / "log"
    settings = {
        "TRACKS_BASE_URL": f"http://localhost:{port}",
        "TRACKS_PORT": str(port),
        "TRACKS_DATA_DIR": str(folder / "data"),
        "TRACKS_PROCESSES": "2",
    }
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TRACKS_")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tracks", "serve"],
            env={**kept, **settings, **more},
            stdout=out,
            stderr=out,
        )
    served = Served(process, port, log)
    children: set[int] = set()
    try:
        wait_until(lambda: b"Ctrl-C" in log.read_bytes() or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        wait_until(lambda: len(served.children) == 2 and all(map(has_threads, served.children)))
        assert served.answers()
        children = served.children
        yield served
    finally:
        children |= served.children
        process.kill()
        process.wait()
        wait_until(lambda: not any(is_there(pid) for pid in children))


pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="finds a server's processes in /proc"
)


def test_one_that_ends_is_begun_anew(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        before = served.children
        assert len(before) == 2
        killed = min(before)

        os.kill(killed, signal.SIGKILL)

        wait_until(lambda: len(served.children - before) == 1 and len(served.children) == 2)
        assert killed not in served.children
        assert served.answers()
    assert f"process.ended pid={killed}" in served.log.read_text()


def test_all_of_them_answer(tmp_path: Path) -> None:
    """Each alone, while the other stands still."""
    with serving(tmp_path) as served:
        for asked in served.children:
            others = served.children - {asked}
            for pid in others:
                os.kill(pid, signal.SIGSTOP)
            try:
                wait_until(served.answers)
            finally:
                for pid in others:
                    os.kill(pid, signal.SIGCONT)


def test_sigterm_under_load_ends_all_and_cuts_no_answer_off(tmp_path: Path) -> None:
    """Check 32: within 20 s, and nobody stays behind."""
    with serving(tmp_path) as served, ThreadPoolExecutor(8) as clients:
        children, stop = served.children, False
        answered: list[int] = []

        def ask() -> None:
            while not stop:
                connection = HTTPConnection("127.0.0.1", served.port, timeout=20)
                try:
                    connection.request("GET", "/healthz")
                    answer = connection.getresponse()
                    assert answer.status == 200
                    assert answer.read() == b'{"status":"ok"}\n'
                    answered.append(answer.status)
                except (OSError, HTTPException):
                    if served.process.poll() is not None:
                        return
                finally:
                    connection.close()

        asking = [clients.submit(ask) for _ in range(8)]
        wait_until(lambda: len(answered) > 50)
        began = time.monotonic()

        served.process.send_signal(signal.SIGTERM)
        code = served.process.wait(SLOW_S)

        took, stop = time.monotonic() - began, True
        for one in asking:
            one.result()
        assert code == 0, served.log.read_text()
        assert took < 20
        assert not any(is_there(pid) for pid in children)


def test_none_outlives_who_began_them(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        children = served.children

        served.process.kill()
        served.process.wait()

        wait_until(lambda: not any(is_there(pid) for pid in children))


def test_what_cannot_begin_is_not_begun_for_ever(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        before = served.children
        while served.process.poll() is None:
            for pid in served.children:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)

        assert served.process.returncode == 1
        assert "ended within 60 s" in served.log.read_text()
        assert not any(is_there(pid) for pid in before)


@pytest.mark.parametrize("count", [0, -1])
def test_there_is_at_least_one(count: int) -> None:
    with pytest.raises(SettingsError, match="TRACKS_PROCESSES"):
        Settings(processes=count)
