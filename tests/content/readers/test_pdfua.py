"""The printed handout by pdfua's rules of PDF/UA-1. veraPDF, which has all, is in no package."""

from __future__ import annotations

from pathlib import Path

import pdfua
import pikepdf
import pytest

from tests.content.readers.conftest import Taken

# Empty headings: it stumbles over tags that come in a list.
THEIR_OWN_FAULT = {"UA-14-001"}
RULES = 12


def broken(path: str) -> dict[str, int]:
    """rule -> how often it is broken."""
    report = pdfua.validate(path)
    assert len(report.outcomes) == RULES
    assert {o.rule_id for o in report.outcomes if o.skipped_reason} <= THEIR_OWN_FAULT
    return {o.rule_id: len(o.findings) for o in report.outcomes if o.findings}


def test_every_handout_keeps_them(taken: Taken) -> None:
    found = {name: broken(path) for name, path in taken.paths("pdf").items()}
    assert {name: rules for name, rules in found.items() if rules} == {}


@pytest.mark.parametrize(
    ("what", "rule"),
    [
        ("alt", "UA-13-004"),
        ("language", "UA-06-001"),
        ("tags", "UA-01-005"),
        ("title", "UA-07-001"),
    ],
)
def test_they_would_see_it_broken(what: str, rule: str, taken: Taken, tmp_path: Path) -> None:
    with pikepdf.open(taken.path("spor.nb", "pdf")) as document:
        if what == "alt":
            for each in document.objects:
                if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/Figure":
                    del each["/Alt"]
        elif what == "language":
            del document.Root["/Lang"]
        elif what == "tags":
            del document.Root["/StructTreeRoot"]
        else:
            with document.open_metadata() as metadata:
                del metadata["dc:title"]
        document.save(tmp_path / "broken.pdf")
    assert rule in broken(str(tmp_path / "broken.pdf"))
