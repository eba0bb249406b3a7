from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from content.history.words import lines_of
from content.model import Step, StepKind, Track
from content.rendered import (
    RenderedOption,
    RenderedQuestion,
    RenderedStep,
    RenderedVideo,
)
from content.rendering.html import (
    render_markdown,
    render_notes,
    render_step,
    render_track_intro,
)
from content.rendering.text import plain_text
from tests.content.cases import Case
from tests.content.strategies import MARKDOWN

REL = 'rel="noopener noreferrer nofollow"'


def media_url(path: str) -> str:
    return f"/m/{path.removeprefix('media/')}"


def drawn(text: str, shift: int = 0) -> str:
    return render_markdown(text, "nb", media_url=media_url, shift=shift)


def track_with(tmp_path: Path, lines: str, **files: str) -> Track:
    case = Case("here", "here")
    case.add("step", lines.split("\n"))
    for name, text in files.items():
        case.files[f"media/{name.replace('_', '.')}"] = text
    track = case.load(tmp_path).value
    assert track is not None
    return track


def first_step(tmp_path: Path, lines: str, **files: str) -> Step:
    return track_with(tmp_path, lines, **files).modules[0].steps[0]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**fet** og _skrå_", "<p><strong>fet</strong> og <em>skrå</em></p>"),
        ("~~borte~~", "<p><s>borte</s></p>"),
        ("<b>x</b> & 2 < 3", "<p>&lt;b&gt;x&lt;/b&gt; &amp; 2 &lt; 3</p>"),
        ("[a](https://a.no)", f'<p><a href="https://a.no" {REL}>a</a></p>'),
        ("[a](mailto:b@c.no)", f'<p><a href="mailto:b@c.no" {REL}>a</a></p>'),
        ("[ark](media/ark.pdf)", f'<p><a href="/m/ark.pdf" {REL}>ark</a></p>'),
        ("[a](//ond.no)", "<p>a</p>"),
        ("[a](ms-word:ofe|u|https://ond.no)", "<p>a</p>"),
        ("[a](02-b.nb.md) [b](#c)", "<p>a b</p>"),
        (
            '![To glass](media/gl%C3%A6ss.png "Is")',
            '<p><img src="/m/glæss.png" alt="To glass" title="Is" loading="lazy"></p>',
        ),
        ("![To *glass*](https://ond.no/a.png)", "<p>To glass</p>"),
        ("![To glass](media/a.tiff)", "<p>To glass</p>"),
        (
            "![To glass](media/a.svg)",
            '<p><img src="/m/a.svg" alt="To glass" loading="lazy"></p>',
        ),
        ("![To glass](media/../a.png)", "<p>To glass</p>"),
        ("# a", '<h2 id="c-text-a">a</h2>'),
        ("###### Å", '<h6 id="c-text-å">Å</h6>'),
        ("## a\n## a", '<h2 id="c-text-a">a</h2>\n<h2 id="c-text-a--2">a</h2>'),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
        ("    <kode>", "<pre><code>&lt;kode&gt;\n</code></pre>"),
        ("```\n<kode>\n```", "<pre><code>&lt;kode&gt;\n</code></pre>"),
        ("```ukjent\n'\"\n```", "<pre><code>'\"\n</code></pre>"),
        (
            "```python\nx = 1\n```",
            '<pre><code><span class="hl-n">x</span> <span class="hl-o">=</span> '
            '<span class="hl-mi">1</span>\n</code></pre>',
        ),
        (
            "```python\n\nx\n\n```",
            '<pre><code>\n<span class="hl-n">x</span>\n\n</code></pre>',
        ),
        (
            "- [ ] a\n- [x] b",
            '<ul class="tasks">\n'
            '<li><span class="task" role="img" aria-label="ikke gjort">☐</span> a</li>\n'
            '<li><span class="task" role="img" aria-label="gjort">☑</span> b</li>\n</ul>',
        ),
        (
            "> [!WARNING]\n> Varmt.",
            '<div class="note note-warning" role="note">\n<p class="note-title">Advarsel</p>\n'
            "<p>Varmt.</p>\n</div>",
        ),
        (
            "| a | b |\n|---|--:|\n| 1 | 2 |",
            '<div class="table" role="region" tabindex="0" aria-label="Tabell"><table>\n<thead>\n'
            '<tr>\n<th scope="col">a</th>\n<th class="align-right" scope="col">b</th>\n</tr>\n'
            '</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td class="align-right">2</td>\n</tr>\n'
            "</tbody>\n</table></div>",
        ),
        (
            '::: video {src=media/a.mp4 captions=media/a.vtt title="To glass"}\n:::',
            '<video controls="" preload="none" src="/m/a.mp4" aria-label="To glass">'
            '<track kind="captions" src="/m/a.vtt" srclang="nb" label="Teksting" default="">'
            "</video>",
        ),
        (
            "::: film {src=media/a.mp4 captions=media/a.sv.vtt described=media/b.mp4}\n:::",
            '<video controls="" preload="none" src="/m/a.mp4" aria-label="Film">'
            '<track kind="captions" src="/m/a.sv.vtt" srclang="sv" label="Teksting (svenska)"'
            f' default=""></video><p class="video-link"><a href="/m/b.mp4" {REL}>'
            "Filmen med synstolking</a></p>",
        ),
        (
            "::: film {src=https://film.no/1 captions=nb}\n:::",
            f'<p class="video-link"><a href="https://film.no/1" {REL}>'
            "Se filmen (åpnes et annet sted)</a></p>",
        ),
        ("", ""),
    ],
)
def test_markdown(text: str, html: str) -> None:
    assert drawn(text) == html


