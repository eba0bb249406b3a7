"""From tokens to HTML: headings shifted, media addressed, tables framed, code coloured."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from content.attributes import Attributes
from content.blocks import access, device, video
from content.formulas import BadFormula, mathml
from content.languages import word
from content.markdown import inline_text
from content.media import is_image, media_path
from content.model import Access
from content.rendering.code import highlighted
from content.rendering.footnotes import Notes
from content.rendering.sanitizer import ID_PREFIX, is_outside_link

_NOT_IN_ID = re.compile(r"[^\w]+")


@dataclass(slots=True)
class Drawing:
    """One piece being drawn."""

    language: str
    media_url: Callable[[str], str] | None
    shift: int
    ids: str
    notes: Notes = field(init=False)
    formulas: list[str] = field(default_factory=list)  # MathML, put in when all else is clean
    media: set[str] = field(default_factory=set)  # addresses of our own files met so far
    taken: dict[str, int] = field(default_factory=dict)  # how often each id was wanted

    def __post_init__(self) -> None:
        self.notes = Notes(self.ids, self.language)

    def media_address(self, written: str) -> str:
        """Where our own file is found, or "" if that is none."""
        path = media_path(written)
        if self.media_url is None or path is None:
            return ""
        address = self.media_url(path)
        self.media.add(address)
        return address

    def formula(self, latex: str, *, is_block: bool) -> str:
        """A place for it. What cannot be read, and is told, stands as it was written."""
        try:
            made = mathml(latex, is_block=is_block)
        except BadFormula:
            return f"<code>{escape(latex, quote=False)}</code>"
        self.formulas.append(made)
        return f'<span class="formula">{len(self.formulas) - 1}</span>'

    def heading_id(self, text: str) -> str:
        slug = _NOT_IN_ID.sub("-", text.casefold()).strip("-")[:60].strip("-")
        wanted = f"{ID_PREFIX}{self.ids[:40]}-{slug or 'x'}"
        before = self.taken.get(wanted, 0)
        self.taken[wanted] = before + 1
        return f"{wanted}--{before + 1}" if before else wanted


def prepared(tokens: Sequence[Token], drawing: Drawing) -> list[Token]:
    """The same tokens with our headings, links, images and alerts."""
    done: list[Token] = []
    for position, token in enumerate(tokens):
        if token.type == "heading_open":
            token.tag = _shifted(token.tag, drawing.shift)
            token.attrs = {"id": drawing.heading_id(inline_text(tokens[position + 1]))}
        elif token.type == "heading_close":
            token.tag = _shifted(token.tag, drawing.shift)
        elif token.type == "alert_open":
            kind = str(token.meta["kind"]).casefold()
            token.attrs = {"class": f"note note-{kind}", "role": "note"}
            title = tokens[position + 2]
            for child in title.children or ():
                child.content = word(kind, drawing.language)
        elif token.type == "alert_title_open":
            token.attrs = {"class": "note-title"}
        elif token.type in ("th_open", "td_open"):
            _set_cell(token)
        elif token.type == "inline":
            token.children = _prepared_inline(token.children or [], drawing)
        done.append(token)
    return done


def _shifted(tag: str, shift: int) -> str:
    return f"h{min(6, max(2, int(tag[1:]) + shift))}"


def _set_cell(token: Token) -> None:
    style = str(token.attrs.pop("style", ""))
    if style.startswith("text-align:"):
        token.attrs["class"] = f"align-{style.removeprefix('text-align:')}"
    if token.tag == "th":
        token.attrs["scope"] = "col"


def _prepared_inline(children: Sequence[Token], drawing: Drawing) -> list[Token]:
    done: list[Token] = []
    kept: list[bool] = []  # of the links that are open here
    for child in children:
        if child.type == "link_open":
            address = _link_address(str(child.attrGet("href") or ""), drawing)
            kept.append(bool(address))
            if not address:
                continue
            child.attrSet("href", address)
        elif child.type == "link_close" and kept and not kept.pop():
            continue
        elif child.type == "image":
            child = _prepared_image(child, drawing)
        done.append(child)
    return done


def _link_address(href: str, drawing: Drawing) -> str:
    return href if is_outside_link(href) else drawing.media_address(href)


def _prepared_image(image: Token, drawing: Drawing) -> Token:
    """An image from elsewhere would tell somebody who reads here: its text stands in for it."""
    src = str(image.attrGet("src") or "")
    address = drawing.media_address(src) if is_image(src) else ""
    if not address:
        text = Token("text", "", 0)
        text.content = inline_text(image)
        return text
    image.attrSet("src", address)
    image.attrSet("loading", "lazy")
    return image


class StepRenderer(RendererHTML):
    """The library finds the rules by the names of the methods: one for each type of token."""

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        language = (tokens[idx].info.split() or [""])[0]
        return f"<pre><code>{highlighted(tokens[idx].content, language)}</code></pre>\n"

    def code_block(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return f"<pre><code>{escape(tokens[idx].content, quote=False)}</code></pre>\n"

    def table_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """A wide table scrolls in its own frame, which the keyboard can reach."""
        label = escape(word("table", _drawing(env).language))
        return f'<div class="table" role="region" tabindex="0" aria-label="{label}"><table>\n'

    def table_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return "</table></div>\n"

    def bullet_list_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        is_tasks = "contains-task-list" in str(tokens[idx].attrGet("class") or "")
        return '<ul class="tasks">\n' if is_tasks else "<ul>\n"

    def list_item_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        checked = tokens[idx].meta.get("checked")
        if checked is None:
            return "<li>"
        sign, name = ("☑", "done") if checked else ("☐", "to-do")
        label = escape(word(name, _drawing(env).language))
        return f'<li><span class="task" role="img" aria-label="{label}">{sign}</span> '

    def footnote_ref(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return _drawing(env).notes.mark(tokens[idx].meta["label"])

    def math_inline(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return _drawing(env).formula(tokens[idx].content, is_block=False)

    def math_inline_double(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return _drawing(env).formula(tokens[idx].content, is_block=True)

    def math_block(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """As with tables: what is wide scrolls in its own frame."""
        label = escape(word("formula", _drawing(env).language))
        made = _drawing(env).formula(tokens[idx].content, is_block=True)
        return f'<div class="table" role="region" tabindex="0" aria-label="{label}">{made}</div>\n'

    def block_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Any other block here is the author's mistake, told by the checks, and its words are
        shown as they are."""
        meta: dict[str, Any] = tokens[idx].meta
        attributes = meta.get("attributes")
        if not isinstance(attributes, Attributes):
            return ""
        if meta.get("name") == "device":
            name = device.device(attributes)
            label = escape(device.DEVICES.get(name, ""))
            return f'<div class="device device-{name}"><h2 class="device-name">{label}</h2>\n'
        if meta.get("name") == "access":
            return _access_line(access.window(attributes), _drawing(env).language)
        if meta.get("name") != "video":
            return ""
        drawing, title = _drawing(env), attributes.options.get("title", "")
        film = video.film(attributes)
        drawn = video.draw(film, title, drawing.language, media_url=drawing.media_address)
        return drawn.html + "\n"

    def block_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return "</div>\n" if tokens[idx].meta.get("name") == "device" else ""


