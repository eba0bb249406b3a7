"""What earlier releases did not keep of a published version: taken from the same text."""

from sqlalchemy import select, update

from content.model import Step, Track
from tracks.catalogue.models import module, module_version, step, step_version, track_version
from tracks.catalogue.windows import ALWAYS, Window
from tracks.db import Session


def window_of(source: Step) -> Window:
    if source.access is None:
        return ALWAYS
    return Window(source.access.free_from, source.access.free_until)


def fill_in(session: Session, version_id: int, source: Track) -> bool:
    """Add what is missing of this version, whose text is `source`. False: nothing was."""
    of_version = track_version.c.id == version_id
    session.execute(
        update(track_version)
        .where(of_version, track_version.c.module_order.is_(None))
        .values(module_order=source.order.value)
    )
    kept = session.execute(select(track_version.c.frameworks).where(of_version)).scalar_one()
    if kept is not None:
        return False
    session.execute(
        update(track_version)
        .where(of_version)
        .values(frameworks=list(source.frameworks), entry_level=source.entry_level.value)
    )
    ids = {
        (row.module_slug, row.slug): row.id
        for row in session.execute(
            select(step.c.id, step.c.slug, module.c.slug.label("module_slug"))
            .join(module, module.c.id == step.c.module_id)
            .join(track_version, track_version.c.track_id == module.c.track_id)
            .where(of_version)
        )
    }
    module_ids = select(module.c.id).join(
        track_version, track_version.c.track_id == module.c.track_id
    )
    for part in source.modules:
        session.execute(
            update(module_version)
            .where(
                module_version.c.track_version_id == version_id,
                module_version.c.module_id.in_(
                    module_ids.where(of_version, module.c.slug == part.id)
                ),
            )
            .values(devices=list(part.devices))
        )
        for each in part.steps:
            if each.access is None:
                continue
            window = window_of(each)
            session.execute(
                update(step_version)
                .where(
                    step_version.c.track_version_id == version_id,
                    step_version.c.step_id == ids[part.id, each.id],
                )
                .values(free_from=window.free_from, free_until=window.free_until)
            )
    return True
