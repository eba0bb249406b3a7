"""A handout to print: tagged (PDF/UA-1), without the right answers and the leader's words unless
they are asked for."""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from content.export.pages import asked_body
from content.export.printing import NotPrinted, printed, which_print
from content.export.quizzes import TICKED
from content.export.source import CannotExport, Exported, Losses, Source
from content.export.typst_text import body, literal, words
from content.languages import word
from content.media import is_image
from content.model import Module, Section, Step, StepKind
from content.picture_sizes import is_sound
from content.rendered import RenderedQuestion
from content.rendering.html import render_notes, render_step, render_track_intro
from content.said import say
from content.workers.bounded import Run, here

_STEP_LEVEL = 2  # a step's own headings begin at h2, and stand below the step's third level
_INTRO_LEVEL = -1
_SURE = frozenset(
    "\n" + "".join(map(chr, range(32, 127))) + "æøåäöÆØÅÄÖ«»–…·"
)  # every font has them
_REFUSED = frozenset("\ufeff\ufffe")  # by PDF/UA-1 among other text, though not alone
# Only fonts inside the compiler: the same pages on every machine.
_LOOK = """
#set page(paper: "a4", margin: (x: 24mm, top: 22mm, bottom: 24mm), numbering: "1 / 1",
  footer: context [#set text(8.5pt)
    #footer-text #h(1fr) #counter(page).display("1 / 1", both: true)])
#set text(font: "Libertinus Serif", size: 11pt, hyphenate: true)
#set par(leading: 0.68em, spacing: 1.05em, justify: false)
#set list(spacing: 0.75em)
#set enum(spacing: 0.75em)
#show title: set text(24pt)
#show heading: set block(above: 1.5em, below: 0.8em, sticky: true)
#show heading.where(level: 1): set text(19pt, fill: ink)
#show heading.where(level: 2): set text(14.5pt, fill: ink)
#show heading.where(level: 3): set text(12pt)
#show heading.where(level: 2): set block(
  stroke: (bottom: 0.6pt + ink), inset: (bottom: 5pt), width: 100%)
#show link: underline
#show raw.where(block: true): it => block(
  fill: luma(243), inset: 8pt, radius: 3pt, width: 100%, it)
#set table(stroke: 0.5pt + luma(130), inset: 6pt, fill: (_, y) => if y == 0 { luma(236) })
#set table.cell(breakable: false)
#show table.cell: set text(10pt)
#show table.cell: set par(justify: false)
#show table.cell.where(y: 0): strong
#let note(it) = block(stroke: (left: 2.5pt + ink), inset: (left: 10pt, y: 4pt), width: 100%, it)
#let aside(it) = block(fill: luma(242), inset: 10pt, radius: 4pt, width: 100%, it)
#let picture(name, alt) = box(image(name, alt: alt, width: 100%, height: 80mm, fit: "contain"))
#let room(count) = block(above: 1.6em, below: 1.2em, pdf.artifact(
  stack(spacing: 8.5mm, ..range(count).map(_ => line(length: 100%, stroke: 0.4pt + luma(120))))))
#let choice(round, it) = grid(columns: (1.6em, 1fr), pdf.artifact(
  rect(width: 0.85em, height: 0.85em, radius: if round { 50% } else { 0pt }, stroke: 0.7pt)), it)
"""


def pdf(source: Source, run: Run = here) -> Exported:
    """`run`: how the track's own texts and files are read."""
    with tempfile.TemporaryDirectory() as folder:
        losses = Losses()
        images = _images(source, Path(folder), losses, run)
        text = run(_handout, source, images)
        odd = _unprintable(text, Path(folder))
        if odd:
            where = source.track.texts[source.language].location
            message = say(
                "no font in the PDF has {odd}; their names stand in for them", odd=" ".join(odd)
            )
            losses.note_at(where.path, where.line, message)
        text = text.translate({ord(sign): f"[{_name(sign)}]" for sign in odd})
        try:
            data = printed(text.encode(), Path(folder))
        except NotPrinted as failure:
            raise CannotExport(
                say("no PDF could be made: {message}", message=failure.said)
            ) from failure
    return Exported(data, tuple(losses.found))


def _unprintable(text: str, root: Path) -> list[str]:
    """The compiler refuses a text with one such sign in it, and names only the first."""
    odd = sorted(set(text) & _REFUSED)
    unsure = sorted(set(text) - _SURE - _REFUSED)
    prints = which_print([_alone(words(_with_letter(sign))) for sign in unsure], root)
    return odd + [sign for sign, does in zip(unsure, prints, strict=True) if not does]


def _with_letter(sign: str) -> str:
    """A mark over a letter is drawn with the letter."""
    return f"0{sign}" if unicodedata.category(sign).startswith("M") else sign


def _alone(text: str) -> bytes:
    return f'#set document(title: "x")\n{text}'.encode()


def _name(sign: str) -> str:
    return unicodedata.name(sign, f"U+{ord(sign):04X}").lower()


def _images(source: Source, root: Path, losses: Losses, run: Run) -> Mapping[str, str]:
    """Those the compiler can read; for the others their text stands in."""
    names, unread = run(_put, source, root)
    prints = which_print([_alone(f'#image("{n}", alt: "x")') for n in names.values()], root)
    unread += [path for path, does in zip(names, prints, strict=True) if not does]
    for path in sorted(unread):
        message = "the picture cannot be printed; its text stands in for it"
        losses.note_at(f"{source.track.id}/{path}", 1, message)
    return {path: name for path, name in names.items() if path not in unread}


