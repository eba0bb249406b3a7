"""Every text is in four languages, and no page says anything that is not a text."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask
from jinja2 import Environment

from tracks.web import pages

TRACKS = Path(__file__).parents[2] / "tracks"
# The demo LMS is another product, with texts of its own (tracks/demo_lms/texts.py).
TEMPLATES = sorted(
    path
    for path in TRACKS.glob("*/templates/**/*.html")
    if path.relative_to(TRACKS).parts[0] != "demo_lms"
)
TRANSLATED = ("nb", "nn", "sv")  # English is the message id itself
PLACEHOLDER = re.compile(r"%\((\w+)\)s")

TextId = str | tuple[str, ...]


@cache
def texts_in_sources() -> frozenset[TextId]:
    with (TRACKS / "i18n" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # Babel's own
    found = extract_from_dir(TRACKS, methods, options, keywords={**DEFAULT_KEYWORDS, "N_": None})
    return frozenset(message for _path, _line, message, _comments, _context in found)


@cache
def catalogue(language: str) -> Catalog:
    with (TRACKS / "i18n" / "catalogues" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    """Without the header, whose id is empty."""
    return [message for message in catalogue(language) if message.id]


def forms(text: TextId | list[str] | None) -> list[str]:
    """A text and its plurals, as a list."""
    return [text] if isinstance(text, str) else list(text or ())


def names(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_in_the_sources_is_in_the_catalogue(language: str) -> None:
    assert texts_in_sources() - {message.id for message in messages(language)} == frozenset()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_in_the_catalogue_is_in_the_sources(language: str) -> None:
    assert {message.id for message in messages(language)} - texts_in_sources() == set()
    assert list(catalogue(language).obsolete) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_in_all_its_plurals(language: str) -> None:
    number = {str: 1, tuple: catalogue(language).num_plurals}
    lacking = [
        message.id
        for message in messages(language)
        if message.fuzzy
        or len(forms(message.string)) != number[type(message.id)]
        or not all(form.strip() for form in forms(message.string))
    ]
    assert lacking == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translation_takes_the_same_values_as_its_text(language: str) -> None:
    differing = [
        (message.id, form)
        for message in messages(language)
        for form in forms(message.string)
        if names(form) != names(forms(message.id)[-1])
    ]
    assert differing == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translation_can_be_filled_in(language: str) -> None:
    """The templates' gettext fills in always: a lone % would break the page."""
    for message in messages(language):
        for form in forms(message.string):
            filled = form % dict.fromkeys(names(form), "-")
            assert "%(" not in filled


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_holds_a_sign_that_html_reads(language: str) -> None:
    """Texts go into pages and attributes as they are: quotation marks are « » or ” ”."""
    risky = [
        form
        for message in messages(language)
        for form in forms(message.string)
        if set(form) & set('<>&"')
    ]
    assert risky == []


@cache
def page_environment() -> Environment:
    app = Flask("texts")
    pages.install(app)
    return app.jinja_env


def test_the_pages_look_for_the_texts_that_are_extracted() -> None:
    """Jinja and Babel must agree on white space, or a text of two lines is never found."""
    environment = page_environment()
    looked_for: set[TextId] = set()
    for path in TEMPLATES:
        source = path.read_text(encoding="utf-8")
        for _line, _function, found in environment.extract_translations(source):  # type: ignore[attr-defined]  # added by Jinja's i18n extension
            # None stands for a variable: _(phase.name), or the count of a plural.
            literal = tuple(text for text in forms(found) if text)
            if literal:
                looked_for.add(literal if len(literal) > 1 else literal[0])
    assert len(looked_for) > 100
    assert looked_for - texts_in_sources() == set()


SPOKEN = {
    "aria-description",
    "aria-label",
    "aria-placeholder",
    "aria-roledescription",
    "aria-valuetext",
    "alt",
    "label",
    "placeholder",
    "title",
}
SILENT_ELEMENTS = {"script", "style"}
# Words that are the same in every language; a value is a whole stretch of letters and signs.
ALLOWED: frozenset[str] = frozenset()
# What may stand before a string that an expression prints: {{ "a" if x else y ~ {k: "c"}[k] }}
PRINTS_NEXT = {"", "else", "or", "and", "~", "+", ":", "(", "default("}


