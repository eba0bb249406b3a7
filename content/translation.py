"""Which text a translation was made from, kept in its front matter as `source: nb 0a1b2c3d4e5f`."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from content.front_matter import read_front_matter, split_front_matter
from content.markdown import Document, read_document
from content.problems import ProblemList
from content.reading.files import read_text
from content.reading.forms import ModuleForm, TrackForm

_LANGUAGE = re.compile(r".*\.([A-Za-z_-]+)\.md")


def mark(language: str, document: Document, values: TrackForm | ModuleForm) -> str:
    """Of all words there are to translate, and of nothing else: a raised version number or a
    corrected code makes no translation old."""
    words = [values.title, getattr(values, "summary", ""), getattr(values, "leader", "")]
    words += getattr(values, "entry_check", ())
    body = "\n".join(line.rstrip() for line in document.lines).strip()
    digest = hashlib.sha256(json.dumps([*words, body]).encode()).hexdigest()
    return f"{language} {digest[:12]}"


def mark_of_file(path: Path) -> str | None:
    """None if the file cannot be read as a track's or a session's."""
    name = _LANGUAGE.fullmatch(path.name)
    found = ProblemList(path.name)
    text = read_text(path, found)
    yaml, body = split_front_matter(text) if text is not None else (None, "")
    if name is None or yaml is None:
        return None
    form: type[TrackForm] | type[ModuleForm]
    form = TrackForm if path.name.startswith("track.") else ModuleForm
    values = read_front_matter(yaml, form, found).values
    return None if values is None else mark(name[1], read_document(path.name, body), values)


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
