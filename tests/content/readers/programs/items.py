"""Pyslet, by one of the authors of QTI, reads items and answers them. QTI 1.2 it first turns into
QTI 2.1: what comes of a quiz in a cartridge is told in the same words."""

import io
import zipfile
from html import escape
from typing import Any

from pyslet.html401 import XHTMLElement
from pyslet.qtiv1.xml import QTIDocument as OlderDocument
from pyslet.qtiv2 import expressions, interactions, variables
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


def _list_of_tolerances(self: expressions.Equal, state: object) -> object:
    """Theirs reads the list of two as one text, and takes a letter for each bound."""
    if isinstance(self.tolerance, str):
        self.tolerance = self.tolerance.split()
    return _evaluated(self, state)


_evaluated = expressions.Equal.evaluate
expressions.Equal.evaluate = _list_of_tolerances


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


_FIELDS = (
    *(interactions.TextEntryInteraction, interactions.InlineChoiceInteraction),
    *(interactions.MatchInteraction, interactions.OrderInteraction),
    interactions.ExtendedTextInteraction,
)


def _shown(element: structures.Element) -> str:
    """Every text in it as HTML, the fields left out."""
    if isinstance(element, interactions.Interaction):
        return ""
    parts = element.get_children()
    return "".join(escape(part) if isinstance(part, str) else _shown(part) for part in parts)


def _choices(field: interactions.Interaction) -> list[list[str]]:
    """identifier, text; in the order of the sets where there are several."""
    kinds = (
        *(interactions.SimpleChoice, interactions.InlineChoice),
        interactions.SimpleAssociableChoice,
    )
    found = []
    for kind in kinds:
        found += [[one.identifier, _shown(one)] for one in field.find_children_depth_first(kind)]
    return found


def _value(item: AssessmentItem, name: str, given: Any) -> Any:
    """As the variable takes it."""
    declared = item.get_declaration(name)
    if declared.baseType == variables.BaseType.directedPair:
        return [tuple(one.split()) for one in given]
    if declared.baseType == variables.BaseType.float:
        return float(given)
    return given


def _score(item: AssessmentItem, fields: list[Any], given: list[Any]) -> float:
    state = variables.ItemSessionState(item)
    state.begin_session()
    for field, one in zip(fields, given, strict=True):
        name = field.responseIdentifier
        state[name].set_value(_value(item, name, one) if one != "" else None)
    item.ResponseProcessing.run(state)
    return float(state["SCORE"].value)


def _written(item: AssessmentItem, fields: list[Any], tried: list[list[Any]]) -> dict[str, Any]:
    """`tried`: an answer for each field, one list after the other."""
    return {
        "title": item.title,
        "fields": [type(field).__name__ for field in fields],
        "choices": [_choices(field) for field in fields],
        "prompt": _shown(item.ItemBody),
        "scores": [_score(item, fields, given) for given in tried],
        "feedback": {one.identifier: _html(one) for one in item.QTIModalFeedback},
    }


def _read(item: AssessmentItem, tried: list[list[Any]]) -> dict[str, Any]:
    fields = [one for kind in _FIELDS for one in item.ItemBody.find_children_depth_first(kind)]
    if fields:
        fields.sort(key=lambda one: (len(one.responseIdentifier), one.responseIdentifier))
        return _written(item, fields, tried)
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


def _items(asked: list[tuple[str, dict[str, list[list[Any]]]]]) -> list[dict[str, Any]]:
    """A package each: name of a file -> the items in it. With each package what is tried where
    answers are written: name of a file -> answers for its fields."""
    found = []
    for path, tried in asked:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if n.startswith(("items/", "quizzes/"))]
            read = {name: _documents(name, archive.read(name)) for name in names}
        found.append(
            {
                name: [_read(item, tried.get(name, [])) for item in each]
                for name, each in read.items()
            }
        )
    return found


answer(_items)
