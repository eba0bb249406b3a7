"""QTI 2.1: a package of items, one for each quiz, that count as we do."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from content.export import qti_written
from content.export.quizzes import TICKED, Quiz, note_alike_only, number, quizzes, shares
from content.export.source import Exported, Losses, Source
from content.export.xml import add, elements, written
from content.export.zips import zipped
from content.rendered import RenderedQuestion
from content.rendering.sanitizer import HEADINGS

_ITEM = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
# What QTI's own selection of HTML does not know.
_UNKNOWN = (
    *("role", "tabindex", "aria-label", "scope", "loading", "start", "title"),
    "data-tex",
)


def qti(source: Source) -> Exported:
    losses = Losses()
    media = source.media
    manifest = Element("manifest", {"xmlns": _PACKAGE, "identifier": f"qti-{source.track.id}"})
    metadata = add(manifest, "metadata")
    add(metadata, "schema", "QTIv2.1 Package")
    add(metadata, "schemaversion", "1.0.0")
    add(manifest, "organizations")
    resources = add(manifest, "resources")
    files: dict[str, bytes] = {}
    for quiz in quizzes(source, TICKED | qti_written.FORMS, losses):
        path = f"items/{quiz.id}.xml"
        files[path] = _item(quiz)
        kind = {"identifier": f"item-{quiz.id}", "type": "imsqti_item_xmlv2p1", "href": path}
        resource = add(resources, "resource", attributes=kind)
        for name in (path, *(name for name in media if f"../{name}".encode() in files[path])):
            add(resource, "file", attributes={"href": name})
            files[name] = files.get(name) or media[name]
        if quiz.question.hint:
            losses.note(quiz.step, quiz.language, "QTI 2.1 has no place for the hint")
        note_alike_only(quiz, losses, "QTI 2.1")
    files["imsmanifest.xml"] = written(manifest)
    return Exported(zipped(files, first="imsmanifest.xml"), tuple(losses.found))


def _item(quiz: Quiz) -> bytes:
    question = quiz.drawn(lambda path: f"../{path}")
    names = {"identifier": quiz.id, "title": quiz.title, "xml:lang": quiz.language}
    kind = {"adaptive": "false", "timeDependent": "false"}
    item = Element("assessmentItem", {"xmlns": _ITEM, **names, **kind})
    if question.form in TICKED:
        _declare_choice(item, quiz)
    else:
        qti_written.declare(item, question)
    _declare_outcomes(item, quiz)
    body = add(item, "itemBody")
    _html(body, question.prompt_html)
    if question.form in TICKED:
        _ask_choice(body, question)
        _count_choice(item)
    else:
        qti_written.ask(body, question, quiz.step.id, _html)
        qti_written.count(item, question)
    for place, option in enumerate(question.options):
        _feedback(item, f"a{place}", "show", option.feedback_html)
    # hidden for the choice "none", which nobody can make: it is always shown
    _feedback(item, "none", "hide", question.explanation_html)
    return written(item)


def _ask_choice(body: Element, question: RenderedQuestion) -> None:
    most = "1" if question.form == "one" else "0"
    asked = {"responseIdentifier": "RESPONSE", "shuffle": "false", "maxChoices": most}
    interaction = add(body, "choiceInteraction", attributes=asked)
    for place, option in enumerate(question.options):
        choice = add(interaction, "simpleChoice", attributes={"identifier": f"a{place}"})
        _html(choice, option.html)


def _count_choice(item: Element) -> None:
    processing = add(item, "responseProcessing")
    score = add(processing, "setOutcomeValue", attributes={"identifier": "SCORE"})
    add(score, "mapResponse", attributes={"identifier": "RESPONSE"})
    told = add(processing, "setOutcomeValue", attributes={"identifier": "FEEDBACK"})
    # what is single in one form and multiple in the other becomes multiple
    add(add(told, "multiple"), "variable", attributes={"identifier": "RESPONSE"})


def _declare_choice(item: Element, quiz: Quiz) -> None:
    question = quiz.question
    several = "single" if question.form == "one" else "multiple"
    named = {"identifier": "RESPONSE", "cardinality": several, "baseType": "identifier"}
    response = add(item, "responseDeclaration", attributes=named)
    right = add(response, "correctResponse")
    for place in sorted(question.right):
        add(right, "value", f"a{place}")
    bounds = {"lowerBound": "0", "upperBound": number(question.points), "defaultValue": "0"}
    mapping = add(response, "mapping", attributes=bounds)
    for place, share in enumerate(shares(question)):
        entry = {"mapKey": f"a{place}", "mappedValue": number(share * question.points)}
        add(mapping, "mapEntry", attributes=entry)


def _declare_outcomes(item: Element, quiz: Quiz) -> None:
    score = {"identifier": "SCORE", "cardinality": "single", "baseType": "float"}
    most = {"normalMaximum": number(quiz.question.points)}
    outcome = add(item, "outcomeDeclaration", attributes=score | most)
    add(add(outcome, "defaultValue"), "value", "0")
    told = {"identifier": "FEEDBACK", "cardinality": "multiple", "baseType": "identifier"}
    add(item, "outcomeDeclaration", attributes=told)


def _feedback(item: Element, identifier: str, show: str, html: str) -> None:
    if html:
        named = {"outcomeIdentifier": "FEEDBACK", "identifier": identifier, "showHide": show}
        _html(add(item, "modalFeedback", attributes=named), html)


def _html(parent: Element, html: str) -> None:
    content = elements(html, drop=_UNKNOWN)
    for element in content.iter():
        if element.tag == "s":
            element.tag = "span"
        if element.tag in HEADINGS:
            # nothing leads there, and QTI takes fewer signs in a name than a heading has; footnotes
            # keep theirs
            element.attrib.pop("id", None)
    parent.append(content)
