"""Codes nobody would find the track by: subjects, years, frameworks, languages."""

from __future__ import annotations

from collections.abc import Sequence

from content.aims import aim_of, has_grep_form
from content.codes import (
    FRAMEWORKS,
    GRADE_HINT,
    SUBJECT_WORDS,
    SUBJECTS,
    current_subject,
    is_framework,
    is_grade,
)
from content.front_matter import FrontMatter
from content.languages import LANGUAGES, language_meant
from content.problems import ProblemList, suggestion
from content.reading.editions import ModuleEdition, TrackEdition
from content.reading.forms import LibraryForm, ModuleForm, TrackForm
from content.said import say


def check(edition: TrackEdition, found: ProblemList) -> None:
    if edition.front.values is not None:
        _check_codes(edition.front.values, edition.front, found)
        check_languages(edition.front.values.languages, edition.front, found)


def check_module(edition: ModuleEdition, found: ProblemList) -> None:
    if edition.front.values is not None:
        _check_codes(edition.front.values, edition.front, found)


def _check_codes(
    values: TrackForm | ModuleForm,
    front: FrontMatter[TrackForm] | FrontMatter[ModuleForm],
    found: ProblemList,
) -> None:
    for n, code in enumerate(values.subjects):
        if current_subject(code) not in SUBJECTS:
            line = front.line("subjects", n)
            message = say("no subject has the code {code!r}", code=code)
            found.error("subject-unknown", line, message, _subject_hint(code))
    for n, grade in enumerate(values.grades):
        if not is_grade(grade):
            line = front.line("grades", n)
            found.error(
                "grade-unknown",
                line,
                say("{grade!r} is no span of years", grade=grade),
                _grade_hint(grade),
            )
    for n, framework in enumerate(values.frameworks):
        if not is_framework(framework):
            line = front.line("frameworks", n)
            hint = say(
                "{suggestion} Grep's aims are written KM13854, sections of Lgr22 GRGRBIO01/7-9.",
                suggestion=suggestion(framework, FRAMEWORKS),
            )
            found.error(
                "framework-unknown",
                line,
                say("{framework!r} is not known", framework=framework),
                hint,
            )
        elif has_grep_form(framework) and aim_of(framework) is None:
            found.warning(
                "aim-unverified",
                front.line("frameworks", n),
                say("{framework} is no aim that we know", framework=framework),
                "It may be of another subject, or of the curriculum of 2020: see that it is right.",
            )


def check_languages(
    languages: Sequence[str],
    front: FrontMatter[TrackForm] | FrontMatter[LibraryForm],
    found: ProblemList,
) -> None:
    for n, language in enumerate(languages):
        line = front.line("languages", n)
        if language not in LANGUAGES:
            message = say("no language has the code {language!r}", language=language)
            found.error("language-unknown", line, message, language_hint(language))
        elif language in languages[:n]:
            found.error(
                "language-doubled",
                line,
                say("{language} stands twice", language=language),
                "Keep one of them.",
            )


def language_hint(code: str) -> str:
    meant = language_meant(code)
    return say("Did you mean {near}?", near=meant) if meant else suggestion(code, LANGUAGES)


def _subject_hint(code: str) -> str:
    meant = SUBJECT_WORDS.get(code.casefold())
    return say("Did you mean {near}?", near=meant) if meant else suggestion(code, SUBJECTS)


def _grade_hint(grade: str) -> str:
    plain = grade.replace("–", "-").replace(".", "").replace(" ", "").casefold()
    if not is_grade(plain):
        return GRADE_HINT
    return say("Did you mean {near}? {hint}", near=plain, hint=say(GRADE_HINT))