def _put(source: Source, root: Path) -> tuple[dict[str, str], list[str]]:
    """Pictures into the folder: path -> name there; and those that are broken."""
    names: dict[str, str] = {}
    unread: list[str] = []
    for count, (path, data) in enumerate(source.media.items()):
        if not is_image(path):
            continue
        if path.lower().endswith(".svg") or is_sound(data):
            names[path] = f"{count}{Path(path).suffix.lower()}"
            (root / names[path]).write_bytes(data)
        else:
            unread.append(path)
    return names, unread


def _handout(source: Source, images: Mapping[str, str]) -> str:
    return "\n".join(_Handout(source, images).lines())


class _Handout:
    def __init__(self, source: Source, images: Mapping[str, str]) -> None:
        self.source = source
        self.images = images
        self.language = source.language
        self.answers: list[str] = []

    def lines(self) -> Iterator[str]:
        track, text = self.source.track, self.source.track.texts[self.language]
        names = ", ".join(literal(name) for name in track.authors)
        yield f"#set document(title: {literal(text.title)}, author: ({names},), date: none)"
        yield f"#set text(lang: {literal(self.language)})"
        yield '#let ink = rgb("#1e3a5f")'
        yield f"#let footer-text = [{words(f'{text.title} · {track.version} · {track.licence}')}]"
        yield _LOOK
        yield "#title()"
        yield f"#text(13pt)[{words(text.summary)}]"
        intro = render_track_intro(track, self.language, media_url=str)
        yield body(intro, level=_INTRO_LEVEL, images=self.images)
        for module in track.modules if self.source.with_leader else track.for_everybody:
            yield from self.module(module)
        if self.source.with_answers and self.answers:
            yield "#pagebreak()"
            yield f"#heading(level: 1)[{words(word('answers', self.language))}]"
            yield from self.answers

    def module(self, module: Module) -> Iterator[str]:
        text = module.texts[self.language]
        yield "#pagebreak(weak: true)"
        yield f"#heading(level: 1)[{words(text.title)}]"
        yield from self.leader((text.leader,) if text.leader else ())
        for section in module.sections:
            yield from self.section(section)

    def section(self, section: Section) -> Iterator[str]:
        minutes = word("minutes", self.language)
        title = f"{section.texts[self.language]} ({section.minutes} {minutes})"
        yield f"#heading(level: 2)[{words(title)}]"
        yield from self.leader(section.leader.get(self.language, ()))
        for step in section.steps:
            if self.language in step.texts:
                yield from self.step(step)

    def leader(self, notes: tuple[str, ...]) -> Iterator[str]:
        if self.source.with_leader and notes:
            told = self.drawn(render_notes(notes, self.language, media_url=str))
            label = words(word("for-leader", self.language))
            yield f"#aside[#strong[{label}];#parbreak();{told}]"

    def step(self, step: Step) -> Iterator[str]:
        drawn = render_step(step, self.language, media_url=str, has_tabs=False)
        yield f"#heading(level: 3)[{words(drawn.title)}]"
        yield self.drawn(drawn.html)
        yield self.drawn(drawn.event_html)
        yield self.drawn(drawn.prompt_html)
        for item in drawn.items:
            yield f"#choice(false)[{self.drawn(item)}]"
        if drawn.scale is not None:
            low, high = drawn.scale
            yield f"#par[{words('   '.join(map(str, range(low, high + 1))))}]"
        if drawn.video is not None:
            yield self.drawn(drawn.video.html)
        if drawn.question is not None:
            yield from self.question(drawn.title, drawn.question)
        if step.kind in (StepKind.REFLECTION, StepKind.TRY_OUT):
            yield "#room(4)"
        yield from self.leader(step.texts[self.language].leader)

    def question(self, title: str, question: RenderedQuestion) -> Iterator[str]:
        yield self.drawn(asked_body(question, title))
        is_round = "true" if question.form == "one" else "false"
        for option in question.options:
            yield f"#choice({is_round})[{self.drawn(option.html)}]"
        if question.form not in TICKED:
            yield "#room(2)"
        self.answers.append(f"#heading(level: 2)[{words(title)}]")
        items = "".join(f"[{self.drawn(html)}]," for html in _right(question))
        self.answers.append(f"#list({items})")
        self.answers.append(self.drawn(question.explanation_html))

    def drawn(self, html: str) -> str:
        return body(html, level=_STEP_LEVEL, images=self.images)


def _right(question: RenderedQuestion) -> list[str]:
    """Every answer that counts, as HTML."""
    near = [
        f"{number.value:.10g}{' %' if number.is_percent else ''} ± {number.tolerance:.10g}"
        for number in question.numbers
    ]
    gaps = [" / ".join(gap.accepted) for gap in question.gaps]
    return [
        *(option.html for option in question.options if option.is_right),
        *map(escape, (*question.accepted, *near, *gaps)),
        *(f"{pair.left_html} → {escape(pair.right)}" for pair in question.pairs),
        *question.items,
    ]
