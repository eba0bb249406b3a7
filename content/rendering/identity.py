"""What a drawn step is made of, as one key: where it is the same, drawing again gives the same."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from msgspec import to_builtins
from msgspec.structs import replace

from content.model import Step
from content.problems import Location

_DRAWING: Final = (
    *("markdown-it-py", "mdit-py-plugins", "linkify-it-py", "math-core", "nh3", "pygments"),
)
_NOWHERE: Final = Location("", 1)


@cache
def renderer() -> str:
    """Changes with any file of this package, words of the interface included, and with every
    library that draws: nobody has to remember to raise a number."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.po")]):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    for package in _DRAWING:
        digest.update(f"{package} {version(package)}\n".encode())
    return digest.hexdigest()


def key_of(step: Step, language: str) -> str:
    """Of all that render_step reads, what was borrowed included; where it stands in the file does
    not count. 64 signs of 0-9 and a-f."""
    text = replace(step.texts[language], location=_NOWHERE)
    made_of = [renderer(), language, step.id, step.kind.value, step.scale, to_builtins(text)]
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()
