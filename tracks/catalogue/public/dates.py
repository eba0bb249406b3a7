"""When each part of a track came to be, and when it last changed."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, select

from tracks.catalogue.models import module, module_version, step, step_version, track_version
from tracks.catalogue.queries import Edition
from tracks.db import Session

_FIRST = func.min(track_version.c.published_at).label("first")


class Dates(Struct, frozen=True):
    published: datetime  # the first version that had it
    updated: datetime  # the version that last changed it


def dates_of(session: Session, edition: Edition) -> dict[str, Dates]:
    """By address without version: the track, its sessions, its resources."""
    first, changed = _first(session, edition), _changed(session, edition)
    return {
        address: Dates(published, changed.get(address) or edition.published_at)
        for address, published in first.items()
    }


def _changed(session: Session, edition: Edition) -> dict[str, datetime | None]:
    key = edition.version_id
    modules = session.execute(
        select(module_version.c.module_id, module_version.c.changed_at).where(
            module_version.c.track_version_id == key
        )
    )
    steps = session.execute(
        select(step_version.c.step_id, step_version.c.changed_at).where(
            step_version.c.track_version_id == key
        )
    )
    of_step = {row.step_id: row.changed_at for row in steps}
    of_module = {row.module_id: row.changed_at for row in modules}
    return {
        **{str(edition.address(m.slug)): of_module.get(m.id) for m in edition.modules},
        **{
            str(edition.address(s.module_slug, s.slug)): of_step.get(s.step_id)
            for s in edition.steps
        },
    }


def _first(session: Session, edition: Edition) -> dict[str, datetime]:
    of_track = track_version.c.track_id == edition.track_id
    modules = session.execute(
        select(module.c.slug, _FIRST)
        .join(module_version, module_version.c.module_id == module.c.id)
        .join(track_version, track_version.c.id == module_version.c.track_version_id)
        .where(of_track)
        .group_by(module.c.slug)
    ).all()
    steps = session.execute(
        select(module.c.slug.label("module"), step.c.slug, _FIRST)
        .join(step, step.c.module_id == module.c.id)
        .join(step_version, step_version.c.step_id == step.c.id)
        .join(track_version, track_version.c.id == step_version.c.track_version_id)
        .where(of_track, step_version.c.is_resource.is_(True))
        .group_by(module.c.slug, step.c.slug)
    ).all()
    whole = session.execute(select(_FIRST).where(of_track)).scalar_one()
    return {
        str(edition.address()): whole,
        **{str(edition.address(row.slug)): row.first for row in modules},
        **{str(edition.address(row.module, row.slug)): row.first for row in steps},
    }
