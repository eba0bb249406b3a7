"""Which text a translation was made from, kept in its front matter as `source: nb 0a1b2c3d4e5f`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

from content.front_matter import plain_values, read_front_matter, split_front_matter
from content.markdown import normalised
from content.problems import ProblemList
from content.reading.files import read_text
from content.reading.forms import ModuleForm, TrackForm

_LANGUAGE = re.compile(r".*\.([A-Za-z_-]+)\.md")


def mark(language: str, body: Sequence[str], values: TrackForm | ModuleForm) -> str:
    """Of all words there are to translate, and of nothing else: a raised version number or a
    corrected code makes no translation old. `body`: its lines, with one kind of line end."""
    words = [values.title, getattr(values, "summary", ""), getattr(values, "leader", "")]
    words += getattr(values, "entry_check", ())
    text = "\n".join(line.rstrip() for line in body).strip()
    digest = hashlib.sha256(json.dumps([*words, text]).encode()).hexdigest()
    return f"{language} {digest[:12]}"


def mark_of_file(path: Path) -> str | None:
    """None if the file cannot be read as a track's or a session's."""
    text = read_text(path, ProblemList(path.name))
    return None if text is None else mark_of_text(path.name, text)


def mark_of_text(name: str, text: str) -> str | None:
    """`name`: of its file, which says the language; else as mark_of_file."""
    language = _LANGUAGE.fullmatch(name)
    yaml, body = split_front_matter(text)
    if language is None or yaml is None:
        return None
    form: type[TrackForm] | type[ModuleForm]
    form = TrackForm if name.startswith("track.") else ModuleForm
    values = read_front_matter(yaml, form, ProblemList(name)).values
    return None if values is None else mark(language[1], normalised(body).split("\n"), values)


def source_in(text: str) -> str:
    """What its front matter says it was made from: "nb 0a1b2c3d4e5f"; "" if it does not say."""
    yaml, _ = split_front_matter(text)
    said = (plain_values(yaml or "") or {}).get("source")
    return said if isinstance(said, str) else ""


def with_mark(text: str, source: str) -> str:
    """The same text but for that one line of its front matter, which it must have."""
    lines = text.split("\n")
    end = next(n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "..."))
    ending = "\r" if lines[0].endswith("\r") else ""
    written = f"source: {source}{ending}"
    for number in range(1, end):
        if re.match(r"source[ \t]*:", lines[number]):
            return "\n".join([*lines[:number], written, *lines[number + 1 :]])
    return "\n".join([*lines[:end], written, *lines[end:]])