class BareWords(HTMLParser):
    """Collects (line, words) of what a person would read or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT_ELEMENTS
        values = dict(attrs)
        for name, value in values.items():
            if name in SPOKEN or re.fullmatch(r"data-.*-text", name):
                self._note(value or "")
        if tag == "input" and values.get("type") in {"submit", "button", "reset"}:
            self._note(values.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT_ELEMENTS

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._note(data)

    def _note(self, words: str) -> None:
        words = " ".join(words.split())
        if any(sign.isalpha() for sign in words) and words not in ALLOWED:
            self.found.append((self.getpos()[0], words))


def unmarked(source: str) -> str:
    """The template's own HTML, with the strings that its expressions print.

    Texts in {% trans %} and in _() are left out; the lines keep their numbers.
    """
    kept = ""
    in_text = in_expression = False
    before, before_kind = "", ""
    for line, kind, value in Environment().lex(source):
        if kind == "whitespace":
            continue
        kept += "\n" * (line - 1 - kept.count("\n"))
        if kind == "variable_begin":
            in_expression, value = True, ""
        elif kind == "variable_end":
            in_expression = False
        elif kind == "data" and not in_text:
            kept += value
        elif kind == "string" and in_expression and not in_text and before in PRINTS_NEXT:
            kept += value[1:-1]
        elif kind == "name" and before_kind == "block_begin" and value in {"trans", "endtrans"}:
            in_text = value == "trans"
        elif value == "(" and before_kind == "name":
            value = f"{before}("  # a call, not a group
        before, before_kind = value, kind
    return kept


def bare_words(source: str) -> list[tuple[int, str]]:
    parser = BareWords()
    parser.feed(unmarked(source))
    parser.close()
    return parser.found


def all_bare_words() -> Iterator[tuple[str, int, str]]:
    for path in TEMPLATES:
        for line, words in bare_words(path.read_text(encoding="utf-8")):
            yield path.relative_to(TRACKS).as_posix(), line, words


def test_no_page_says_anything_outside_the_catalogues() -> None:
    assert len(TEMPLATES) > 10
    assert list(all_bare_words()) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>\nHello <b>you</b></p>", [(1, "Hello"), (2, "you")]),
        ("<p>{{ _('Hello') }} · {{ name }}, 3 &times;</p>", []),
        ("<p>{% trans n=2 %}{{ n }} session{% pluralize %}{{ n }}s{% endtrans %}</p>", []),
        ("{% if new -%}\n<p>New</p>{% endif %}{# Old #}", [(2, "New")]),
        ("<p>{{ name or 'Nobody' }}</p>", [(1, "Nobody")]),
        ("<p>{{ name | default('Nobody') }}</p>", [(1, "Nobody")]),
        ("<p>{{ (_('Nobody') if x else 'You') | upper }}</p>", [(1, "You")]),
        ("<p>{{ 'Yes' if is_done else _('No') }}</p>", [(1, "Yes")]),
        ("<p>{{ {'done': 'Ready'}[state] }}</p>", [(1, "Ready")]),
        ("<p>{{ _('A') if form == 'one' else names | join('and') }}</p>", []),
        ("<p class=\"{{ 'is-done' if done }}\"{{ ' hidden' | safe if x }}></p>", []),
        ('<nav aria-label="Main">', [(1, "Main")]),
        ('<img alt="{{ "Logo" }}" src="a.svg"><img alt="{{ _("Logo") }}">', [(1, "Logo")]),
        ('<p data-saved-text="Saved" data-state="new"></p>', [(1, "Saved")]),
        ('<input type="submit" value="Send"><input name="a" value="b">', [(1, "Send")]),
        ("<!doctype html><script>let a;</script><style>p {}</style>", []),
    ],
)
def test_bare_words_are_found(source: str, found: list[tuple[int, str]]) -> None:
    assert bare_words(source) == found