def test_without_media_there_are_no_images() -> None:
    assert render_markdown("![To glass](media/a.png)", "nb") == "<p>To glass</p>"


def test_reading_step(tmp_path: Path) -> None:
    step = first_step(
        tmp_path,
        "\n### Les *dette* {#a1 .resource minutes=5}\n\nSe [læreplanen][x].\n\n#### Nærmere\n\n"
        "::: leder\nSi **dette**.\n:::\n\nMer.\n\n[x]: https://a.no",
    )
    assert (step.id, step.kind, step.is_resource, step.minutes) == ("a1", "reading", True, 5)
    assert render_step(step, "nb", media_url=media_url) == RenderedStep(
        title="Les dette",
        kind=StepKind.READING,
        html=f'<p>Se <a href="https://a.no" {REL}>læreplanen</a>.</p>\n'
        '<h2 id="c-a1-nærmere">Nærmere</h2>\n<p>Mer.</p>',
        prompt_html="",
        leader_html="<p>Si <strong>dette</strong>.</p>",
        question=None,
        video=None,
    )


def test_quiz_step(tmp_path: Path) -> None:
    step = first_step(
        tmp_path,
        "\n### Prøv deg\n\nFør vi går videre:\n\n:::: quiz {#q1 points=2,5}\nHva er *rett*?\n\n"
        "- ( ) Galt\n  over to linjer\n  > Nei, **fordi**\n  > det er galt.\n-   (x) Rett\n\n"
        "      kode\n\n> [!TIP]\n> Tenk.\n\n> [!NOTE]\n> Forklart.\n\n::: leder\nVent.\n:::\n::::",
    )
    assert render_step(step, "nb", media_url=media_url) == RenderedStep(
        title="Prøv deg",
        kind=StepKind.QUIZ,
        html="<p>Før vi går videre:</p>",
        prompt_html="",
        leader_html="<p>Vent.</p>",
        question=RenderedQuestion(
            form="one",
            prompt_html="<p>Hva er <em>rett</em>?</p>",
            options=(
                RenderedOption(
                    "<p>Galt\nover to linjer</p>",
                    "<p>Nei, <strong>fordi</strong>\ndet er galt.</p>",
                    False,
                ),
                RenderedOption("<p>Rett</p>\n<p>kode</p>", "", True),
            ),
            hint_html="<p>Tenk.</p>",
            explanation_html="<p>Forklart.</p>",
            points=2.5,
        ),
        video=None,
    )


def test_the_key_is_the_same_before_and_after_drawing(tmp_path: Path) -> None:
    step = first_step(tmp_path, "\n::: quiz {#q1}\nHva?\n\n- [x] a\n- [ ] b\n- [x] c\n:::")
    question = step.texts["nb"].question
    rendered = render_step(step, "nb", media_url=media_url).question
    assert question is not None
    assert rendered is not None
    assert question.right == rendered.right == {0, 2}
    assert question.form == rendered.form == "several"


def test_video_step(tmp_path: Path) -> None:
    step = first_step(
        tmp_path,
        "\n::: film {#v1 src=media/a.mp4 captions=media/a.vtt minutes=3}\nOm filmen.\n:::",
        a_mp4="film",
        a_vtt="WEBVTT\n\n00:00.000 --> 00:04.000\nHei.\n",
    )
    rendered = render_step(step, "nb", media_url=media_url)
    assert (rendered.title, rendered.html, rendered.prompt_html) == (
        "Film",
        "",
        "<p>Om filmen.</p>",
    )
    assert rendered.video == RenderedVideo(
        html='<video controls="" preload="none" src="/m/a.mp4" aria-label="Film">'
        '<track kind="captions" src="/m/a.vtt" srclang="nb" label="Teksting" default=""></video>',
        url="/m/a.mp4",
        captions_url="/m/a.vtt",
        is_external=False,
        reason="",
    )


