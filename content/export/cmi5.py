"""cmi5: a package of pages that tell a record store how far a person is.
https://aicc.github.io/CMI-5_Spec_Current/"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from content.export import cmi5_written
from content.export.pages import Place, note_work_lost, page, places, step_body
from content.export.quizzes import TICKED, Quiz, asked_in
from content.export.source import Exported, Losses, Source
from content.export.xml import add, written
from content.export.zips import zipped
from content.languages import word
from content.rendered import RenderedQuestion

_STRUCTURE: Final = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"
_SCRIPT: Final = "cmi5.js"
_FORMS: Final = TICKED | cmi5_written.FORMS
_TOLD: Final = ("saved", "unsaved", "right", "wrong")


def cmi5(source: Source) -> Exported:
    losses = Losses()
    root = Element("courseStructure", {"xmlns": _STRUCTURE})
    text = source.track.texts[source.language]
    course = add(root, "course", attributes={"id": _iri(source)})
    _names(course, source, text.title, text.summary)
    files = {_SCRIPT: Path(__file__).with_name(_SCRIPT).read_bytes(), **source.media}
    blocks: dict[str, Element] = {}
    for place in places(source):
        note_work_lost(source, place, losses, _FORMS)
        _add_unit(_block(root, blocks, source, place), source, place)
        files[f"{place.id}.html"] = _page(source, place)
        if asked_in(_FORMS, place.step, source.language) is not None:
            message = "whoever opens the package's files can read the right answers"
            losses.note(place.step, source.language, message)
    files["cmi5.xml"] = written(root)
    return Exported(zipped(files, first="cmi5.xml"), tuple(losses.found))


def _iri(source: Source, *parts: str) -> str:
    """A name for ever, by no host: the track may move."""
    return ":".join(("urn:learning-tracks", source.publisher.id, source.track.id, *parts))


def _block(root: Element, blocks: dict[str, Element], source: Source, place: Place) -> Element:
    """A block a module, in it a block a phase."""
    module, section = place.module, place.section
    if module.id not in blocks:
        block = add(root, "block", attributes={"id": _iri(source, module.id)})
        _names(block, source, module.texts[source.language].title)
        blocks[module.id] = block
    name = f"{module.id}:{section.phase}"
    if name not in blocks:
        block = add(blocks[module.id], "block", attributes={"id": _iri(source, name)})
        _names(block, source, section.texts[source.language])
        blocks[name] = block
    return blocks[name]


def _add_unit(block: Element, source: Source, place: Place) -> None:
    text = place.step.texts[source.language]
    kind = {"id": _iri(source, place.module.id, place.step.id), "moveOn": "Completed"}
    if asked_in(_FORMS, place.step, source.language) is not None:
        kind["masteryScore"] = "1.0"
    unit = add(block, "au", attributes={**kind, "launchMethod": "AnyWindow"})
    _names(unit, source, text.title)
    add(unit, "url", f"{place.id}.html")


def _names(parent: Element, source: Source, title: str, description: str = "") -> None:
    for tag, text in (("title", title), ("description", description or title)):
        add(add(parent, tag), "langstring", text, {"lang": source.language})


def _page(source: Source, place: Place) -> bytes:
    text, language = place.step.texts[source.language], source.language
    question = asked_in(_FORMS, place.step, language)
    is_quiz = question is not None
    parts = []
    if question is not None:
        drawn = Quiz(place.module, place.step, question, language).drawn(str)
        parts.append(_quiz(drawn, place.step.id, language))
    else:
        parts.append(step_body(source, place.step, str, _FORMS))
    label = word("check-answer" if is_quiz else "finish", language)
    parts.append(f'<p><button id="done" type="button" disabled>{escape(label)}</button></p>')
    parts.append('<p id="told" role="status"></p>')
    html = page(language, text.title, "\n".join(parts)).decode()
    said = "".join(f' data-{name}="{escape(word(name, language))}"' for name in _TOLD)
    html = html.replace("<main>", f"<main{said}>", 1)
    return html.replace("</body>", f'<script src="{_SCRIPT}"></script>\n</body>').encode()


def _quiz(question: RenderedQuestion, seed: str, language: str) -> str:
    kind = "radio" if question.form == "one" else "checkbox"
    right = json.dumps(sorted(question.right))
    rows = [f'<fieldset id="quiz" data-form="{question.form}" data-right="{right}">']
    rows.append(f"<legend>{escape(word('quiz', language))}</legend>")
    rows.append(f'<div id="asked">{question.prompt_html}</div>')
    if question.hint_html:
        tip = f"<summary>{escape(word('tip', language))}</summary>"
        rows.append(f"<details>{tip}{question.hint_html}</details>")
    rows += cmi5_written.fields(question, seed)
    for place, option in enumerate(question.options):
        field = f'<input type="{kind}" name="answer" value="{place}" aria-labelledby="o{place}">'
        rows.append(f'<div>{field} <div id="o{place}">{option.html}</div></div>')
        if option.feedback_html:
            rows.append(f"<div hidden>{option.feedback_html}</div>")
    if question.explanation_html:
        rows.append(f"<div hidden>{question.explanation_html}</div>")
    return "\n".join([*rows, "</fieldset>"])
