"""Moodle XML: https://docs.moodle.org/en/Moodle_XML_format. Pictures go along."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from html import escape
from xml.etree.ElementTree import Element

from content.export.quizzes import TICKED, Quiz, number, quizzes, shares
from content.export.source import Exported, Losses, Source
from content.export.xml import add, with_tex, written
from content.model import QuestionForm
from content.rendered import RenderedQuestion

_KINDS: Mapping[QuestionForm, str] = {
    "one": "multichoice",
    "several": "multichoice",
    "text": "shortanswer",
    "number": "numerical",
    "match": "matching",
    "order": "matching",
    "open": "essay",
    "gap": "cloze",
}
_PLACE = "@@PLUGINFILE@@/"


def moodle_xml(source: Source) -> Exported:
    root = Element("quiz")
    category = add(root, "question", attributes={"type": "category"})
    _text(category, "category", f"$course$/top/{source.track.texts[source.language].title}")
    media, losses = source.media, Losses()
    for quiz in quizzes(source, frozenset(_KINDS), losses):
        _question(root, quiz, media)
        if quiz.question.form == "order":
            message = "Moodle matches each with its place instead of ordering"
            losses.note(quiz.step, quiz.language, message)
        if quiz.question.form == "gap" and (
            len(quiz.question.gaps) > 1 or quiz.question.points != 1
        ):
            message = "Moodle gives points for each gap, not for all together"
            losses.note(quiz.step, quiz.language, message)
        if any(number.is_percent for number in quiz.question.numbers):
            losses.note(quiz.step, quiz.language, "Moodle takes the number without its %")
    return Exported(written(root), tuple(losses.found))


def _question(root: Element, quiz: Quiz, media: Mapping[str, bytes]) -> None:
    drawn = quiz.drawn(lambda path: f"{_PLACE}{path.removeprefix('media/')}")
    question = add(root, "question", attributes={"type": _KINDS[drawn.form]})
    _text(question, "name", quiz.title)
    _html(question, "questiontext", f"{drawn.prompt_html}{_gaps(drawn)}", media)
    _html(question, "generalfeedback", drawn.explanation_html, media)
    if drawn.form != "gap":  # of gaps Moodle adds up what each is worth
        add(question, "defaultgrade", number(drawn.points))
    add(question, "penalty", "0")
    add(question, "hidden", "0")
    add(question, "idnumber", quiz.id)
    if drawn.form in TICKED:
        _add_ticked(question, quiz, drawn, media)
    else:
        _add_written(question, quiz, drawn, media)
    if drawn.hint_html:
        _html(question, "hint", drawn.hint_html, media)


def _gaps(drawn: RenderedQuestion) -> str:
    """Moodle's embedded answers, under the text, by the numbers that stand in it."""
    lines = []
    for place, gap in enumerate(drawn.gaps, start=1):
        kind = "MULTICHOICE" if gap.choices else "SHORTANSWER"
        words = [(word, word in gap.accepted) for word in gap.choices or gap.accepted]
        answers = "~".join(f"{'=' if right else ''}{_embedded(word)}" for word, right in words)
        lines.append(f"<p>({place}) {{1:{kind}:{answers}}}</p>")
    return "".join(lines)


def _embedded(text: str) -> str:
    return re.sub(r"([\\}#~/\"])", r"\\\1", escape(text, quote=False))


def _add_ticked(
    question: Element, quiz: Quiz, drawn: RenderedQuestion, media: Mapping[str, bytes]
) -> None:
    add(question, "single", "true" if drawn.form == "one" else "false")
    add(question, "shuffleanswers", "false")
    add(question, "answernumbering", "none")
    for option, share in zip(drawn.options, shares(quiz.question), strict=True):
        fraction = {"fraction": number(share * 100)}
        answer = _html(question, "answer", option.html, media, fraction)
        _html(answer, "feedback", option.feedback_html, media)


def _add_written(
    question: Element, quiz: Quiz, drawn: RenderedQuestion, media: Mapping[str, bytes]
) -> None:
    whole = {"fraction": "100"}
    if drawn.form == "text":
        add(question, "usecase", "0")
    for text in drawn.accepted:
        add(add(question, "answer", attributes=whole), "text", text)
    for near in drawn.numbers:
        answer = add(question, "answer", attributes=whole)
        add(answer, "text", f"{near.value:.10g}")
        add(answer, "tolerance", f"{near.tolerance:.10g}")
    pairs = [(pair.left_html, pair.right) for pair in drawn.pairs]
    pairs += [(item, str(place)) for place, item in enumerate(drawn.items, start=1)]
    if pairs:
        add(question, "shuffleanswers", "true")
    for left, right in pairs:
        _text(_html(question, "subquestion", left, media), "answer", right)
    if drawn.form == "open":
        add(question, "responseformat", "editor")
        add(question, "responserequired", "1")


def _text(parent: Element, tag: str, text: str) -> None:
    add(add(parent, tag), "text", text)


def _html(
    parent: Element,
    tag: str,
    html: str,
    media: Mapping[str, bytes],
    attributes: Mapping[str, str] | None = None,
) -> Element:
    element = add(parent, tag, attributes={**(attributes or {}), "format": "html"})
    add(element, "text", with_tex(html))
    for path, data in media.items():
        inside = path.removeprefix("media/")
        if f"{_PLACE}{inside}" in html:
            folder, _, name = f"/{inside}".rpartition("/")
            where = {"name": name, "path": f"{folder}/", "encoding": "base64"}
            add(element, "file", b64encode(data).decode(), where)
    return element
