"""Code in colours, by classes only: the stylesheet decides, and no style attribute is needed."""

from __future__ import annotations

from html import escape
from typing import Final

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from content.rendering.sanitizer import CODE_CLASS_PREFIX

# Languages a track about school is likely to show. The list is short because a lexer is a heap of
# regular expressions that reads what a stranger wrote.
LANGUAGES: Final = frozenset(
    {"python", "py", "javascript", "js", "json", "html", "css", "xml", "bash", "sh", "sql"}
    | {"java", "c", "cpp", "csharp", "yaml", "toml", "r"}
)
LONGEST: Final = 8_000  # characters; longer code is shown without colours


def highlighted(code: str, language: str) -> str:
    name = language.casefold()
    if name not in LANGUAGES or len(code) > LONGEST:
        return escape(code, quote=False)
    # the lexer must neither trim nor add lines: what is shown is what was written
    lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    formatter = HtmlFormatter(nowrap=True, classprefix=CODE_CLASS_PREFIX)
    return highlight(code, lexer, formatter)