EVENT = (
    '\n::: arrangement {#v1 starts=2027-01-14T15:00 ENDS place="Rådhuset, sal <2>"'
    " link=https://a.no/b?c=1&d=2}\nKom.\n:::"
)


@pytest.mark.parametrize(
    ("language", "ends", "said"),
    [
        ("nb", "ends=2027-01-14T16:30", "Når: torsdag 14. januar 2027 kl. 15.00–16.30"),
        ("nn", "", "Når: torsdag 14. januar 2027 kl. 15.00"),
        ("sv", "", "När: torsdag 14 januari 2027 kl. 15.00"),
        ("en", "", "When: Thursday 14 January 2027 at 15:00"),
        ("sma", "", "When: Thursday 14 January 2027 at 15:00"),
        (
            "da",
            "ends=2027-01-15T12:00",
            "Når: torsdag 14. januar 2027 kl. 15.00 – fredag 15. januar 2027 kl. 12.00",
        ),
    ],
)
def test_an_event_says_when_and_where(tmp_path: Path, language: str, ends: str, said: str) -> None:
    step = first_step(tmp_path, EVENT.replace("ENDS", ends))

    drawn = render_step(replace(step, texts={language: step.texts["nb"]}), language, media_url=str)

    assert lines_of(drawn.event_html)[0] == said
    assert lines_of(drawn.event_html)[1].endswith(": Rådhuset, sal <2>")
    assert 'href="https://a.no/b?c=1&amp;d=2"' in drawn.event_html
    assert drawn.prompt_html == "<p>Kom.</p>"


def test_leader_blocks_go_with_what_was_begun_last(tmp_path: Path) -> None:
    track = track_with(
        tmp_path,
        "\n::: leder\nFør alt.\n:::\n\n### Les {#a1}\n\nLes.\n\n::: leder\nUnder.\n:::\n\n"
        "### Skriv\n\n::: leder\nFør skrivingen.\n:::\n\n::: refleksjon {#r1}\nHva?\n:::\n\n"
        "::: leder\nEtter.\n:::",
    )
    section = track.modules[0].sections[0]
    assert dict(section.leader) == {"nb": ("Før alt.",)}
    assert [(s.id, s.texts["nb"].leader) for s in section.steps] == [
        ("a1", ("Under.",)),
        ("r1", ("Før skrivingen.", "Etter.")),
    ]
    assert render_notes(section.leader["nb"], "nb") == "<p>Før alt.</p>"


def test_track_intro(tmp_path: Path) -> None:
    track = track_with(tmp_path, "\n### Les {#a1}\n\nLes.")
    assert render_track_intro(track, "nb") == ""


@pytest.mark.parametrize(
    "lines",
    [
        "\n### Les {#a1}\n\nHva?\n\n::: leder\nHemmelig.\n:::\n\nHvorfor?",
        "\nHva?\n\n::: leder\nHemmelig.\n:::\n\nHvorfor?\n\n::: refleksjon {#r1}\nSkriv.\n:::",
        "\n:::: refleksjon {#r1}\nHva?\n\n::: leder\nHemmelig.\n:::\n\nHvorfor?\n::::",
        "\n:::: quiz {#q1}\nHva?\n\n::: leder\nHemmelig.\n:::\n\nHvorfor?\n\n- (x) a\n- ( ) b\n"
        "::::",
        "\n:::: film {#v1 src=https://a.no captions=nb}\nHva?\n\n::: leder\nHemmelig.\n:::\n"
        "\nHvorfor?\n::::",
    ],
)
def test_what_the_leader_reads_is_not_in_the_step(tmp_path: Path, lines: str) -> None:
    step = first_step(tmp_path, lines)
    rendered = render_step(step, "nb", media_url=media_url)
    assert rendered.leader_html == "<p>Hemmelig.</p>"
    everything = json.dumps(replace(rendered, leader_html="").as_json())
    assert "Hemmelig" not in everything
    assert "<p>Hva?</p>\\n<p>Hvorfor?</p>" in everything


