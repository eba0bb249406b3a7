"""A picture opened in a process of its own: decoders are C code that others write, and a small file
can unfold into a large one. It has 5 seconds of computing and 512 MB."""

from __future__ import annotations

import multiprocessing
import resource
import signal
import threading
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess, ForkServerProcess
from typing import Final

from content.intake.uploads import Refused, Upload, taken_in
from content.workers.child import address_space

SECONDS: Final = 5.0
MEMORY: Final = 512 * 1024 * 1024
_CLOCK: Final = 10  # as content.workers.loading: a busy machine refuses no picture


def upload_taken_in(data: bytes, *, seconds: float = SECONDS) -> Upload:
    """As content.intake.uploads.taken_in, for files from anybody. Raises Refused."""
    here, there = multiprocessing.Pipe(duplex=False)
    process: ForkProcess | ForkServerProcess
    if threading.active_count() == 1:
        process = ForkProcess(target=_run, args=(data, seconds, there), daemon=True)
    else:
        process = ForkServerProcess(target=_run, args=(data, seconds, there), daemon=True)
    process.start()
    there.close()
    try:
        heard = here.recv() if here.poll(seconds * _CLOCK) else None
    except EOFError:
        heard = None
    finally:
        process.kill()
        process.join()
        process.close()
        here.close()
    if isinstance(heard, Upload):
        return heard
    # ended from outside: it would have taken more time or memory than there may be
    raise Refused("pixels") if heard is None else heard


def _run(data: bytes, seconds: float, pipe: Connection) -> None:
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    most = address_space() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        answer: Upload | Refused = taken_in(data)
    except Refused as refused:
        answer = refused
    except MemoryError:
        answer = Refused("pixels")
    signal.setitimer(signal.ITIMER_PROF, 0)
    pipe.send(answer)
