"""QTI 1.2 in the profile of Common Cartridge: what Canvas and cartridges take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element

from content.export.quizzes import TICKED, Quiz, number
from content.export.source import Losses
from content.export.xml import add, with_tex, written
from content.rendered import RenderedQuestion
from content.rendering.html import MediaUrl

NAMESPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
FORMS: Final = frozenset({*TICKED, "text", "open"})
_PROFILES: Final = {
    "one": "cc.multiple_choice.v0p1",
    "several": "cc.multiple_response.v0p1",
    "text": "cc.fib.v0p1",
    "open": "cc.essay.v0p1",
}
_HINT = "Choose qti: QTI 2.1 counts as we do."


def assessment(
    ident: str, title: str, items: Sequence[Quiz], media_url: MediaUrl, losses: Losses
) -> bytes:
    root = Element("questestinterop", {"xmlns": NAMESPACE})
    test = add(root, "assessment", attributes={"ident": ident, "title": title})
    _metadata(test, {"cc_profile": "cc.exam.v0p1", "qmd_assessmenttype": "Examination"})
    section = add(test, "section", attributes={"ident": "root_section"})
    for quiz in items:
        _item(section, quiz, quiz.drawn(media_url))
        _note_losses(quiz, losses)
    return written(root)


def _item(section: Element, quiz: Quiz, question: RenderedQuestion) -> None:
    item = add(section, "item", attributes={"ident": quiz.id, "title": quiz.title})
    metadata = {"cc_profile": _PROFILES[question.form]}
    if question.form == "open":
        metadata["qmd_computerscored"] = "No"
    if question.points != 1:
        metadata["cc_weighting"] = number(question.points)
    _metadata(add(item, "itemmetadata"), metadata)
    shown = add(item, "presentation")
    _material(shown, question.prompt_html)
    if question.form not in TICKED:
        _field(shown)
    else:
        _choices(shown, question)
    _processing(item, question)
    for place, option in enumerate(question.options):
        if option.feedback_html:
            _feedback(item, f"a{place}_fb", option.feedback_html)
    if question.explanation_html:
        _feedback(item, "general_fb", question.explanation_html)


def _field(shown: Element) -> None:
    asked = {"ident": "response", "rcardinality": "Single"}
    field = add(add(shown, "response_str", attributes=asked), "render_fib")
    add(field, "response_label", attributes={"ident": "answer"})


def _choices(shown: Element, question: RenderedQuestion) -> None:
    kind = "Multiple" if question.form == "several" else "Single"
    response = add(shown, "response_lid", attributes={"ident": "response", "rcardinality": kind})
    choices = add(response, "render_choice")
    for place, option in enumerate(question.options):
        label = add(choices, "response_label", attributes={"ident": f"a{place}"})
        _material(label, option.html)


def _processing(item: Element, question: RenderedQuestion) -> None:
    processing = add(item, "resprocessing")
    score = {"maxvalue": "100", "minvalue": "0", "varname": "SCORE", "vartype": "Decimal"}
    add(add(processing, "outcomes"), "decvar", attributes=score)
    if question.explanation_html:
        condition = add(processing, "respcondition", attributes={"continue": "Yes"})
        add(add(condition, "conditionvar"), "other")
        _display(condition, "general_fb")
    for place, option in enumerate(question.options):
        if option.feedback_html:
            condition = add(processing, "respcondition", attributes={"continue": "Yes"})
            _chosen(add(condition, "conditionvar"), place)
            _display(condition, f"a{place}_fb")
    for text in question.accepted:
        condition = add(processing, "respcondition", attributes={"continue": "No"})
        told = {"respident": "response", "case": "No"}
        add(add(condition, "conditionvar"), "varequal", text, told)
        _right(condition)
    if question.form in TICKED:
        _process_ticked(processing, question)


def _process_ticked(processing: Element, question: RenderedQuestion) -> None:
    condition = add(processing, "respcondition", attributes={"continue": "No"})
    wanted = add(condition, "conditionvar")
    if question.form == "one":
        for place in sorted(question.right):
            _chosen(wanted, place)
    else:
        every = add(wanted, "and")
        for place, option in enumerate(question.options):
            _chosen(every if option.is_right else add(every, "not"), place)
    _right(condition)


def _right(condition: Element) -> None:
    add(condition, "setvar", "100", {"action": "Set", "varname": "SCORE"})


def _chosen(parent: Element, place: int) -> None:
    add(parent, "varequal", f"a{place}", {"respident": "response"})


def _display(condition: Element, ident: str) -> None:
    kind = {"feedbacktype": "Response", "linkrefid": ident}
    add(condition, "displayfeedback", attributes=kind)


def _feedback(item: Element, ident: str, html: str) -> None:
    feedback = add(item, "itemfeedback", attributes={"ident": ident})
    _material(add(feedback, "flow_mat"), html)


def _material(parent: Element, html: str) -> None:
    add(add(parent, "material"), "mattext", with_tex(html), {"texttype": "text/html"})


def _metadata(parent: Element, values: dict[str, str]) -> None:
    metadata = add(parent, "qtimetadata")
    for label, entry in values.items():
        pair = add(metadata, "qtimetadatafield")
        add(pair, "fieldlabel", label)
        add(pair, "fieldentry", entry)


def _note_losses(quiz: Quiz, losses: Losses) -> None:
    if quiz.question.hint:
        losses.note(quiz.step, quiz.language, "QTI 1.2 in cartridges has no place for the hint")
    if quiz.question.form == "several":
        message = "QTI 1.2 in cartridges gives all points or none for several answers"
        losses.note(quiz.step, quiz.language, message, _HINT)
    if quiz.question.form == "open":
        message = "an open answer in a cartridge is read by somebody, who gives the points"
        losses.note(quiz.step, quiz.language, message)
