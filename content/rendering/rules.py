"""How each kind of token is written as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from content.attributes import Attributes
from content.blocks import access, device, video
from content.devices import DEVICES
from content.languages import day_in, word
from content.model import Access, Terms
from content.rendering.code import highlighted
from content.rendering.drawing import Drawing, prepared


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

    def devices_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return f'<div class="devices">{_drawing(env).picker(tokens[idx].meta["names"])}\n'

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
            label = escape(DEVICES.get(name, ""))
            return f'<div class="device device-{name}"><h2 class="device-name">{label}</h2>\n'
        if meta.get("name") == "access":
            own = access.terms(attributes, "")
            return _access_line(access.window(attributes), own, _drawing(env).language)
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


def _access_line(window: Access, terms: Terms, language: str) -> str:
    days = [("free-from", window.free_from), ("free-until", window.free_until)]
    parts = [f"{word(name, language)} {day_in(language, day)}" for name, day in days if day]
    named = [("provider", terms.provider), ("price", terms.price)]
    parts += [f"{word(name, language)}: {said}" for name, said in named if said]
    said = " · ".join(parts)
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
