"""A picture opened in a process of its own: decoders are C code that others write, and a small file
can unfold into a large one. It has 5 seconds of computing and 512 MB."""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import Final

from content.intake.uploads import Refused, Upload, taken_in
from content.workers.process import CLOCK, begun, bound, end_after

SECONDS: Final = 5.0
MEMORY: Final = 512 * 1024 * 1024


def upload_taken_in(data: bytes, *, seconds: float = SECONDS) -> Upload:
    """As content.intake.uploads.taken_in, for files from anybody. Raises Refused."""
    with begun(_run, data, seconds) as pipe:
        try:
            heard = pipe.recv() if pipe.poll(seconds * CLOCK) else None
        except EOFError:
            heard = None
    if isinstance(heard, Upload):
        return heard
    # ended from outside: it would have taken more time or memory than there may be
    raise Refused("pixels") if heard is None else heard


def _run(data: bytes, seconds: float, pipe: Connection) -> None:
    bound(MEMORY)
    end_after(seconds)
    try:
        answer: Upload | Refused = taken_in(data)
    except Refused as refused:
        answer = refused
    except MemoryError:
        answer = Refused("pixels")
    end_after(0)
    pipe.send(answer)
