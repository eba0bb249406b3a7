"""What the catalogue stores: finished, cleaned HTML, so that no request renders Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from content.model import Gap, Number, QuestionForm, StepKind


@dataclass(frozen=True, slots=True)
class RenderedOption:
    html: str
    feedback_html: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class RenderedPair:
    left_html: str
    right: str  # stands in a select list, which shows no markup


@dataclass(frozen=True, slots=True)
class RenderedQuestion:
    form: QuestionForm
    prompt_html: str
    options: tuple[RenderedOption, ...]
    hint_html: str
    explanation_html: str
    points: float
    accepted: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = ()
    gaps: tuple[Gap, ...] = ()
    pairs: tuple[RenderedPair, ...] = ()
    items: tuple[str, ...] = ()  # HTML, in the right order

    @property
    def right(self) -> frozenset[int]:
        return frozenset(i for i, option in enumerate(self.options) if option.is_right)


@dataclass(frozen=True, slots=True)
class RenderedVideo:
    html: str  # a player for our own files, a link for films elsewhere: nothing foreign is loaded
    url: str
    captions_url: str  # "" for films elsewhere
    is_external: bool
    reason: str  # why there are no captions, or ""


@dataclass(frozen=True, slots=True)
class RenderedStep:
    title: str  # plain text: escape it
    kind: StepKind
    html: str
    prompt_html: str
    leader_html: str
    question: RenderedQuestion | None
    video: RenderedVideo | None
    items: tuple[str, ...] = ()  # HTML of a checklist
    scale: tuple[int, int] | None = None

    def as_json(self) -> dict[str, Any]:
        data = {**asdict(self), "kind": self.kind.value, "items": list(self.items)}
        data["scale"] = list(self.scale) if self.scale else None
        if data["question"] is not None:
            data["question"] = _as_lists(data["question"])
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RenderedStep:
        question, video = data["question"], data["video"]
        return cls(
            title=data["title"],
            kind=StepKind(data["kind"]),
            html=data["html"],
            prompt_html=data["prompt_html"],
            leader_html=data["leader_html"],
            question=None if question is None else _question(question),
            video=None if video is None else RenderedVideo(**video),
            items=tuple(data.get("items", ())),
            scale=(data["scale"][0], data["scale"][1]) if data.get("scale") else None,
        )


def _as_lists(value: Any) -> Any:
    """As JSON gives it back: tuples are lists there."""
    if isinstance(value, dict):
        return {key: _as_lists(inner) for key, inner in value.items()}
    return [_as_lists(inner) for inner in value] if isinstance(value, list | tuple) else value


def _question(data: Mapping[str, Any]) -> RenderedQuestion:
    gaps = tuple(Gap(tuple(g["accepted"]), tuple(g["choices"])) for g in data.get("gaps", ()))
    return RenderedQuestion(
        **{
            **data,
            "options": tuple(RenderedOption(**option) for option in data["options"]),
            "accepted": tuple(data.get("accepted", ())),
            "numbers": tuple(Number(**number) for number in data.get("numbers", ())),
            "gaps": gaps,
            "pairs": tuple(RenderedPair(**pair) for pair in data.get("pairs", ())),
            "items": tuple(data.get("items", ())),
        }
    )
