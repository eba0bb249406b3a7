"""Ids are for ever: what was published keeps its id, or says what became of it (ADR 0029)."""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from content.checks.kept_ids import (
    gone_from,
    more_than_spelling,
    used_before,
    used_before_by_track,
)
from content.checks.renames import resolved
from content.model import Library, Publisher, Track
from content.problems import Problem
from tracks.catalogue.events import Renamed
from tracks.catalogue.models import (
    former_module,
    former_step,
    former_track,
    module,
    retired_part,
    step,
    track,
    track_version,
)
from tracks.catalogue.queries import Edition, read_edition
from tracks.catalogue.rules import Address, is_spelling_only
from tracks.db import Session


class IdsLost(Exception):
    """What is to be published has lost ids of the last version. Nothing was written."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def lost_ids(session: Session, publisher: Publisher, after: Track) -> tuple[Problem, ...]:
    """Beside the version newcomers meet now; () for a version that is published already."""
    row = session.execute(
        select(track.c.id, track.c.version_id).where(
            track.c.publisher == publisher.id, track.c.slug.in_(_names(publisher, after))
        )
    ).first()
    if row is None:
        return tuple(_taken_by_track(session, publisher, after))
    if row.version_id is None or _is_published(session, row.id, after.version):
        return ()
    edition = read_edition(session, row.version_id)
    # A module for leaders has no steps, and links to it all the same.
    before: dict[str, list[str]] = {m.slug: [] for m in edition.leader_modules}
    before |= {m.slug: [] for m in edition.modules}
    for outline in edition.steps:
        before[outline.module_slug].append(outline.slug)
    return (
        *gone_from(before, after),
        *_taken(session, row.id, after),
        *_more_than_spelling(edition, after),
    )


def _taken_by_track(session: Session, publisher: Publisher, after: Track) -> Iterator[Problem]:
    found = select(former_track.c.track_id).where(
        former_track.c.publisher == publisher.id, former_track.c.slug == after.id
    )
    if session.execute(found).first() is not None:
        yield used_before_by_track(after)


def _names(publisher: Publisher, after: Track) -> list[str]:
    """What the track is and was called."""
    old = [id_ for id_ in publisher.renamed if resolved(publisher.renamed, id_) == after.id]
    return [after.id, *old]


def _is_published(session: Session, track_id: int, version: str) -> bool:
    found = select(track_version.c.id).where(
        track_version.c.track_id == track_id, track_version.c.version == version
    )
    return session.execute(found).first() is not None


def _taken(session: Session, track_id: int, after: Track) -> Iterator[Problem]:
    """An id that was once another thing's: links to that would lead here."""
    modules = {
        row.slug
        for row in session.execute(
            select(former_module.c.slug).where(former_module.c.track_id == track_id)
        )
    }
    steps = {
        (row.module, row.slug)
        for row in session.execute(
            select(module.c.slug.label("module"), former_step.c.slug)
            .join(module, module.c.id == former_step.c.module_id)
            .where(module.c.track_id == track_id)
        )
    }
    yield from used_before(modules, steps, after)


def _more_than_spelling(edition: Edition, after: Track) -> Iterator[Problem]:
    if is_spelling_only(edition.version, after.version):
        shape = [(s.module_slug, s.slug, s.phase, s.kind, s.is_resource) for s in edition.steps]
        yield from more_than_spelling(edition.version, shape, after)


def rename_track(session: Session, publisher: Publisher, new: str) -> None:
    """The durable track of what it was called before gets the name it has now."""
    for old in publisher.renamed:
        if resolved(publisher.renamed, old) != new:
            continue
        key = {"publisher": publisher.id}
        id_ = _id_of(session, track, {**key, "slug": old})
        if id_ is None or _id_of(session, track, {**key, "slug": new}) is not None:
            continue
        session.execute(update(track).where(track.c.id == id_).values(slug=new))
        session.execute(insert(former_track).values(**key, slug=old, track_id=id_))
        session.emit(Renamed(id_, f"{publisher.id}/{old}", f"{publisher.id}/{new}"))


def rename_parts(session: Session, publisher: str, source: Track) -> None:
    track_id = _id_of(session, track, {"publisher": publisher, "slug": source.id})
    if track_id is None:
        return
    for old in source.renamed:
        new = resolved(source.renamed, old)
        if _rename(session, module, former_module, "module_id", {"track_id": track_id}, old, new):
            at = Address(publisher, source.id)
            session.emit(Renamed(track_id, str(at.to(old)), str(at.to(new))))
    for part in source.modules:
        module_id = _id_of(session, module, {"track_id": track_id, "slug": part.id})
        for old in part.renamed if module_id is not None else ():
            new = resolved(part.renamed, old)
            if _rename(session, step, former_step, "step_id", {"module_id": module_id}, old, new):
                at = Address(publisher, source.id)
                session.emit(Renamed(track_id, *(str(at.to(part.id, id_)) for id_ in (old, new))))


def _rename(
    session: Session,
    table: Table,
    former: Table,
    column: str,
    parent: Mapping[str, int | None],
    old: str,
    new: str,
) -> bool:
    """False where that has been done, or both are things of their own."""
    id_ = _id_of(session, table, {**parent, "slug": old})
    if id_ is None or _id_of(session, table, {**parent, "slug": new}) is not None:
        return False
    session.execute(update(table).where(table.c.id == id_).values(slug=new))
    row = insert_or(former).values(**parent, slug=old, **{column: id_})
    session.execute(row.on_conflict_do_nothing())
    return True


def _id_of(session: Session, table: Table, key: Mapping[str, object]) -> int | None:
    condition = [table.c[name] == value for name, value in key.items()]
    found: int | None = session.execute(select(table.c.id).where(*condition)).scalar_one_or_none()
    return found


def keep_retired(session: Session, publisher: str, track_id: int, source: Track) -> None:
    """What has been retired so far stays so; what is there again is not retired."""
    there = [part.id for part in source.modules]
    there += [f"{part.id}#{each.id}" for part in source.modules for each in part.steps]
    session.execute(
        delete(retired_part).where(
            retired_part.c.track_id == track_id, retired_part.c.part.in_(there)
        )
    )
    retired = dict(source.retired)
    for part in source.modules:
        retired |= {f"{part.id}#{old}": instead for old, instead in part.retired.items()}
    for old, instead in retired.items():
        values = {"replaced_by": f"{publisher}/{instead}" if instead else None}
        row = insert_or(retired_part).values(track_id=track_id, part=old, **values)
        session.execute(row.on_conflict_do_update(index_elements=["track_id", "part"], set_=values))


def refuse_lost_ids(session: Session, library: Library, sources: Iterable[Track]) -> None:
    """Raises IdsLost with the problems of all of them."""
    problems = [p for each in sources for p in lost_ids(session, library.publisher, each)]
    if problems:
        raise IdsLost(tuple(problems))
