"""A track in another system's format, made for a page: what reads its texts and files is ended when
it has taken what it may."""

from __future__ import annotations

from typing import Final

from content.export.formats import FORMATS
from content.export.pdf import pdf
from content.export.source import Exported, Source
from content.workers.bounded import Run, Within

SECONDS: Final = 20.0  # of computing; the compiler of pages has bounds of its own
WITHIN: Final = Within(SECONDS)


def exported(name: str, source: Source, run: Run = WITHIN) -> Exported:
    """The same bytes as FORMATS[name].make(source). Raises CannotExport, TooMuchWork and
    ReadingFailed."""
    make = FORMATS[name].make
    # a process of this kind begins none itself: drawing the pages and printing them take turns
    return pdf(source, run) if make is pdf else run(make, source)
