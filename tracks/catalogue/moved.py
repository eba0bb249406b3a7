"""Where what had an address is today: renamed, or retired with something in its place."""

from msgspec.structs import replace
from sqlalchemy import select

from tracks.catalogue.models import (
    former_module,
    former_step,
    former_track,
    module,
    retired_part,
    step,
    step_version,
    track,
)
from tracks.catalogue.rules import Address, parse_address
from tracks.db import Session

_FURTHEST = 5  # replaced by what was replaced


def where_now(session: Session, asked: Address) -> Address | None:
    """None if there is nothing else than what was asked for."""
    at = replace(asked, version=None)
    seen: set[Address] = set()
    while at not in seen and len(seen) < _FURTHEST:
        seen.add(at)
        at = _step_on(session, at) or at
    return at if at != replace(asked, version=None) else None


def _step_on(session: Session, at: Address) -> Address | None:
    track_id, track_slug = _track(session, at)
    if track_id is None:
        return None
    module_id, module_slug = _module(session, track_id, at.module)
    step_slug = _step(session, module_id, at.step)
    found = Address(at.publisher, track_slug, module_slug, step_slug)
    if at.module is None or _is_in_use(session, track_id, module_slug, step_slug):
        return found
    parts = [f"{module_slug}#{step_slug}", module_slug] if step_slug else [module_slug]
    rows = session.execute(
        select(retired_part.c.part, retired_part.c.replaced_by).where(
            retired_part.c.track_id == track_id, retired_part.c.part.in_(parts)
        )
    )
    instead = {row.part: row.replaced_by for row in rows}
    first = next((instead[part] for part in parts if part in instead), None)
    return (parse_address(first) if first else None) or found


def _track(session: Session, at: Address) -> tuple[int | None, str]:
    row = (
        session.execute(
            select(track.c.id, track.c.slug).where(
                track.c.publisher == at.publisher, track.c.slug == at.track
            )
        ).one_or_none()
        or session.execute(
            select(track.c.id, track.c.slug)
            .join(former_track, former_track.c.track_id == track.c.id)
            .where(former_track.c.publisher == at.publisher, former_track.c.slug == at.track)
        ).one_or_none()
    )
    return (None, at.track) if row is None else (row.id, row.slug)


def _module(session: Session, track_id: int, slug: str | None) -> tuple[int | None, str | None]:
    if slug is None:
        return None, None
    row = (
        session.execute(
            select(module.c.id, module.c.slug).where(
                module.c.track_id == track_id, module.c.slug == slug
            )
        ).one_or_none()
        or session.execute(
            select(module.c.id, module.c.slug)
            .join(former_module, former_module.c.module_id == module.c.id)
            .where(former_module.c.track_id == track_id, former_module.c.slug == slug)
        ).one_or_none()
    )
    return (None, slug) if row is None else (row.id, row.slug)


def _step(session: Session, module_id: int | None, slug: str | None) -> str | None:
    if slug is None or module_id is None:
        return slug
    found: str | None = session.execute(
        select(step.c.slug)
        .join(former_step, former_step.c.step_id == step.c.id)
        .where(former_step.c.module_id == module_id, former_step.c.slug == slug)
    ).scalar_one_or_none()
    return found or slug


def _is_in_use(
    session: Session, track_id: int, module_slug: str | None, step_slug: str | None
) -> bool:
    """Does the version that newcomers meet have it?"""
    found = (
        select(step_version.c.step_id)
        .join(track, track.c.version_id == step_version.c.track_version_id)
        .join(module, module.c.id == step_version.c.module_id)
        .join(step, step.c.id == step_version.c.step_id)
        .where(track.c.id == track_id, module.c.slug == module_slug)
    )
    if step_slug is not None:
        found = found.where(step.c.slug == step_slug)
    return session.execute(found.limit(1)).first() is not None
