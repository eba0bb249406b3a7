"""From the editions of all languages to one track."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from content.codes import current_subject
from content.model import (
    Audience,
    Begins,
    Module,
    ModuleText,
    Phase,
    Section,
    Step,
    StepKind,
    StepText,
    Track,
    TrackKind,
    TrackText,
)
from content.problems import Location
from content.reading.editions import ModuleEdition, SectionEdition, StepEdition, TrackEdition
from content.source import source_of


def build_track(id_: str, editions: Sequence[TrackEdition], modules: Sequence[Module]) -> Track:
    """Every edition's front matter has been read; the first one's codes count."""
    texts = {edition.language: _track_text(edition) for edition in editions}
    front = editions[0].front.values
    assert front is not None
    return Track(
        id=id_,
        version=front.version,
        subjects=_of_today(front.subjects),
        grades=front.grades,
        frameworks=front.frameworks,
        languages=front.languages,
        licence=front.licence,
        authors=front.authors,
        entry_level=front.entry_level,
        order=front.order,
        lifecycle=front.lifecycle,
        texts=texts,
        modules=tuple(modules),
        renamed=front.renamed,
        retired=front.retired,
        foundation=front.foundation,
        replaced_by=front.replaced_by,
        kind=None if front.kind is TrackKind.OTHER else front.kind,
        title_en=front.title_en,
    )


def build_module(editions: Sequence[ModuleEdition]) -> Module:
    """Where the languages differ, the first one's structure counts: a draft of broken text can
    still be looked at."""
    base = editions[0]
    front = base.front.values
    sections = tuple(_section(section, base, editions) for section in base.sections)
    return Module(
        id=base.id,
        number=base.number,
        minutes={section.phase: section.minutes for section in sections},
        devices=front.devices if front else (),
        gap_weeks=front.gap_weeks if front else 4,
        texts={edition.language: _module_text(edition) for edition in editions},
        sections=sections,
        renamed=front.renamed if front else {},
        retired=front.retired if front else {},
        # One language that says so is enough: the others are told, and nothing is shown meanwhile.
        begins=Begins.WITH if front and front.begins is Begins.WITH else None,
        audience=Audience.LEADERS if any(each.is_for_leaders for each in editions) else None,
        subjects=_of_today(front.subjects) if front else (),
        grades=front.grades if front else (),
        frameworks=front.frameworks if front else (),
    )


def _of_today(subjects: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(current_subject(code) for code in subjects))


def _track_text(edition: TrackEdition) -> TrackText:
    front = edition.front.values
    return TrackText(
        title=front.title if front else "",
        summary=front.summary if front else "",
        markdown=source_of(edition.document, edition.document.elements),
        location=Location(edition.document.path, 1),
        entry_check=front.entry_check if front else (),
        you_said=front.you_said if front else {},
        changes=front.changes if front else {},
    )


def _module_text(edition: ModuleEdition) -> ModuleText:
    front = edition.front.values
    return ModuleText(
        title=front.title if front else edition.id,
        leader=front.leader if front else "",
        location=Location(edition.document.path, 1),
    )


def _section(
    section: SectionEdition, base: ModuleEdition, editions: Sequence[ModuleEdition]
) -> Section:
    same = {
        edition.language: other
        for edition in editions
        for other in [_first(edition.sections, section.phase)]
        if other is not None
    }
    texts = {
        language: {(step.id, step.kind): step.text for step in other.steps if step.id}
        for language, other in same.items()
    }
    return Section(
        phase=section.phase,
        minutes=base.phase_minutes(section) or 0,
        texts={language: other.heading for language, other in same.items()},
        steps=tuple(_step(step, base.language, texts) for step in section.steps),
        leader={language: tuple(other.leader) for language, other in same.items()},
    )


def _first(sections: Sequence[SectionEdition], phase: Phase) -> SectionEdition | None:
    return next((section for section in sections if section.phase == phase), None)


def _step(
    step: StepEdition,
    language: str,
    texts: Mapping[str, Mapping[tuple[str, StepKind], StepText]],
) -> Step:
    key = (step.id, step.kind)
    return Step(
        id=step.id,
        kind=step.kind,
        is_resource=step.is_resource,
        minutes=step.minutes,
        visibility=step.visibility,
        texts={
            each: step.text if each == language else same[key]
            for each, same in texts.items()
            if each == language or key in same
        },
        scale=step.scale,
        access=step.access,
    )
