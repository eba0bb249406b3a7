"""Moodle XML: https://docs.moodle.org/en/Moodle_XML_format. Pictures go along."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from content.export.quizzes import Quiz, number, quizzes, shares
from content.export.source import Exported, Source
from content.export.xml import add, written

_PLACE = "@@PLUGINFILE@@/"


def moodle_xml(source: Source) -> Exported:
    root = Element("quiz")
    category = add(root, "question", attributes={"type": "category"})
    _text(category, "category", f"$course$/top/{source.track.texts[source.language].title}")
    media = source.media
    for quiz in quizzes(source):
        _question(root, quiz, media)
    return Exported(written(root))


def _question(root: Element, quiz: Quiz, media: Mapping[str, bytes]) -> None:
    drawn = quiz.drawn(lambda path: f"{_PLACE}{path.removeprefix('media/')}")
    question = add(root, "question", attributes={"type": "multichoice"})
    _text(question, "name", quiz.title)
    _html(question, "questiontext", drawn.prompt_html, media)
    _html(question, "generalfeedback", drawn.explanation_html, media)
    add(question, "defaultgrade", number(drawn.points))
    add(question, "penalty", "0")
    add(question, "hidden", "0")
    add(question, "idnumber", quiz.id)
    add(question, "single", "true" if drawn.form == "one" else "false")
    add(question, "shuffleanswers", "false")
    add(question, "answernumbering", "none")
    for option, share in zip(drawn.options, shares(quiz.question), strict=True):
        fraction = {"fraction": number(share * 100)}
        answer = _html(question, "answer", option.html, media, fraction)
        _html(answer, "feedback", option.feedback_html, media)
    if drawn.hint_html:
        _html(question, "hint", drawn.hint_html, media)


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
    add(element, "text", html)
    for path, data in media.items():
        inside = path.removeprefix("media/")
        if f"{_PLACE}{inside}" in html:
            folder, _, name = f"/{inside}".rpartition("/")
            where = {"name": name, "path": f"{folder}/", "encoding": "base64"}
            add(element, "file", b64encode(data).decode(), where)
    return element
