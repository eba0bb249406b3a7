from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.export.typst_math import equation
from content.export.xml import elements, with_tex
from content.formulas import BadFormula, mathml, spoken, tree
from content.rendering.html import render_markdown
from content.rendering.text import plain_text
from tests.content.export.test_typst_text import compiled
from tests.content.test_sanitizer import wrong_in

GOOD = [
    *(r"a^2+b^2=c^2", r"\frac{1}{2}", r"\sqrt[3]{x}", r"\sum_{i=1}^n i", "3,14", r"x_1^2"),
    *(r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{cases}1&x\\2&y\end{cases}", "x<y>z"),
    *(r"\text{fart og <b>}", r"5\,\mathrm{m/s}^2", r"\overline{AB}\parallel\vec{c}", "å+ø"),
    *(r"90^\circ", r"\underbrace{x}_{y}", r"\sin x", r"\hat{x}", r"\begin{align}a&=b\end{align}"),
    *(r"\lim_{x \to \infty} f(x)", r"\mathbb{R} \cup \emptyset", r"\left(\frac{a}{b}\right)", '"'),
    *(r"\text{" + '"]x}', r"\alpha\beta\Omega", r"a \ne b", r"\boldsymbol{v}"),
]
BAD = [
    *("", " ", r"\frac{1}{2", r"\fart", "}", r"\left( x", "^", r"\begin{matrix}", "\x00"),
    *(r"\def\a{\a\a}\a", r"\newcommand{\a}{b}", r"\cancel{x}", r"\color{red}x", "x" * 2001),
    *(r"\href{javascript:alert(1)}{x}", r"\style{color:red}{x}", "x^{" * 300 + "}" * 300),
    *("{" * 900, r"\sqrt" * 390 + "x", r"\left(" * 300),
]


@pytest.mark.parametrize("latex", GOOD)
def test_what_can_be_read(latex: str) -> None:
    for is_block in (True, False):
        html = mathml(latex, is_block=is_block)
        assert wrong_in(html) == []
        assert html == mathml(latex, is_block=is_block)
    assert spoken(tree(latex)).strip()


@pytest.mark.parametrize("latex", BAD)
def test_what_cannot_be_read(latex: str) -> None:
    with pytest.raises(BadFormula):
        mathml(latex, is_block=False)


def test_mathml() -> None:
    assert mathml(r"v = \frac{s}{t} < 3,1", is_block=False) == (
        r'<math data-tex="v = \frac{s}{t} &lt; 3,1"><mi>v</mi><mo>=</mo>'
        "<mfrac><mi>s</mi><mi>t</mi></mfrac><mo>&lt;</mo><mn>3</mn>"
        '<mo rspace="0">,</mo><mn>1</mn></math>'
    )


def test_in_a_text() -> None:
    x = '<math{} data-tex="x"><mi>x</mi></math>'
    block = x.format(' display="block"')
    assert render_markdown("a $x$ b $$x$$\n\n$$\nx\n$$", "nn") == (
        f"<p>a {x.format('')} b {block}</p>\n"
        f'<div class="table" role="region" tabindex="0" aria-label="Formel">{block}</div>'
    )


@pytest.mark.parametrize("text", ["5$ og 6$", r"\$x\$", "`$x$`", "$ x $", "20$x$30", "$x\n\ny$"])
def test_what_is_no_formula(text: str) -> None:
    assert "<math" not in render_markdown(text, "nb")


def test_what_cannot_be_read_stands_as_written() -> None:
    assert render_markdown(r"$\fart<b>$", "nb") == r"<p><code>\fart&lt;b&gt;</code></p>"


def test_an_author_cannot_take_the_place_of_a_formula() -> None:
    text = '$x$ <span class="ready">0</span> `<span class="ready">0</span>`'
    assert render_markdown(text, "nb").count("<math") == 1


def test_plain_words() -> None:
    assert plain_text("Farten $v$ er\n\n$$\nv^2\n$$") == "Farten v er\nv^2"


@pytest.mark.parametrize(
    ("latex", "signs"),
    [
        (r"\frac{a+1}{b}", "(a+1)/(b)"),
        ("x_1^{10}", "x_1^(10)"),
        (r"\sqrt{x}\sqrt[3]{y}", "√(x)3√(y)"),
        (r"\begin{matrix}1&2\\3&4\end{matrix}", "1, 2; 3, 4"),
    ],
)
def test_in_plain_signs(latex: str, signs: str) -> None:
    assert spoken(tree(latex)) == signs


@pytest.mark.parametrize("latex", GOOD)
def test_on_paper(latex: str, tmp_path: Path) -> None:
    """The compiler refuses what it cannot read, and a formula nobody can hear."""
    for is_block in (True, False):
        [root] = elements(mathml(latex, is_block=is_block))
        assert compiled(f"Før {equation(root)} etter", tmp_path)


def test_for_systems_that_look_for_tex() -> None:
    html = render_markdown('$x<"y"$ og $$z$$', "nb")
    assert with_tex(html) == r"<p>\(x&lt;&quot;y&quot;\) og \[z\]</p>"


PARTS = st.sampled_from(
    [*("x", "{", "}", "^", "_", "&", r"\\", r"\frac", r"\sqrt", r"\left(", r"\right)", r"\text{"),
     *(r"\begin{cases}", r"\end{cases}", "<b>", '"', "'", "&amp;", "3,1", "å", "\u202e", r"\ ")]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PARTS | st.text(max_size=3), max_size=12).map("".join))
def test_anything(latex: str) -> None:
    try:
        html = mathml(latex, is_block=False)
    except BadFormula:
        return
    assert wrong_in(html) == []
    assert re.sub(r"<[^>]*>", "", html).count("<") == 0


def test_columns_stand_where_latex_has_them() -> None:
    cases = mathml(r"\begin{cases} a & b \\ c & d \end{cases}", is_block=False)
    aligned = mathml(r"\begin{aligned} a &= b \\ c &= d \end{aligned}", is_block=True)
    assert cases.count('<mtd class="align-left">') == 4
    assert aligned.count('<mtd class="align-right">') == 2