def _access_line(window: Access, language: str) -> str:
    days = [("free-from", window.free_from), ("free-until", window.free_until)]
    said = "; ".join(f"{word(name, language)} {day.isoformat()}" for name, day in days if day)
    return f'<p class="access">{escape(said)}</p>\n' if said else ""


def draw_notes(renderer: StepRenderer, drawing: Drawing, options: OptionsDict) -> str:
    """After the text: only then it is known which are led to, and in which order."""
    notes, env = drawing.notes, {"drawing": drawing}
    drawn: dict[str, str] = {}
    # a note may lead to another, which then comes after it
    while len(drawn) < len(notes.numbers):
        label = next(label for label in notes.numbers if label not in drawn)
        tokens = prepared(notes.texts.get(label, []), drawing)
        drawn[label] = renderer.render(tokens, options, env).rstrip()
    if not drawn:
        return ""
    items = []
    for label, html in drawn.items():
        ways = notes.ways_back(label)
        inside = f"{html[:-4]}{ways}</p>" if html.endswith("</p>") else f"{html}<p>{ways}</p>"
        items.append(f"{notes.item_open(label)}{inside}</li>\n")
    return f"{notes.list_open()}{''.join(items)}</ol>\n</div>\n"


def _drawing(env: EnvType) -> Drawing:
    drawing = env["drawing"]
    assert isinstance(drawing, Drawing)
    return drawing
