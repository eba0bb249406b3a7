"""Pyslet, by one of the authors of QTI, reads items and answers them. QTI 1.2 it first turns into
QTI 2.1: what comes of a quiz in a cartridge is told in the same words."""

import io
import zipfile
from typing import Any

from pyslet.html401 import XHTMLElement
from pyslet.qtiv1.xml import QTIDocument as OlderDocument
from pyslet.qtiv2 import interactions, variables
from pyslet.qtiv2.items import AssessmentItem
from pyslet.qtiv2.xml import QTIDocument
from pyslet.xml import structures
from reading import answer, every_choice


def _first_or_new(parent: structures.Element, kind: type) -> structures.Element:
    """Theirs ends in Python 2's way of asking for the next one."""
    for child in parent.find_children_depth_first(kind, max_depth=1):
        return child
    return parent.add_child(kind)


structures.Element.get_or_add_child = _first_or_new


def _html(element: structures.Element) -> str:
    return "".join(
        str(child) if isinstance(child, XHTMLElement) else "" for child in element.get_children()
    )


def _answered(item: AssessmentItem, name: str, chosen: tuple[str, ...]) -> dict[str, Any]:
    state = variables.ItemSessionState(item)
    state.begin_session()
    is_one = item.get_declaration(name).cardinality == variables.Cardinality.single
    state[name].set_value(chosen[0] if is_one else list(chosen))
    item.ResponseProcessing.run(state)
    told = state["FEEDBACK"].value if "FEEDBACK" in state else None
    return {"chosen": list(chosen), "score": state["SCORE"].value, "told": sorted(told or ())}


def _right(item: AssessmentItem, name: str) -> list[str]:
    """As declared; what came of QTI 1.2 declares none."""
    state = variables.ItemSessionState(item)
    if not state.is_response(name):
        return []
    value = state[f"{name}.CORRECT"].value
    return sorted([value] if isinstance(value, str) else value or ())


def _read(item: AssessmentItem) -> dict[str, Any]:
    (asked,) = item.find_children_depth_first(interactions.ChoiceInteraction)
    name = asked.responseIdentifier
    response = item.get_declaration(name)
    is_one = response.cardinality == variables.Cardinality.single
    options = {choice.identifier: _html(choice) for choice in asked.SimpleChoice}
    prompt = [
        str(child) for child in item.ItemBody.get_children() if isinstance(child, XHTMLElement)
    ]
    right = _right(item, name)
    return {
        "title": item.title,
        "form": "one" if is_one else "several",
        "prompt": "".join(prompt),
        "options": options,
        "right": right,
        "graded": [_answered(item, name, each) for each in every_choice(list(options), is_one)],
        "feedback": {one.identifier: _html(one) for one in item.QTIModalFeedback},
    }


def _documents(name: str, data: bytes) -> list[AssessmentItem]:
    if name.startswith("items/"):
        document = QTIDocument()
        document.read(src=io.BytesIO(data))
        return [document.root]
    older = OlderDocument()
    older.read(src=io.BytesIO(data))
    return [newer.root for newer, _metadata, _log in older.root.migrate_to_v2()]


def _items(paths: list[str]) -> list[dict[str, Any]]:
    """A package each: name of a file -> the items in it."""
    found = []
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if n.startswith(("items/", "quizzes/"))]
            read = {name: _documents(name, archive.read(name)) for name in names}
        found.append({name: [_read(item) for item in each] for name, each in read.items()})
    return found


answer(_items)
