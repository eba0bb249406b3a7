"""What is different for teachers in a track that is to be published, beside what they see today."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from content.checks.renames import resolved
from content.model import Module, Step, Track
from content.rendering.pieces import StepPiece, placed, rendered_step
from tracks.authoring.views.desk import desk, step_title
from tracks.catalogue.drawn import drawn_as
from tracks.catalogue.queries import Edition
from tracks.catalogue.rules import Outline
from tracks.catalogue.shelves import shelf
from tracks.db import Session
from tracks.people.rules import Actor


class Changed(Struct, frozen=True):
    """A step with its short name; titles are often the same."""

    title: str
    slug: str
    before: str = ""  # its short name until now, if that is another
    instead: str = ""  # of one that is gone: the address that its links lead to


class Differences(Struct, frozen=True):
    new: list[Changed]
    changed: list[Changed]
    renamed: list[Changed]
    gone: list[Changed]


def differences(session: Session, actor: Actor, track: Track, edition: Edition) -> Differences:
    pairs = [(m, step) for m in track.for_everybody for step in m.steps]
    names = {(m.id, step.id) for m, step in pairs}
    modules = {module.id: module for module in track.modules}
    now = {key: _called_now(track, modules, key) for key in edition.by_slug}
    before = {now[key]: outline for key, outline in edition.by_slug.items() if now[key] in names}
    known = [(before[m.id, s.id].step_id, s) for m, s in pairs if (m.id, s.id) in before]
    other = _changed(session, actor, known, edition)
    return Differences(
        [_told(step) for m, step in pairs if (m.id, step.id) not in before],
        [_told(step) for id_, step in known if id_ in other],
        [
            Changed(_told(step).title, step.id, before[m.id, step.id].slug)
            for m, step in pairs
            if (m.id, step.id) in before and before[m.id, step.id].slug != step.id
        ],
        [
            _gone(track, modules, now[key], outline, edition)
            for key, outline in edition.by_slug.items()
            if now[key] not in names
        ],
    )


def _called_now(
    track: Track, modules: Mapping[str, Module], key: tuple[str, str]
) -> tuple[str, str]:
    """Session and step as their files say they are called today."""
    name = resolved(track.renamed, key[0])
    module = modules.get(name)
    return name, resolved(module.renamed, key[1]) if module is not None else key[1]


def _gone(
    track: Track,
    modules: Mapping[str, Module],
    key: tuple[str, str],
    outline: Outline,
    edition: Edition,
) -> Changed:
    module = modules.get(key[0])
    instead = track.retired.get(key[0], "") if module is None else module.retired.get(key[1], "")
    title = edition.titles[outline.step_id, edition.languages[0]]
    return Changed(title, outline.slug, instead=instead)


def _told(step: Step) -> Changed:
    lang, text = next(iter(step.texts.items()))
    return Changed(step_title(text, step.kind, lang), step.id)


def _changed(
    session: Session, actor: Actor, steps: Sequence[tuple[int, Step]], edition: Edition
) -> set[int]:
    """Ids of those with another text than teachers see; also those that are too complex to tell."""
    found: set[int] = set()
    stored = drawn_as(session, edition.version_id)
    differing: list[tuple[int, StepPiece]] = []
    for step_id, step in steps:
        for language in step.texts:
            piece = StepPiece(language, step)
            if language not in edition.languages:
                found.add(step_id)
            elif stored.get((step_id, language)) != piece.key:
                differing.append((step_id, piece))
    # a new release of ours draws with new keys, and most often the same
    drawn = desk().drawn(actor.person_id, [piece for _, piece in differing])
    media = f"/media/{edition.version_id}/"
    for step_id, piece in differing:
        made = drawn.get(piece.key)
        seen = shelf().text(session, edition.version_id, step_id, piece.language)
        if made is None or rendered_step(made.replace(placed(piece.key), media)) != seen:
            found.add(step_id)
    return found
