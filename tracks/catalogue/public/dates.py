"""When each part of a track came to be. "Updated" is the version that newcomers meet."""

from datetime import datetime

from sqlalchemy import func, select

from tracks.catalogue.models import module, module_version, step, step_version, track_version
from tracks.catalogue.queries import Edition
from tracks.db import Session

_FIRST = func.min(track_version.c.published_at).label("first")


def first_dates(session: Session, edition: Edition) -> dict[str, datetime]:
    """Address without version -> when it was first published: track, sessions, steps."""
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
