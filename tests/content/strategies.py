"""Text as authors, accidents and attackers write it."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = (
    *("::: quiz {#q1}", "::: leder", "::: refleksjon {#r1 visible=group}", "::: film {src=x}"),
    *("::: utprøving {#t1}", "::::", ":::", "::: ukjent {", "::: quiz {#a #b c=d", ":::{film}"),
    *("## A {phase=A minutes=3}", "## B {phase=B}", "## D {phase=D}", "### T {#t .resource}"),
    *("#### h", "# t", "###", "- (x) rett", "- ( ) galt", "- [x] ja", "- [ ] nei", "  > feil"),
    *("> [!TIP]", "> [!NOTE]", "> hint", "| a | b |", "|---|:-:|", "| 1 | 2 | 3 |", "---", "==="),
    *("![](media/a.png)", "![x](https://a.no/b)", "[a](javascript:x)", "[r]: https://a.no", "[r]"),
    *(
        "<b>",
        "<!--",
        "```python",
        "```",
        "    kode",
        "\tkode",
        "1. en",
        "   - to",
        ">>>> dypt",
        "*",
    ),
    *(
        "::: device {ipad}",
        "::: device {ipad}\nx\n:::",
        "::: enhet {pc}\ny\n:::",
        "::: include {resource=a/b#c}",
        "::: scale {#s 1..5}",
        "::: drøfting",
    ),
    *("::: event {#e starts=2027-01-14T15:00 place=x}", "::: event {starts=0-0}"),
    *("::: checklist {#c}", "::: access {free-until=2026-02-30}", "= 1,4 +- 2 %", "= ord", "___"),
    *("- a -> b", "- a ->", "[[a|(b)]]", "[[|]]", "2. to", "|-|-|"),
    *("`", "\\", "&amp;", "&#0;", "www.a.no", "a@b.no", "{#x}", "~~s~~", "[[[[", "![[]()", "\x00"),
    *("[^1]", "[^1]: note[^1]", "$x^2$", "$$", r"$\frac{1}{2}$", r"$\text{<b>}$", "$x$[^1]"),
    *("title: x", "minutes: {A: 1}", "&a *a", "\ud800", "\u2028", "\x0b", "\ufeff", "\r", ""),
)

LINE = st.one_of(
    st.sampled_from(PIECES),
    st.text(max_size=12),
    st.builds(
        "{}{}".format, st.sampled_from(["", " ", "  ", "    ", "> ", "- "]), st.sampled_from(PIECES)
    ),
)
MARKDOWN = st.lists(LINE, max_size=25).map("\n".join)
