"""One piece of work over text from anybody, in a process of its own that is ended when it has taken
what it may."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from msgspec import Struct

from content.workers import process
from content.workers.child import Failed
from content.workers.loading import ReadingFailed
from content.workers.process import CLOCK, begun, end_after

_P = ParamSpec("_P")
_R = TypeVar("_R")


class TooMuchWork(Exception):
    """It would have taken more time or memory than there may be."""


class Run(Protocol):
    """How work is done: here, or within bounds."""

    def __call__(self, work: Callable[_P, _R], /, *given: _P.args, **options: _P.kwargs) -> _R: ...


def here(work: Callable[_P, _R], /, *given: _P.args, **options: _P.kwargs) -> _R:
    return work(*given, **options)


class Within(Struct, frozen=True):
    """Raises TooMuchWork, and ReadingFailed for what is our mistake. The work is a function of a
    module; what it is given and what it gives go from process to process."""

    seconds: float  # of computing

    def __call__(self, work: Callable[_P, _R], /, *given: _P.args, **options: _P.kwargs) -> _R:
        with begun(_run, work, given, options, self.seconds) as pipe:
            if not isinstance(_heard(pipe, 60), _Begins):
                raise ReadingFailed("the process ended before it began")
            answer = _heard(pipe, self.seconds * CLOCK)
        if isinstance(answer, Failed):
            raise ReadingFailed(answer.report)
        if not isinstance(answer, _Done):
            raise TooMuchWork
        return cast(_R, answer.value)


class _Begins(Struct, frozen=True):
    pass


class _Done(Struct, frozen=True):
    value: Any


def _heard(pipe: Connection, seconds: float) -> object:
    """None: the process was ended."""
    try:
        return pipe.recv() if pipe.poll(seconds) else None
    except EOFError:
        return None


def _run(
    work: Callable[..., object],
    given: tuple[Any, ...],
    options: dict[str, Any],
    seconds: float,
    pipe: Connection,
) -> None:
    process.bound(process.MEMORY)
    pipe.send(_Begins())
    end_after(seconds)
    try:
        pipe.send(_Done(work(*given, **options)))
    except (MemoryError, RecursionError):
        return
    except Exception:
        end_after(0)
        pipe.send(Failed(traceback.format_exc()))
