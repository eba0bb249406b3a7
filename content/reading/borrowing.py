"""Puts borrowed text where it is borrowed: whoever draws a step needs no other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from content.footnotes import with_other_labels
from content.languages import BLOCK_NAMES
from content.model import Module, Section, Step, StepText, Track

_NAMES = "|".join(re.escape(name) for name, own in BLOCK_NAMES.items() if own == "include")
_INCLUDE = re.compile(
    rf"^:{{3,}}[ \t]*\{{?(?:{_NAMES})\}}?[ \t]*\{{[^{{}}\n]*resource=\"?(?P<address>[^\s{{}}\"]+)"
    r"[^{}\n]*\}[ \t]*\n(?:[ \t]*\n)*:{3,}[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
DEEPEST: Final = 5  # of a text that borrows a text that borrows


def with_borrowed(tracks: Sequence[Track]) -> tuple[Track, ...]:
    """Of a library without problems; what is missing or goes in a circle stays as written."""
    steps = {
        f"{track.id}/{module.id}#{step.id}": step
        for track in tracks
        for module in track.modules
        for step in module.steps
    }
    return tuple(
        replace(track, modules=tuple(_module(module, steps) for module in track.modules))
        for track in tracks
    )


def _module(module: Module, steps: Mapping[str, Step]) -> Module:
    return replace(module, sections=tuple(_section(each, steps) for each in module.sections))


def _section(section: Section, steps: Mapping[str, Step]) -> Section:
    return replace(section, steps=tuple(_step(each, steps) for each in section.steps))


def _step(step: Step, steps: Mapping[str, Step]) -> Step:
    texts = {language: _text(text, language, steps) for language, text in step.texts.items()}
    return replace(step, texts=texts)


def _text(text: StepText, language: str, steps: Mapping[str, Step]) -> StepText:
    if not text.includes:
        return text

    count: list[str] = []

    def filled(source: str, deep: int = 0) -> str:
        def borrowed(match: re.Match[str]) -> str:
            step = steps.get(match["address"])
            if step is None or language not in step.texts or deep >= DEEPEST:
                return match[0]
            count.append(match["address"])
            source = with_other_labels(step.texts[language].markdown, f"b{len(count)}")
            return filled(source, deep + 1)

        return _INCLUDE.sub(borrowed, source)

    return replace(text, markdown=filled(text.markdown), prompt=filled(text.prompt))