TEXT = st.text(max_size=20)
RENDERED = st.builds(
    RenderedStep,
    title=TEXT,
    kind=st.sampled_from(list(StepKind)),
    html=TEXT,
    prompt_html=TEXT,
    leader_html=TEXT,
    question=st.none()
    | st.builds(
        RenderedQuestion,
        form=st.sampled_from(["one", "several"]),
        prompt_html=TEXT,
        options=st.lists(st.builds(RenderedOption, TEXT, TEXT, st.booleans()), max_size=4).map(
            tuple
        ),
        hint_html=TEXT,
        explanation_html=TEXT,
        points=st.floats(0.25, 100),
    ),
    video=st.none() | st.builds(RenderedVideo, TEXT, TEXT, TEXT, st.booleans(), TEXT),
    event_html=TEXT,
)


@given(RENDERED)
def test_json_round_trip(step: RenderedStep) -> None:
    data = step.as_json()
    assert json.loads(json.dumps(data)) == data
    assert type(data["kind"]) is str
    assert RenderedStep.from_json(json.loads(json.dumps(data))) == step


def test_same_in_another_process() -> None:
    """Nothing may hang on the order of sets, which changes from process to process."""
    text = "# a\n\n![x](media/a.png) [b](https://a.no)\n\n```python\nx = 1\n```\n\n- [x] c"
    code = (
        "from content.rendering.html import render_markdown as r;"
        f"print(ascii(r({text!r}, 'sv', media_url=str)))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            cwd=Path(__file__).parents[2],
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("# Å *lese* `kode`", "Å lese kode"),
        ("![To glass](a.png)\nog vann", "To glass og vann"),
        ("```\na\nb\n```\n\n- c", "a\nb\nc"),
    ],
)
def test_plain_text(text: str, plain: str) -> None:
    assert plain_text(text) == plain


@settings(max_examples=60, deadline=None)
@given(MARKDOWN)
def test_plain_text_of_anything(text: str) -> None:
    plain_text(text).encode()


TABS = """::: device {ipad}
Trykk.
:::

::: device {pc}
Klikk.
:::
"""


def test_devices_beside_each_other_are_tabs() -> None:
    assert render_markdown(TABS, "sv", ids="x") == (
        '<div class="devices"><fieldset class="device-picker"><legend>Enhet</legend>'
        '<input class="pick-ipad" type="radio" name="c-x-device-1" value="ipad" form="no-form"'
        ' id="c-x-device-1-ipad" checked><label for="c-x-device-1-ipad">iPad</label>'
        '<input class="pick-pc" type="radio" name="c-x-device-1" value="pc" form="no-form"'
        ' id="c-x-device-1-pc"><label for="c-x-device-1-pc">PC</label></fieldset>\n'
        '<div class="device device-ipad"><h2 class="device-name">iPad</h2>\n<p>Trykk.</p>\n</div>\n'
        '<div class="device device-pc"><h2 class="device-name">PC</h2>\n<p>Klikk.</p>\n</div>\n'
        "</div>"
    )
    assert "<input" not in render_markdown(TABS, "sv", has_tabs=False)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        (TABS.replace("pc", "ipad"), 0),  # nothing to choose between
        (TABS.replace("\n\n:::", "\n\nSå:\n\n:::"), 0),  # not beside each other
        (f"{TABS}\nSå:\n\n{TABS}", 2),
        (f"{TABS}\n{TABS}", 1),
        ("\n".join(f"> {line}" for line in TABS.split("\n")), 1),
        ("::: device {x}\na\n:::\n\n::: device {pc}\nb\n:::", 0),
    ],
)
def test_what_is_a_group_of_devices(text: str, groups: int) -> None:
    assert render_markdown(text, "nb").count("<fieldset") == groups


def test_a_device_block_that_names_several_is_none_of_theirs() -> None:
    html = render_markdown("::: device {ipad pc}\nBegge.\n:::", "nb")
    assert "Begge." in html
    assert "device-ipad" not in html
    assert "device-pc" not in html


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("nb", "Gratis fra 1. august 2026 · Gratis til og med 30. juni 2027 · Tilbyder: Eksempel"),
        ("nn", "Gratis frå 1. august 2026 · Gratis til og med 30. juni 2027 · Tilbydar: Eksempel"),
        ("sv", "Gratis från 1 augusti 2026 · Gratis till och med 30 juni 2027"),
        ("en", "Free from 1 August 2026 · Free until the end of 30 June 2027"),
    ],
)
def test_days_of_access_are_written_as_in_a_text(language: str, line: str) -> None:
    days = "free-from=2026-08-01 free-until=2027-06-30"
    text = f'::: access {{{days} provider="Eksempel"}}\n:::'

    html = render_markdown(text, language, media_url=media_url)

    assert f'<p class="access">{line}' in html
