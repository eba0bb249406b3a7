"""Borrowed resources: there, meant to live alone, and not borrowing in a circle."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from content.blocks.words import block_word
from content.checks.size import STEP_LARGEST
from content.model import Step, StepKind, Track
from content.problems import Problem, suggestion
from content.reading.borrowing import DEEPEST
from content.said import say


def check(tracks: Sequence[Track]) -> tuple[list[Problem], frozenset[str]]:
    """And the addresses of the steps that cannot be filled: something is wrong with what they
    borrow, or with what that borrows."""
    steps = {
        f"{track.id}/{module.id}#{step.id}": step
        for track in tracks
        for module in track.modules
        for step in module.steps
        if step.id
    }
    borrows = {
        address: tuple(dict.fromkeys(a for text in step.texts.values() for a in text.includes))
        for address, step in steps.items()
    }
    own = {a: list(_problems_of(a, step, steps, borrows)) for a, step in steps.items()}
    problems = [problem for found in own.values() for problem in found]
    faulty = {address for address, found in own.items() if found}
    unfilled = _with_borrowers(faulty, borrows)
    for address, step in steps.items():
        if address in unfilled and address not in faulty:
            problems += _of_others(address, step, unfilled)
    large = list(_too_large(steps, unfilled))
    problems += [problem for _, problem in large]
    return problems, frozenset(unfilled.union(address for address, _ in large))


def _with_borrowers(faulty: Collection[str], borrows: Mapping[str, tuple[str, ...]]) -> set[str]:
    borrowers: dict[str, list[str]] = {}
    for address, wanted in borrows.items():
        for each in wanted:
            borrowers.setdefault(each, []).append(address)
    found, waiting = set(faulty), list(faulty)
    while waiting:
        for each in borrowers.get(waiting.pop(), ()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


def _of_others(address: str, step: Step, unfilled: Collection[str]) -> Iterator[Problem]:
    """What is wrong in another track is told here too: its author may be somebody else."""
    for text in step.texts.values():
        for wanted in text.includes:
            if wanted in unfilled and wanted.split("/")[0] != address.split("/")[0]:
                hint = "Take the include out, or wait until it is mended there."
                message = say("something is wrong with what {wanted} borrows", wanted=wanted[:80])
                yield Problem("include-faulty", text.location, message, hint)


def _too_large(
    steps: Mapping[str, Step], unfilled: Collection[str]
) -> Iterator[tuple[str, Problem]]:
    """Five texts that each borrow the next a hundred times are ten thousand million of the last."""
    known: dict[tuple[str, str, int], int | None] = {}

    def size(address: str, language: str, deep: int = 0) -> int | None:
        """In bytes; None if texts borrow from texts that borrow, too far to follow."""
        key = (address, language, deep)
        if key not in known:
            text = steps[address].texts[language]
            inside = [
                size(each, language, deep + 1) if deep < DEEPEST else None for each in text.includes
            ]
            own = len(text.markdown.encode()) + len(text.prompt.encode())
            whole = [own, *inside]
            known[key] = None if None in whole else sum(part or 0 for part in whole)
        return known[key]

    for address, step in steps.items():
        for language, text in step.texts.items() if address not in unfilled else ():
            whole = size(address, language) if text.includes else 0
            if whole is None:
                hint = "Borrow the last text directly."
                message = say(
                    "a text that borrows a text, more than {deepest} times", deepest=DEEPEST
                )
                yield address, Problem("include-deep", text.location, message, hint)
            elif whole > STEP_LARGEST:
                hint = "Borrow less here, or link to it."
                message = say(
                    "with what it borrows the step has {whole} KB; at most "
                    "{step_largest} KB are read",
                    whole=whole // 1024,
                    step_largest=STEP_LARGEST // 1024,
                )
                yield address, Problem("include-size", text.location, message, hint)


def _problems_of(
    address: str,
    step: Step,
    steps: Mapping[str, Step],
    borrows: Mapping[str, tuple[str, ...]],
) -> Iterator[Problem]:
    resources = [each for each, other in steps.items() if other.is_resource]
    for language, text in step.texts.items():
        for wanted in text.includes:
            other = steps.get(wanted)
            if other is None:
                hint = suggestion(wanted, resources) if resources else "Mark a step .resource."
                message = say("there is no {wanted}", wanted=wanted[:80])
                yield Problem("include-missing", text.location, message, hint)
            elif not other.is_resource:
                hint = "Mark it there: {#id .resource}"
                message = say("{wanted} is not a resource", wanted=wanted[:80])
                yield Problem("include-not-resource", text.location, message, hint)
            elif language not in other.texts:
                hint = say("Translate it, or take {language} out of this track.", language=language)
                message = say(
                    "{wanted} has no text in {language}", wanted=wanted[:80], language=language
                )
                yield Problem("include-language", text.location, message, hint)
            elif other.kind is not StepKind.READING:
                hint = "Link to it instead: it asks for something, and is answered there."
                message = say(
                    "{wanted} is a {kind}, not a text",
                    wanted=wanted[:80],
                    kind=block_word(other.kind.value),
                )
                yield Problem("include-kind", text.location, message, hint)
            elif wanted.split("/")[0] != address.split("/")[0] and _has_media(other, language):
                hint = "A track has only its own files: copy the text and the files."
                message = say("{wanted} shows files of its own track", wanted=wanted[:80])
                yield Problem("include-media", text.location, message, hint)
            elif _leads_to(wanted, address, borrows):
                hint = "Take out one of the includes in the circle."
                message = say("{wanted} borrows this step in turn", wanted=wanted[:80])
                yield Problem("include-circle", text.location, message, hint)


def _has_media(step: Step, language: str) -> bool:
    return "media/" in step.texts[language].markdown


def _leads_to(start: str, goal: str, borrows: Mapping[str, tuple[str, ...]]) -> bool:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        address = waiting.pop()
        if address == goal:
            return True
        if address not in seen:
            seen.add(address)
            waiting += borrows.get(address, ())
    return False
