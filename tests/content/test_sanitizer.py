"""What comes out is read again with another parser, and everything in it must be on the list."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.rendering.html import render_markdown
from content.rendering.sanitizer import sanitized
from tests.content.strategies import MARKDOWN

MEDIA = frozenset({"/m/a.png", "https://media.example.org/a.mp4"})

# written out once more, on purpose: the list in the code must not be able to widen unseen
TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "blockquote", "pre", "code", "span"),
    *("strong", "em", "s", "br", "hr", "a", "img", "table", "thead", "tbody", "tr", "th", "td"),
    *("div", "video", "track", "sup"),
}
MATHML = {
    *("math", "mi", "mn", "mo", "mtext", "mspace", "mrow", "mfrac", "msqrt", "mroot", "msup"),
    *("msub", "msubsup", "mover", "munder", "munderover", "mtable", "mtr", "mtd", "mpadded"),
    *("mphantom", "mmultiscripts", "mprescripts"),
}
MATHML_ATTRIBUTES = {
    *("display", "data-tex", "class", "width", "height", "depth", "lspace", "rspace", "accent"),
    *("linethickness", "minsize", "maxsize", "mathvariant", "stretchy", "accentunder", "form"),
    *("fence", "separator", "largeop", "movablelimits", "displaystyle", "symmetric"),
    "scriptlevel",
}
ATTRIBUTES = {
    *(("h2", "id"), ("h3", "id"), ("h4", "id"), ("h5", "id"), ("h6", "id")),
    *(("a", "href"), ("a", "title"), ("a", "rel")),
    *(("a", "id"), ("a", "role"), ("a", "aria-label"), ("li", "id")),
    *(("img", "src"), ("img", "alt"), ("img", "title"), ("img", "loading")),
    *(("ol", "start"), ("ul", "class"), ("p", "class"), ("h2", "class")),
    *(("th", "scope"), ("th", "class"), ("td", "class")),
    *(("div", "class"), ("div", "role"), ("div", "tabindex"), ("div", "aria-label")),
    *(("span", "class"), ("span", "role"), ("span", "aria-label")),
    *(("video", "src"), ("video", "controls"), ("video", "preload"), ("video", "aria-label")),
    *(("track", "kind"), ("track", "src"), ("track", "srclang"), ("track", "label")),
    ("track", "default"),
}


class Judge(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS | MATHML:
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            is_known = name in MATHML_ATTRIBUTES if tag in MATHML else (tag, name) in ATTRIBUTES
            if not is_known:
                self.wrong.append(f"{tag} {name}")
            self.judge(name, value or "")
        if tag == "a" and dict(attrs).get("rel") != "noopener noreferrer nofollow":
            self.wrong.append("a without rel")

    def judge(self, name: str, value: str) -> None:
        outside = value.lower().startswith(("https://", "http://", "mailto:"))
        is_note = re.fullmatch(r"#c-[\w-]+-(note|mark)-[0-9]+(-[0-9]+)?", value) is not None
        if name == "href" and not outside and value not in MEDIA and not is_note:
            self.wrong.append(f"href {value}")
        if name == "src" and value not in MEDIA:
            self.wrong.append(f"src {value}")
        if name == "id" and not value.startswith("c-"):
            self.wrong.append(f"id {value}")
        if name == "class":
            self.wrong += [c for c in value.split() if not c.startswith(CLASSES)]

    def handle_comment(self, data: str) -> None:
        self.wrong.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.wrong.append("instruction")


CLASSES = (
    *("hl-", "note", "table", "code", "task", "align-", "video-link", "device", "access"),
    *("footnotes", "ready", "event"),
)


# the one form control there is, and nothing of an author's in it
_BUTTON = (
    r'<input class="pick-(\w+)" type="radio" name="c-[\w-]+-device-\d+" value="\1" form="no-form"'
    r' id="c-[\w-]+-device-\d+-\1"(?: checked)?><label for="c-[\w-]+-\1">\w+</label>'
)
_PICKER = re.compile(
    rf'<fieldset class="device-picker"><legend>\w+</legend>(?:{_BUTTON})+</fieldset>'
)


def wrong_in(html: str) -> list[str]:
    judge = Judge()
    judge.feed(_PICKER.sub("", html))
    judge.close()
    return judge.wrong


def test_the_judge_sees() -> None:
    assert wrong_in('<p onclick="x()"><script>x</script><!-- c --><a href="x:y" rel="z">') == [
        "p onclick",
        "<script>",
        "comment",
        "href x:y",
        "a without rel",
    ]


SCHEMES = [
    *("javascript:", "JaVaScRiPt:", "java\tscript:", "&#106;avascript:", "\x01javascript:"),
    *("vbscript:", "data:text/html,", "data:image/svg+xml,", "blob:", "file:///", "//evil.test/"),
    *(
        "ms-word:ofe|u|",
        "intent:",
        "\\\\evil.test\\",
        "/\\evil.test/",
        "https:evil",
        "view-source:",
    ),
    *("javascript&colon;", "jav&#x0A;ascript:", " javascript:", "feed:javascript:", "/login?next="),
]
WRAPPERS = [
    *(
        '<a href="{}x()">k</a>',
        "<a href={}x()>k</a>",
        '<img src="{}x()">',
        '<img src=x onerror="{}">',
    ),
    *('<svg onload="{}">', '<svg><a xlink:href="{}"><text>k', '<iframe src="{}"></iframe>'),
    *('<math href="{}">k</math>', '<form action="{}"><button>k', '<input formaction="{}">'),
    *('<video src="{}"><track src="{}">', '<p style="background:url({})">', '<base href="{}">'),
    *('<meta http-equiv="refresh" content="0;url={}">', '<link rel=stylesheet href="{}">'),
    *('<object data="{}">', '<embed src="{}">', '<template><img src="{}"></template>'),
    *(
        '<noscript><p title="</noscript><img src={}>">',
        "<![CDATA[<img src={}>]]>",
        "<!--><img src={}>",
    ),
    *(
        '<table background="{}"><td background="{}">',
        '<h2 id="{}">',
        '<table><tr><th style="background:url({})"><td style="x:{}">',
        '<div class="{}" id=x>',
    ),
    *('<math><mtext><table><mglyph><style><img src="{}">', '<div role="alert" tabindex="9">{}'),
    *('<p id="c-x" name="{}">', '<a href="{}" target="_blank" rel="opener" ping="{}">k</a>'),
]
MARKDOWN_WRAPPERS = [
    *("k[^1]\n\n[^1]: {}", "k[^{}]\n\n[^{}]: n", "${}$", "$\\text{{{}}}$", "$$\n{}\n$$"),
    *("::: device {{ipad}}\n{}\n:::\n\n::: device {{pc}}\n{}\n:::", "::: device {{{}}}\nx\n:::"),
    *("[k]({})", "[k](<{}>)", "![k]({})", "<{}>", "[k][r]\n\n[r]: {}", '[k](https://a.no "{}")'),
    *(
        "::: video {{src={} captions=nb}}\n:::",
        '::: video {{src="{}" title="<b>" captions=nb}}\n:::',
    ),
    *("# {} {{#x onclick=y}}", "```{}\nx\n```", "| {} |\n|--|\n| {} |", "> [!TIP]\n> {}", "`{}`"),
]


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_html_payloads(wrapper: str) -> None:
    for scheme in SCHEMES:
        assert wrong_in(sanitized(wrapper.replace("{}", scheme), media=MEDIA)) == [], scheme


@pytest.mark.parametrize("wrapper", MARKDOWN_WRAPPERS)
def test_markdown_payloads(wrapper: str) -> None:
    payloads = [scheme + "alert(1)" for scheme in SCHEMES]
    payloads += [w.replace("{}", s) for w, s in product(WRAPPERS, SCHEMES[:3])]
    for payload in payloads:
        html = render_markdown(
            wrapper.format(payload, payload), "nb", media_url=lambda _: "/m/a.png"
        )
        assert wrong_in(html) == [], payload
        assert "<script" not in html.lower()


@settings(max_examples=150, deadline=None)
@given(MARKDOWN)
def test_any_markdown(text: str) -> None:
    assert wrong_in(render_markdown(text, "nb", media_url=lambda _: "/m/a.png")) == []


@given(st.text(alphabet="<>/=\"' abimgsrcponx!-&;:#[]", max_size=60))
def test_any_html(text: str) -> None:
    assert wrong_in(sanitized(text, media=MEDIA)) == []


@settings(max_examples=150, deadline=None)
@given(MARKDOWN)
def test_clean_stays_clean(text: str) -> None:
    html = render_markdown(text, "nb", media_url=lambda _: "/m/a.png")
    # formulas and the choice of a device are put in when all else is clean
    if "<math" not in html and "<fieldset" not in html:
        assert sanitized(html, media=MEDIA).strip() == html


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ('<img src="/m/a.png" alt="x">', '<img src="/m/a.png" alt="x">'),
        ('<img src="/m/b.png" alt="x">', '<img alt="x">'),
        ('<video src="https://media.example.org/a.mp4"></video>',) * 2,
        ('<a href="/logout">x</a>', '<a rel="noopener noreferrer nofollow">x</a>'),
        ('<p class="note-title hidden">x</p>', '<p class="note-title">x</p>'),
        ('<h2 id="main">x</h2>', "<h2>x</h2>"),
        ('<div role="alert" tabindex="5">x</div>', "<div>x</div>"),
        ("<h1>x</h1>", "x"),
    ],
)
def test_what_is_kept(html: str, clean: str) -> None:
    assert sanitized(html, media=MEDIA) == clean
