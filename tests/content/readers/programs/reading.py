"""What the programs share. Each is run by the Python of .cache/openedx, is told its task as JSON on
standard input and answers in JSON on standard output."""

import io
import itertools
import json
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

# They are older than what they run on; how they are written is not what is tested.
warnings.simplefilter("ignore")


def answer(read: Callable[[Any], Any]) -> None:
    json.dump(read(json.load(sys.stdin)), sys.stdout)


def named(data: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name  # type: ignore[misc]  # what is uploaded has one
    return file


def every_choice(options: Sequence[str], is_one: bool) -> Iterator[tuple[str, ...]]:
    """Of one answer each, of several all that can be ticked."""
    for count in range(1, 2 if is_one else len(options) + 1):
        yield from itertools.combinations(options, count)
