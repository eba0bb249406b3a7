"""Clean HTML as Typst. Every word of an author is a string literal, so none of it is ever read as
Typst's own markup."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from xml.etree.ElementTree import Element

from content.export.typst_math import equation
from content.export.xml import elements

_LEVELS: Final = {f"h{n}": n for n in range(2, 7)}
_WRAPPED: Final = {"strong": "strong", "em": "emph", "s": "strike", "p": "par"}


def literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def words(text: str) -> str:
    return f"#{literal(text)};" if text else ""


def body(html: str, *, level: int = 0, images: Mapping[str, str] | None = None) -> str:
    """`level` is added to the headings' own; `images` are the files that can be drawn."""
    return _Writer(level, images or {}).inside(elements(html))


class _Writer:
    def __init__(self, level: int, images: Mapping[str, str]) -> None:
        self.level = level
        self.images = images
        self.special: dict[str, Callable[[Element], str]] = {
            "a": self.link,
            "img": self.image,
            "pre": self.code_block,
            "code": lambda e: f"#raw({literal(''.join(e.itertext()))});",
            "br": lambda e: "#linebreak();",
            "hr": lambda e: "#line(length: 100%, stroke: 0.5pt);",
            "ul": self.bullets,
            "ol": self.numbers,
            "table": self.table,
            "blockquote": lambda e: f"#quote(block: true)[{self.inside(e)}];",
            "div": self.division,
            "math": equation,
            "sup": lambda e: f"#super[{self.inside(e)}];",
            "video": lambda e: f"#par[{words(e.get('aria-label') or '')}];",
        }

    def inside(self, element: Element) -> str:
        parts = [words(_flat(element.text))]
        for child in element:
            parts += [self.drawn(child), words(_flat(child.tail))]
        return "".join(parts)

    def drawn(self, element: Element) -> str:
        tag = element.tag
        if tag in self.special:
            return self.special[tag](element)
        if tag in _LEVELS:
            level, inside = max(1, _LEVELS[tag] + self.level), self.inside(element)
            return f"#heading(level: {level})[{inside}];" if inside.strip() else ""
        if tag in _WRAPPED:
            return f"#{_WRAPPED[tag]}[{self.inside(element)}];"
        if element.get("class") == "task":
            return words("[x]" if "☑" in "".join(element.itertext()) else "[ ]")
        return self.inside(element)

    def link(self, element: Element) -> str:
        """On paper the address is a footnote."""
        if element.get("role") == "doc-backlink":
            return ""  # a page on paper is not clicked
        address, shown = element.get("href") or "", "".join(element.itertext())
        if not address.startswith(("http", "mailto:")):
            return self.inside(element)
        link = f"#link({literal(address)})[{self.inside(element)}];"
        plain = address.removeprefix("mailto:").removeprefix("https://").removeprefix("http://")
        if plain.rstrip("/") in shown:
            return link
        return f"{link}#footnote[{words(plain)}];"

    def image(self, element: Element) -> str:
        name, alt = self.images.get(element.get("src") or ""), element.get("alt") or ""
        if name is None:
            return words(f"[{alt}]")
        return f"#picture({literal(name)}, {literal(alt)});"

    def code_block(self, element: Element) -> str:
        text = "".join(element.itertext())
        escaped = text.rstrip("\n").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'#raw("{escaped}", block: true);'

    def items(self, element: Element) -> str:
        return "".join(f"[{self.inside(child)}]," for child in element if child.tag == "li")

    def bullets(self, element: Element) -> str:
        return f"#list({self.items(element)});"

    def numbers(self, element: Element) -> str:
        start = element.get("start") or "1"
        return f"#enum(start: {int(start)}, {self.items(element)});"

    def table(self, element: Element) -> str:
        rows = [[self.inside(cell) for cell in row] for row in element.iter("tr")]
        columns = max((len(row) for row in rows), default=1)
        head, *rest = rows or [[""]]

        def cells(row: list[str]) -> str:
            return "".join(f"[{cell}]," for cell in [*row, *[""] * (columns - len(row))])

        inside = "".join(cells(row) for row in rest)
        return f"#table(columns: {columns}, table.header({cells(head)}), {inside});"

    def division(self, element: Element) -> str:
        if (element.get("class") or "").startswith("note "):
            return f"#note[{self.inside(element)}];"
        return self.inside(element)


def _flat(text: str | None) -> str:
    """White space as a browser shows it."""
    if not text:
        return ""
    inner = " ".join(text.split())
    if not inner:
        return "" if "\n" in text else " "
    return f"{' ' if text[0].isspace() else ''}{inner}{' ' if text[-1].isspace() else ''}"
