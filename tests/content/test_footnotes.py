from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from content.checks import footnotes
from content.loader import load_library
from content.markdown import read_document
from content.problems import ProblemList
from content.rendering.html import render_markdown, render_step
from content.rendering.text import plain_text
from tests.content.cases import MODULE, MODULE_HEAD, PHASES_B_D, TRACK_FILE, write
from tests.content.test_includes import LIBRARY

REL = 'rel="noopener noreferrer nofollow"'


def test_a_note_and_the_ways_there_and_back() -> None:
    html = render_markdown("Her[^a] og her[^a].\n\n[^a]: Se *dette*.", "sv", ids="x")

    def mark(id_: str) -> str:
        return (
            f'<sup><a href="#c-x-note-1" id="{id_}" role="doc-noteref" aria-label="Fotnot 1" {REL}>'
            "1</a></sup>"
        )

    def back(id_: str) -> str:
        label = "Tillbaka till texten (1)"
        return f'<a href="#{id_}" role="doc-backlink" aria-label="{label}" {REL}>↩</a>'

    assert html == (
        f"<p>Her{mark('c-x-mark-1')} og her{mark('c-x-mark-1-2')}.</p>\n"
        '<div class="footnotes">\n<p class="footnotes-title">Fotnoter</p>\n<ol>\n'
        f'<li id="c-x-note-1"><p>Se <em>dette</em>. {back("c-x-mark-1")} {back("c-x-mark-1-2")}'
        "</p></li>\n</ol>\n</div>"
    )


def test_numbers_follow_the_text_and_not_the_notes() -> None:
    html = render_markdown("a[^y] b[^x]\n\n[^x]: iks\n[^y]: ypsilon[^z]\n\n[^z]: sett", "nb")
    shown = re.sub(r"<[^>]*>", "", html).split("Fotnoter")
    assert shown[0].split() == ["a1", "b2"]
    assert shown[1].split() == ["ypsilon3", "↩", "iks", "↩", "sett", "↩"]


def test_a_note_that_ends_in_a_list_still_leads_back() -> None:
    html = render_markdown("a[^1]\n\n[^1]: ord\n\n    - punkt", "nb")
    assert html.count("doc-backlink") == 1
    assert "</ul>" in html


def test_what_has_no_note_stays_as_written() -> None:
    assert render_markdown("a[^1] `[^2]` \\[^3]", "nb") == "<p>a[^1] <code>[^2]</code> [^3]</p>"


def test_no_mark_in_the_plain_words() -> None:
    assert plain_text("Vann[^1] koker.\n\n[^1]: Ved 100.") == "Vann koker.\nVed 100."


def _step(root: Path, steps: str, index: int = 0) -> str:
    module = f"{MODULE_HEAD}## A Forarbeid {{phase=A}}\n\n{steps}\n{PHASES_B_D}"
    write(root, {"library.yaml": LIBRARY})
    write(root / "et-spor", {"track.nb.md": TRACK_FILE, MODULE: module})
    loaded = load_library(root)
    assert loaded.problems == ()
    assert loaded.value is not None
    step = loaded.value.tracks[0].modules[0].steps[index]
    rendered = render_step(step, "nb", media_url=lambda path: f"/{path}")
    question = rendered.question
    parts = [rendered.html, rendered.prompt_html, rendered.leader_html, *rendered.items]
    if question is not None:
        parts += [question.prompt_html, question.explanation_html]
        parts += [option.html for option in question.options]
    return "\n".join(parts)


class _Ids(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.goals: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        if (given.get("href") or "").startswith("#"):
            self.goals.append((given["href"] or "").removeprefix("#"))


def _check_ids(html: str) -> int:
    reader = _Ids()
    reader.feed(html)
    assert len(reader.ids) == len(set(reader.ids))
    assert set(reader.goals) <= set(reader.ids)
    return len(reader.goals)


def test_each_part_of_a_quiz_has_its_notes_and_no_id_stands_twice(tmp_path: Path) -> None:
    html = _step(
        tmp_path,
        "Les[^1].\n\n::: quiz {#q1}\nHva[^1]?\n\n- (x) a[^1]\n- ( ) b[^1]\n\n"
        "> [!NOTE]\n> Fordi[^1].\n:::\n\n[^1]: Notat.",
    )
    assert html.count("Notat.") == 5
    assert _check_ids(html) == 10


def test_a_note_of_a_borrowed_text_is_not_taken_for_another(tmp_path: Path) -> None:
    html = _step(
        tmp_path,
        "### Les {#a1}\n\nEgen[^1].\n\n::: lån {resource=et-spor/case#a2}\n:::\n\n"
        "::: lån {resource=et-spor/case#a2}\n:::\n\n[^1]: Min.\n\n"
        "### Lån {#a2 .resource}\n\nLånt[^2].\n\n[^2]: Din[^1].",
    )
    assert html.count("Din") == 2
    assert html.count("Min.") == 3
    assert _check_ids(html) > 0


LABELS = st.sampled_from(["1", "b", "æ", "a-b", "A"])


@settings(max_examples=150, deadline=None)
@given(st.lists(LABELS, max_size=6), st.lists(st.tuples(LABELS, LABELS), max_size=6))
def test_every_way_leads_somewhere(marks: list[str], notes: list[tuple[str, str]]) -> None:
    text = " ".join(f"ord[^{mark}]" for mark in marks)
    text += "\n\n" + "\n".join(f"[^{label}]: notat [^{inner}]" for label, inner in notes)
    _check_ids(render_markdown(text, "nb"))
    found = ProblemList("x.md")
    footnotes.check(read_document("x.md", text), Path("/"), found)
    defined = {label.casefold() for label, _ in notes}
    led_to = {label.casefold() for label in [*marks, *(inner for _, inner in notes)]}
    codes = {problem.code for problem in found.found}
    assert ("footnote-missing" in codes) == bool(led_to - defined)
    assert ("footnote-unused" in codes) == bool(defined - led_to)


def test_a_mark_inside_a_link_is_no_link_in_a_link() -> None:
    """As with links in links, the inner one is read, and the signs of the other are shown."""
    html = render_markdown("[se her[^1]](https://a.no)\n\n[^1]: Notatet.", "nb")
    assert html.count("doc-noteref") == 1
    assert "<p>[se her<sup>" in html
    assert re.search(r"<a [^>]*>(?:(?!</a>).)*<a ", html, re.DOTALL) is None


def test_of_a_note_written_twice_the_first_is_shown() -> None:
    html = render_markdown("Les[^1].\n\n[^1]: Den ene.\n[^1]: Den andre.", "nb")
    assert "Den ene." in html
    assert "Den andre." not in html
