"""Every word an author writes is on the page, or she is told on which line it is lost."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.checks import DOCUMENT_CHECKS
from content.markdown import read_document
from content.problems import ProblemList
from content.rendering.html import render_markdown

WORD = re.compile(r"[^\W_]+")
LOSING = {"text-lost", "nested-too-deep"}

CORPUS = [
    "Vann *koker* ved **hundre** grader, ___nesten___ alltid.",
    "en*to*tre og fire_fem_seks og `syv_åtte`",
    "Blåbær &amp; jordbær &copy; &aring;r &#229;ret &ukjent; `&eacute;`",
    "Escapet \\*stjerne\\* og \\[klamme\\] og \\`hake",
    "Linje en  \nlinje to\\\nlinje tre\nlinje fire",
    "Overskrift\n==========\n\nUnder\n-----\n\ntekst",
    "# En\n\n## To ##\n\n### Tre {#id}\n\ntekst",
    "- punkt\n  - under\n    - dypere\n\n      avsnitt\n- [ ] oppgave\n- [x] gjort\n* stjerne",
    "1. først\n2. så\n\n   mer om så\n10) ti",
    "> sitat\nlat fortsettelse\n> > indre\n\n> [!NOTE]\n> merk dette",
    "```python\nprint('kode')\n```\n\n~~~ tekst ord\nannet\n~~~\n\n    innrykket kode",
    "```\naldri lukket",
    "| Kolonne | Andre |\n|:--|--:|\n| celle | `rør \\| rør` |\n| kort |",
    "[lenke](https://a.no/sti 'tittel') og [henvisning][Etikett] og [etikett] og <https://b.no/c?d=e>",
    '[lenke](https://a.no)\n\n[Etikett]: https://c.no "Tittelen"\n[etikett to]: <media/a.pdf>',
    "www.eksempel.no, https://blåbær.no/sti_med_strek og post@eksempel.no",
    "![alternativ *tekst*](media/a.png 'bildetittel')",
    "~~strøket~~ ~enkelt~ H~2~O x^2^",
    "***\n---\n___\n\nmellom streker",
    "::: leder\nSi det.\n\n- og\n:::\n\n:::: refleksjon {#r}\nytre\n\n::: leder\nindre\n:::\n::::",
    "::: ukjent\nord i ukjent blokk\n:::",
    "Fotnote[^1] finnes ikke\n\n[^1]: men teksten står",
    "Tankestrek – «sitat» … 10–12 timer, 5. trinn, 3,14 m/s²",
    "<b>rå</b> HTML <!-- kommentar -->\n\n<div>\nblokk\n</div>",
    "日本語 שלום مرحبا ελληνικά čđŋšŧž",
    "\tkode med tabulator\n\n-\tpunkt med tabulator\n\n\tavsnitt i punkt",
    "Tom lenke []() og tom kode `` ` `` og [ord](<mellom rom>)",
    "a  \n\n\n\n   b\n\n\u00a0c\u2003d\u200be",
]


def losses(text: str) -> list[int]:
    """Lines of which we say that something is lost."""
    document = read_document("x.md", text)
    found = ProblemList("x.md")
    for check in DOCUMENT_CHECKS:
        check(document, Path("/nowhere"), found)
    return [problem.location.line for problem in found.found if problem.code in LOSING]


def text_on_page(text: str) -> str:
    html = render_markdown(text, "nb", media_url=lambda path: f"/{path}")
    return unescape(re.sub(r"<[^>]*>", "", html))


@pytest.mark.parametrize("text", CORPUS)
def test_nothing_is_lost_and_nothing_is_said(text: str) -> None:
    assert losses(text) == []


@pytest.mark.parametrize("text", [t for t in CORPUS if "](" not in t and "]:" not in t])
def test_every_plain_word_is_on_the_page(text: str) -> None:
    # without code, entities, addresses and options, words in and words out are the same
    plain = re.sub(r"`[^`]*`|&\S+;|\{[^}]*\}|^.*(?:www|~~~ ).*$|^:::+ ?\S*", " ", text, flags=re.M)
    plain = re.sub(r"\[!NOTE\]|^\s*\d+[.)]|\[[ x]\]|```\w*|[*~]", "", plain, flags=re.M)
    page = text_on_page(text)
    lost = {word for word in WORD.findall(plain) if word not in page}
    assert lost == set()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("| a |\n|--|\n| b | bortkommet |", [3]),
        ("ord\n\n" + "> " * 21 + "dypt nede", [3]),
        (f"ord\n\nhttps://{'a.' * 600}no/sti", [3]),  # comes out as https:///sti
        ("\n".join("  " * n + f"- ord{n}" for n in range(14)), [10]),
        ("[a]: https://a.no\n[a]: https://bortkommen.no", [2]),
    ],
)
def test_what_is_lost_is_told(text: str, lines: list[int]) -> None:
    assert losses(text) == lines


@given(st.lists(st.sampled_from("abcdeæøå"), min_size=1, max_size=4), st.integers(1, 60))
@settings(max_examples=80, deadline=None)
def test_depth(letters: list[str], depth: int) -> None:
    """However deep: the word is on the page, or its line is told."""
    word = "".join(letters) * 3
    for text in (
        "> " * depth + word,
        "\n".join("  " * n + "-" + (f" {word}" if n == depth - 1 else " x") for n in range(depth)),
    ):
        assert word in text_on_page(text) or losses(text) != []


@given(st.lists(st.text("abcæøå*_`[]()<>&;\\!#|~:- \n", max_size=12), max_size=8))
@settings(max_examples=300, deadline=None)
def test_marks_never_swallow_letters(parts: list[str]) -> None:
    """Counted letter by letter: what is missing on the page must be told, or be an address, a
    label, an option or an entity."""
    text = "".join(parts)
    if re.search(r"\]\(|\]:|\]\[|&|```|~~~|:::|\{", text):
        return
    shown = text_on_page(text)
    missing = [c for c in "abcæøå" if text.count(c) > shown.count(c)]
    assert missing == [] or losses(text) != []
