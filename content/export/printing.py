"""The compiler of pages in a process of its own: it unpacks pictures, and a small file can unfold
into a large one. All pages together have 60 seconds of computing and 2 GB, what is tried alone 10
seconds."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import typst

from content.said import say
from content.workers.process import CLOCK, begun, bound, end_after

SECONDS: Final = 60.0
SECONDS_ALONE: Final = 10.0
MEMORY: Final = 2 * 1024 * 1024 * 1024


class NotPrinted(Exception):
    """`said`: the compiler's words, or ours."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


def printed(text: bytes, root: Path, *, seconds: float = SECONDS, memory: int = MEMORY) -> bytes:
    """A PDF. Raises NotPrinted."""
    with begun(_print, text, root, seconds, memory) as pipe:
        heard = _heard(pipe, seconds)
    if isinstance(heard, bytes):
        return heard
    if isinstance(heard, str):
        raise NotPrinted(heard)
    raise NotPrinted(
        say(
            "it would take more time or memory than there may be: make the pictures smaller, or "
            "divide the track"
        )
    )


def which_print(
    texts: Sequence[bytes],
    root: Path,
    *,
    seconds: float = SECONDS,
    seconds_alone: float = SECONDS_ALONE,
    memory: int = MEMORY,
) -> list[bool]:
    """Each by itself. What had to be ended does not print; nor does the rest when all have taken
    `seconds`."""
    found: list[bool] = []
    while len(found) < len(texts) and seconds > 0:
        with begun(_try, texts[len(found) :], root, seconds_alone, memory) as pipe:
            for prints, took in _answers(pipe, seconds_alone):
                found.append(prints)
                seconds -= took
                if len(found) == len(texts) or seconds <= 0:
                    break
            else:
                found.append(False)
                seconds -= seconds_alone
    return found + [False] * (len(texts) - len(found))


def _answers(pipe: Connection, seconds: float) -> Iterator[tuple[bool, float]]:
    while isinstance(heard := _heard(pipe, seconds), tuple):
        yield heard


def _heard(pipe: Connection, seconds: float) -> object:
    """None: the process was ended."""
    try:
        return pipe.recv() if pipe.poll(seconds * CLOCK) else None
    except EOFError:
        return None


def _print(text: bytes, root: Path, seconds: float, memory: int, pipe: Connection) -> None:
    _begin(memory)
    end_after(seconds)
    try:
        answer: bytes | str = _compiled(text, root)
    except typst.TypstError as failure:
        answer = failure.message
    end_after(0)
    pipe.send(answer)


def _try(texts: Sequence[bytes], root: Path, seconds: float, memory: int, pipe: Connection) -> None:
    _begin(memory)
    for text in texts:
        began = time.process_time()
        end_after(seconds)
        try:
            _compiled(text, root)
        except typst.TypstError:
            prints = False
        else:
            prints = True
        end_after(0)
        pipe.send((prints, time.process_time() - began))


def _begin(memory: int) -> None:
    bound(memory)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # it aborts where there is no memory left
    os.environ["RAYON_NUM_THREADS"] = "1"  # each thread would take memory of its own


def _compiled(text: bytes, root: Path) -> bytes:
    main = root / "main.typ"
    main.write_bytes(text)
    fonts = typst.Fonts(include_system_fonts=False)
    compiler = typst.Compiler(main, root=root, font_paths=fonts)
    # without a time of its own the PDF is the same every day
    data = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=0)
    assert isinstance(data, bytes)
    return data
