"""From tokens to HTML: headings shifted, media addressed, tables framed, code coloured."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape

from markdown_it.token import Token

from content.formulas import BadFormula, mathml
from content.languages import word
from content.markdown import inline_text
from content.media import is_image, media_path
from content.rendering.devices import grouped, picker
from content.rendering.footnotes import Notes
from content.rendering.sanitizer import ID_PREFIX, PLACE, is_outside_link

_NOT_IN_ID = re.compile(r"[^\w]+")


@dataclass(slots=True)
class Drawing:
    """One piece being drawn."""

    language: str
    media_url: Callable[[str], str] | None
    shift: int
    ids: str
    has_tabs: bool = True
    notes: Notes = field(init=False)
    ready: list[str] = field(default_factory=list)  # HTML of ours, put in when all else is clean
    groups: int = 0  # of device variants, so far
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
        return self.place(made)

    def place(self, html: str) -> str:
        """For what no author's text may ever become."""
        self.ready.append(html)
        return f'<span class="{PLACE}">{len(self.ready) - 1}</span>'

    def picker(self, names: Sequence[str]) -> str:
        if not self.has_tabs:
            return ""
        self.groups += 1
        group = f"{ID_PREFIX}{self.ids[:40]}-device-{self.groups}"
        return self.place(picker(names, group, self.language))

    def heading_id(self, text: str) -> str:
        slug = _NOT_IN_ID.sub("-", text.casefold()).strip("-")[:60].strip("-")
        wanted = f"{ID_PREFIX}{self.ids[:40]}-{slug or 'x'}"
        before = self.taken.get(wanted, 0)
        self.taken[wanted] = before + 1
        return f"{wanted}--{before + 1}" if before else wanted


def prepared(tokens: Sequence[Token], drawing: Drawing) -> list[Token]:
    """The same tokens with our headings, links, images and alerts."""
    done: list[Token] = []
    tokens = grouped(tokens)
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
