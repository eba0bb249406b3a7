"""Fields of a cmi5 page for answers that are not ticked: cmi5.js counts them, all or nothing, as
content.grading does. What is written freely has nowhere to be kept, so it has no field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, Final

from content.grading import shuffled
from content.model import Gap, QuestionForm
from content.rendered import RenderedQuestion

FORMS: Final[frozenset[QuestionForm]] = frozenset({"text", "number", "gap", "match", "order"})
_BY_QUESTION: Final = ' aria-labelledby="asked"'


def fields(question: RenderedQuestion, seed: str) -> Iterator[str]:
    """Each says what is right: texts, numbers (value, tolerance, with %) or places in its list."""
    match question.form:
        case "text":
            yield f"<p>{_line({'texts': question.accepted}, _BY_QUESTION)}</p>"
        case "number":
            near = [(n.value, n.tolerance, n.is_percent) for n in question.numbers]
            yield f"<p>{_line({'numbers': near}, _BY_QUESTION)}</p>"
        case "gap":
            for number, gap in enumerate(question.gaps, start=1):
                yield f"<p><label>({number}) {_gap(gap)}</label></p>"
        case "match":
            texts = list(dict.fromkeys(pair.right for pair in question.pairs))
            shown = [texts[place] for place in shuffled(len(texts), seed)]
            for number, pair in enumerate(question.pairs):
                right = [shown.index(pair.right)]
                yield _beside(f"l{number}", pair.left_html, _list(shown, right))
        case "order":
            places = [str(number) for number in range(1, len(question.items) + 1)]
            for place in shuffled(len(question.items), seed):
                yield _beside(f"l{place}", question.items[place], _list(places, [place]))


def _line(right: dict[str, Any], label: str = "") -> str:
    return f'<input type="text" autocomplete="off" data-right="{_data(right)}"{label}>'


def _gap(gap: Gap) -> str:
    if not gap.choices:
        return _line({"texts": gap.accepted})
    return _list(gap.choices, [n for n, text in enumerate(gap.choices) if text in gap.accepted])


def _list(choices: Sequence[str], right: Sequence[int]) -> str:
    options = "".join(f'<option value="{n}">{escape(text)}' for n, text in enumerate(choices))
    return f'<select data-right="{_data({"places": right})}"><option value="">{options}</select>'


def _beside(name: str, html: str, field: str) -> str:
    labelled = field.replace("<select", f'<select aria-labelledby="{name}"', 1)
    return f'<div><div id="{name}">{html}</div> {labelled}</div>'


def _data(right: dict[str, Any]) -> str:
    return escape(json.dumps(right))
