"""One piece of work in a process of its own: its answer, or that it took too much."""

import os
import threading
from collections.abc import Callable

import pytest

from content.workers import process
from content.workers.bounded import TooMuchWork, Within, here
from content.workers.loading import ReadingFailed

BRIEFLY = Within(0.05)


def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process is a fork of this one, whatever threads there are."""
    monkeypatch.setattr(threading, "active_count", lambda: 1)


def added(first: int, second: int = 0, *, third: int = 0) -> tuple[int, int]:
    return first + second + third, os.getpid()


@pytest.mark.parametrize("threads", [1, 2])
def test_the_answer_of_another_process(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: threads)

    total, where = Within(5.0)(added, 1, 2, third=4)

    assert (total, where == os.getpid()) == (7, False)
    assert here(added, 1, 2, third=4) == (7, os.getpid())


def burn() -> None:
    while True:
        pass


def nest() -> None:
    nest()


def fill() -> int:
    return len(bytearray(1 << 30))


def wait() -> None:
    threading.Event().wait()


def end() -> None:
    os._exit(9)


@pytest.mark.parametrize("work", [burn, nest, fill, wait, end])
def test_what_takes_too_much_is_ended(
    monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]
) -> None:
    forked(monkeypatch)
    monkeypatch.setattr(process, "MEMORY", 64 * 1024 * 1024)

    with pytest.raises(TooMuchWork):
        BRIEFLY(work)


def wrong() -> None:
    raise KeyError("no such luck")


def unsendable() -> Callable[[], None]:
    return lambda: None


@pytest.mark.parametrize(
    ("work", "told"), [(wrong, "KeyError: 'no such luck'"), (unsendable, "lambda")]
)
def test_a_mistake_of_ours_comes_with_its_report(
    monkeypatch: pytest.MonkeyPatch, work: Callable[[], object], told: str
) -> None:
    forked(monkeypatch)

    with pytest.raises(ReadingFailed, match=told):
        BRIEFLY(work)


def test_a_process_that_ends_before_it_began_is_our_mistake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forked(monkeypatch)
    monkeypatch.setattr(process, "bound", lambda _memory: os._exit(9))

    with pytest.raises(ReadingFailed, match="ended before it began"):
        BRIEFLY(added, 1)
