from __future__ import annotations

from pathlib import Path

import pytest

from content.loader import load_library
from content.rendering.html import render_step
from tests.content.cases import MODULE, MODULE_HEAD, PHASES_B_D, TRACK_FILE, write

LIBRARY = """id: asker
name: Asker
contact: content@example.org
licence: CC BY 4.0
languages: [nb]
"""
LENT = "### Lånt {#lent .resource}\n\nDet lånte.\n"


def _module(steps: str) -> str:
    return f"{MODULE_HEAD}## A Forarbeid {{phase=A}}\n\n{steps}\n{PHASES_B_D}"


def _library(root: Path, *, lender: str, borrower: str) -> Path:
    write(root, {"library.yaml": LIBRARY})
    for name, steps in (("lender", lender), ("borrower", borrower)):
        write(root / name, {"track.nb.md": TRACK_FILE, MODULE: _module(steps)})
    return root


def _borrow(address: str, mark: str = "") -> str:
    return f"### Les {{#a1{mark}}}\n\nFør.\n\n::: include {{resource={address}}}\n:::\n\nEtter.\n"


def test_the_borrowed_text_stands_where_it_is_borrowed(tmp_path: Path) -> None:
    root = _library(tmp_path, lender=LENT, borrower=_borrow("lender/case#lent"))
    loaded = load_library(root)
    assert loaded.problems == ()
    assert loaded.value is not None
    step = loaded.value.tracks[0].modules[0].steps[0]
    html = render_step(step, "nb", media_url=lambda path: f"/{path}").html
    assert html == "<p>Før.</p>\n<p>Det lånte.</p>\n<p>Etter.</p>"


@pytest.mark.parametrize(
    ("lender", "address", "code"),
    [
        (LENT, "lender/case#lend", "include-missing"),
        (LENT.replace(" .resource", ""), "lender/case#lent", "include-not-resource"),
        (LENT + "\n[fil](media/a.pdf)\n", "lender/case#lent", "include-media"),
        (
            "::: refleksjon {#lent .resource}\nHva tenker du?\n:::\n",
            "lender/case#lent",
            "include-kind",
        ),
    ],
)
def test_what_cannot_be_borrowed(tmp_path: Path, lender: str, address: str, code: str) -> None:
    root = _library(tmp_path, lender=lender, borrower=_borrow(address))
    write(root / "lender", {"media/a.pdf": "x"})
    told = [(p.code, p.location.path, p.location.line) for p in load_library(root).problems]
    assert told == [(code, f"borrower/{MODULE}", 7)]


def test_a_circle_is_told_at_each_of_its_steps(tmp_path: Path) -> None:
    root = _library(
        tmp_path,
        lender=_borrow("borrower/case#a1", " .resource"),
        borrower=_borrow("lender/case#a1", " .resource"),
    )
    told = [(p.code, p.location.path) for p in load_library(root).problems if p.is_error]
    assert told == [
        ("include-circle", f"borrower/{MODULE}"),
        ("include-circle", f"lender/{MODULE}"),
    ]


def test_a_text_that_is_not_there_in_this_language(tmp_path: Path) -> None:
    root = _library(tmp_path, lender=LENT, borrower=_borrow("lender/case#lent"))
    both = TRACK_FILE.replace("languages: [nb]", "languages: [nb, sv]")
    write(root / "borrower", {"track.nb.md": both, "track.sv.md": both})
    module = _module(_borrow("lender/case#lent"))
    write(root / "borrower", {"01-case.sv.md": module})
    told = [(p.code, p.location.path, p.location.line) for p in load_library(root).problems]
    assert told == [("include-language", "borrower/01-case.sv.md", 7)]


def test_in_a_prompt_and_with_files_of_the_same_track(tmp_path: Path) -> None:
    borrowing = (
        ":::: refleksjon {#r1}\nTenk.\n\n::: include {resource=lender/case#lent}\n:::\n::::\n\n"
    )
    lender = borrowing + LENT + "\n[fil](media/a.pdf)\n"
    root = _library(tmp_path, lender=lender, borrower="### Les {#a1}\n\nLes.\n")
    write(root / "lender", {"media/a.pdf": "x"})
    loaded = load_library(root)
    assert loaded.problems == ()
    assert loaded.value is not None
    step = loaded.value.tracks[1].modules[0].steps[0]
    html = render_step(step, "nb", media_url=lambda path: f"/{path}").prompt_html
    assert html.startswith("<p>Tenk.</p>\n<p>Det lånte.</p>")


def test_a_fault_of_another_track_is_told_to_its_borrowers_and_stops_nobody_else(
    tmp_path: Path,
) -> None:
    """A circle, or what is missing, two tracks on; the third borrows what is whole."""
    borrowing = "::: include {resource=lender/case#borte}\n:::\n"
    lender = f"{LENT}\n### Galt {{#galt .resource}}\n\n{borrowing}"
    root = _library(tmp_path, lender=lender, borrower=_borrow("lender/case#galt"))
    module = _module(_borrow("lender/case#lent"))
    write(root / "third", {"track.nb.md": TRACK_FILE, MODULE: module})

    loaded = load_library(root)

    told = [(p.code, p.location.path, p.location.line) for p in loaded.problems if p.is_error]
    assert told == [
        ("include-faulty", f"borrower/{MODULE}", 7),
        ("include-missing", f"lender/{MODULE}", 11),
    ]
    assert loaded.draft is not None
    texts = {t.id: t.modules[0].steps[0].texts["nb"].markdown for t in loaded.draft.tracks}
    assert "Det lånte." in texts["third"]
    assert "resource=lender/case#galt" in texts["borrower"]


def test_what_is_too_large_stops_nobody_else(tmp_path: Path) -> None:
    large = f"### Stor {{#stor .resource}}\n\n{'Ord. ' * 8_000}\n"
    both = "::: include {resource=lender/case#stor}\n:::\n\n" * 2
    root = _library(
        tmp_path,
        lender=LENT + large + f"### To {{#to}}\n\n{both}",
        borrower=_borrow("lender/case#lent"),
    )
    loaded = load_library(root)
    assert [p.code for p in loaded.problems if p.is_error] == ["include-size"]
    assert loaded.draft is not None
    assert "Det lånte." in loaded.draft.tracks[0].modules[0].steps[0].texts["nb"].markdown
