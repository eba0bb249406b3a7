from __future__ import annotations

import re
from pathlib import Path

from content.markdown import Document
from content.problems import ProblemList
from content.said import say

# C0 and C1 but tab and line feed, the replacement character, and the signs that turn text around
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd\u202a-\u202e\u2066-\u2069]")


def check(document: Document, folder: Path, found: ProblemList) -> None:
    for number, line in enumerate(document.lines, start=1):
        odd = _ODD.search(line)
        if odd:
            message = say("a character nobody can see: {sign}", sign=f"U+{ord(odd[0]):04X}")
            found.error("control-character", number, message, "Take it out.")
