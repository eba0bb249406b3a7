"""Puts borrowed text where it is borrowed: whoever draws a step needs no other."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

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


def with_borrowed(tracks: Sequence[Track], unfilled: Collection[str]) -> tuple[Track, ...]:
    """`unfilled`: addresses of steps that stay as written."""
    steps = {
        f"{track.id}/{module.id}#{step.id}": step
        for track in tracks
        for module in track.modules
        for step in module.steps
    }

    def section_of(section: Section, under: str) -> Section:
        filled = tuple(
            step if f"{under}#{step.id}" in unfilled else _step(step, steps)
            for step in section.steps
        )
        return replace(section, steps=filled)

    def module_of(module: Module, under: str) -> Module:
        sections = tuple(section_of(each, f"{under}/{module.id}") for each in module.sections)
        return replace(module, sections=sections)

    return tuple(
        replace(track, modules=tuple(module_of(module, track.id) for module in track.modules))
        for track in tracks
    )


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
