"""What the catalogue stores: finished, cleaned HTML, so that no request renders Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, convert, json

from content.model import Gap, Number, QuestionForm, StepKind


class RenderedOption(Struct, frozen=True):
    html: str
    feedback_html: str
    is_right: bool


class RenderedPair(Struct, frozen=True):
    left_html: str
    right: str  # stands in a select list, which shows no markup


class RenderedQuestion(Struct, frozen=True):
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


class RenderedVideo(Struct, frozen=True):
    html: str  # a player for our own files, a link for films elsewhere: nothing foreign is loaded
    url: str
    captions_url: str  # "" for films elsewhere
    is_external: bool
    reason: str  # why there are no captions, or ""


_SELDOM = frozenset({"provider", "price", "terms_html", "event_html"})


class RenderedStep(Struct, frozen=True):
    title: str  # plain text: escape it
    kind: StepKind
    html: str
    prompt_html: str
    leader_html: str
    question: RenderedQuestion | None
    video: RenderedVideo | None
    items: tuple[str, ...] = ()  # HTML of a checklist
    scale: tuple[int, int] | None = None
    # On which terms it is to be had when it is not free. Plain, plain, HTML; may be "".
    provider: str = ""
    price: str = ""
    terms_html: str = ""
    event_html: str = ""  # when and where, and the ways in

    def as_json(self) -> dict[str, Any]:
        """Without what few steps have: what is the same as before looks the same."""
        data: dict[str, Any] = json.decode(json.encode(self))
        return {name: value for name, value in data.items() if value or name not in _SELDOM}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RenderedStep:
        return convert(data, cls)


# msgspec reads a class's types when they are first asked for, and two threads that ask at once end
# the whole process (seen with 0.22): read here, before any thread has the class.
json.Decoder(RenderedStep)
