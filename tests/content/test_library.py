"""The shipped library keeps what it promises: languages, phases, reasons, scripts, codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final, get_args

import pytest

from content.aims import aim_of, content_of
from content.codes import FRAMEWORKS, SUBJECTS, current_subject
from content.devices import DEVICES
from content.loader import load_library
from content.model import (
    Audience,
    EntryLevel,
    Library,
    Module,
    Phase,
    QuestionForm,
    Section,
    Step,
    StepKind,
    Track,
)

SHIPPED: Final = Path(__file__).parents[2] / "content" / "library"

# tracks there are at least in each language: one that loses an edition is missed here
EDITIONS: Final = {"nb": 11, "sv": 7, "en": 2, "nn": 1}

# a teacher reads slower than this when she thinks as she reads; the rest is time to think
WORDS_A_MINUTE: Final = 40
TO_THINK: Final = 2

_REASONS: Final = {
    "nb": ("hvorfor", "når", "når ikke"),
    "nn": ("kvifor", "når", "når ikkje"),
    "sv": ("varför", "när", "när inte"),
    "en": ("why", "when", "when not"),
}
_SAID: Final = re.compile(r"\*\*(.+?)\*\*|^\|(.+)\|\n\| ?---", re.MULTILINE)
_SPAN: Final = re.compile(r"\*\*Minut(?:t|es)? (\d+)–(\d+)")
_DEVICE: Final = re.compile(r"^:{3,} *(?:enhet|eining|device) *\{(\w+)\}", re.MULTILINE)
_WORD: Final = re.compile(r"\w+")
_TIMED: Final = re.compile(r"\bminut")


@pytest.fixture(scope="module")
def library() -> Library:
    loaded = load_library(SHIPPED)
    assert loaded.problems == ()
    assert loaded.value is not None
    return loaded.value


def modules(library: Library) -> Iterator[tuple[Track, Module, str]]:
    for track in library.tracks:
        for module in track.modules:
            for language in track.languages:
                yield track, module, language


def markdown(step: Step, language: str) -> str:
    text = step.texts[language]
    return f"{text.markdown}\n{text.prompt}"


def borrowed(library: Library, step: Step, language: str) -> str:
    """What stands in the step, with what it borrows."""
    said = markdown(step, language)
    for address in step.texts[language].includes:
        track, module, wanted = re.split("[/#]", address)
        (found,) = (
            other
            for t in library.tracks
            if t.id == track
            for m in t.modules
            if m.id == module
            for other in m.steps
            if other.id == wanted
        )
        said += markdown(found, language)
    return said


def test_no_track_loses_a_language(library: Library) -> None:
    counted = Counter(language for track in library.tracks for language in track.languages)
    assert {language: counted[language] for language in EDITIONS} == {
        language: max(least, counted[language]) for language, least in EDITIONS.items()
    }
    assert set(counted) <= set(library.publisher.languages)
    for track in library.tracks:
        swedish = [code for code in track.subjects if code.startswith("GRGR")]
        assert ("sv" in track.languages) >= bool(swedish), track.id
        assert "nb" in track.languages, track.id


def test_every_session_has_its_four_phases(library: Library) -> None:
    for track, module, _ in modules(library):
        where = f"{track.id}/{module.id}"
        assert [section.phase for section in module.sections] == list(Phase), where
        for section in module.sections:
            taken = sum(step.minutes or 0 for step in section.steps)
            assert taken == section.minutes, f"{where} {section.phase.name}"
        if module.is_for_leaders:
            continue  # it is read: nothing in it is answered
        kinds = {
            section.phase: {step.kind for step in section.steps} for section in module.sections
        }
        assert kinds[Phase.PREPARE] >= {StepKind.QUIZ, StepKind.REFLECTION}, where
        assert StepKind.TRY_OUT in kinds[Phase.TRY_OUT], where


def test_every_session_says_why_when_and_when_not(library: Library) -> None:
    """In bold or as a column, in the text a teacher reads before she meets the group."""
    for track, module, language in modules(library):
        said = " | ".join(
            (bold or header).casefold()
            for step in module.sections[0].steps
            for bold, header in _SAID.findall(markdown(step, language))
        )
        why, when, when_not = _REASONS[language]
        where = f"{track.id}/{module.id} {language}"
        assert why in said, where
        assert when_not in said, where
        assert when in said.replace(when_not, ""), where


def test_whoever_leads_has_a_script_from_the_first_minute_to_the_last(library: Library) -> None:
    for track, module, language in modules(library):
        assert module.texts[language].leader, f"{track.id}/{module.id} {language}"
        for section in module.sections:
            if section.phase in (Phase.TOGETHER, Phase.FOLLOW_UP):
                where = f"{track.id}/{module.id} {language} {section.phase.name}"
                spans = _spans(section, language)
                assert spans[0][0] == 0, where
                assert spans[-1][1] == section.minutes, where
                assert all(a[1] == b[0] for a, b in pairwise(spans)), f"{where} {spans}"
                assert len(spans) == len(section.steps), where


def _spans(section: Section, language: str) -> list[tuple[int, int]]:
    """The minutes of the script. Each step's are as long as the step."""
    spans = []
    for step in section.steps:
        for first, last in _SPAN.findall("\n".join(step.texts[language].leader)):
            spans.append((int(first), int(last)))
            assert int(last) - int(first) == step.minutes, f"{step.id} {language}"
    return spans


def test_every_track_has_codes_of_today(library: Library) -> None:
    for track in library.tracks:
        of_areas = {code.split("-")[0] for code in track.frameworks}
        assert of_areas >= {"pfdk", "digcompedu"}, track.id
        assert set(track.subjects) <= set(SUBJECTS), track.id
        assert [current_subject(code) for code in track.subjects] == list(track.subjects), track.id
        assert track.grades, track.id
        if track.subjects and "sv" in track.languages:
            assert any(code.startswith("GRGR") for code in track.subjects), track.id
        if track.subjects:
            assert any(not code.startswith("GRGR") for code in track.subjects), track.id
    used = {code for track in library.tracks for code in track.frameworks}
    assert used >= {f"pfdk-{area}" for area in range(1, 8)}
    assert used >= {f"digcompedu-{area}" for area in range(1, 5)}


def test_a_session_has_the_devices_it_names_and_no_others(library: Library) -> None:
    for track, module, language in modules(library):
        there = {
            name
            for step in module.steps
            for name in _DEVICE.findall(borrowed(library, step, language))
        }
        where = f"{track.id}/{module.id} {language}"
        assert there == set(module.devices), where
    assert set(DEVICES) == {name for _, module, _ in modules(library) for name in module.devices}


def test_who_asks_for_more_than_a_beginners_skill_asks_first(library: Library) -> None:
    """And leads on: by `foundation`, or in words where the track goes out alone."""
    for track in library.tracks:
        if track.entry_level is not EntryLevel.NEWCOMER:
            for language in track.languages:
                where = f"{track.id} {language}"
                assert track.texts[language].entry_check, where
                others = {
                    t.texts[language].title
                    for t in library.tracks
                    if t.id != track.id and language in t.languages
                }
                named = any(title in track.texts[language].markdown for title in others)
                assert track.foundation or named, where


def test_all_that_a_track_may_hold_is_used_somewhere(library: Library) -> None:
    """But films, events and times of access: our texts are free, and there, for ever."""
    steps = [step for track in library.tracks for module in track.modules for step in module.steps]
    assert {step.kind for step in steps} == set(StepKind) - {StepKind.VIDEO, StepKind.EVENT}
    texts = [text for step in steps for text in step.texts.values()]
    forms = {text.question.form for text in texts if text.question}
    assert forms == set(get_args(QuestionForm))
    assert any(text.includes for text in texts)
    sessions = [module for track in library.tracks for module in track.modules]
    assert {module.audience for module in sessions} == {None, Audience.LEADERS}
    for track in library.tracks:
        for module in track.modules:
            if module.is_for_leaders:
                assert set(module.texts) == set(track.languages), f"{track.id}/{module.id}"


def test_minutes_of_preparation_are_true(library: Library) -> None:
    """A step of reading takes as long as its words, or says what the time is for."""
    for track, module, language in modules(library):
        for step in module.sections[0].steps:
            text = markdown(step, language)
            if step.kind is StepKind.READING and not _TIMED.search(text):
                honest = len(_WORD.findall(borrowed(library, step, language))) / WORDS_A_MINUTE
                where = f"{track.id}/{module.id}#{step.id} {language}"
                assert (step.minutes or 0) <= honest + TO_THINK, where


def test_every_session_has_codes_of_its_own(library: Library) -> None:
    """And only aims that are known; a session in a subject works towards one of its curricula."""
    aims = 0
    for track in library.tracks:
        for module in track.modules:
            where = f"{track.id}/{module.id}"
            assert module.grades, where
            assert bool(module.subjects) == bool(track.subjects), where
            areas = {code.split("-")[0] for code in module.frameworks}
            assert areas >= {"pfdk", "digcompedu"}, where
            of_areas = {code for code in module.frameworks if code in FRAMEWORKS}
            assert of_areas <= set(track.frameworks), where
            found = [aim_of(code) for code in module.frameworks if code.startswith("K")]
            assert None not in found, where
            named = {aim.curriculum for aim in found if aim}
            assert named <= set(module.subjects), where
            sections = [s for code in module.frameworks if (s := content_of(code))]
            assert {s.subject for s in sections} <= set(module.subjects), where
            assert bool(named) == bool(sections) == bool(module.subjects), where
            aims += len(found)
    assert aims >= 20
