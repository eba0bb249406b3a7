"""What municipalities had counted that have left since: sums of all of them, which lead to none.

Only what their schools' own pages showed, so that no count of few stays behind.
"""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.adoption.models import former_use
from tracks.adoption.queries import uses_by_school
from tracks.adoption.rules import uses_shown
from tracks.db import Session
from tracks.i18n import local_day
from tracks.organisation.queries.choices import choices
from tracks.people.small_numbers import Shown
from tracks.privacy.events import MunicipalityEnds
from tracks.progress.events import Way


def keep_uses(session: Session, event: MunicipalityEnds) -> None:
    least = choices(session, event.municipality_id).least(event.small_number)
    sums: dict[int, dict[Way, int]] = {}
    for use in uses_by_school(session, event.municipality_id):
        seen = uses_shown(
            use.ways,
            use.teachers,
            use.teachers_as_of,
            use.started,
            least=least,
            today=local_day(event.at),
        )
        of_step = sums.setdefault(use.step_id, dict.fromkeys(Way, 0))
        for way, shown in seen.items():
            of_step[way] += (shown.at_least if shown.count is None else shown.count) or 0
    for step_id, ways in sums.items():
        if not any(ways.values()):
            continue
        row = insert_or(former_use).values(
            step_id=step_id, **{way.value: count for way, count in ways.items()}
        )
        session.execute(
            row.on_conflict_do_update(
                index_elements=["step_id"],
                set_={way.value: former_use.c[way.value] + row.excluded[way.value] for way in Way},
            )
        )


def former_uses(session: Session) -> dict[int, dict[Way, Shown]]:
    """By step."""
    return {
        row.step_id: {way: Shown(None, getattr(row, way.value) or None, None) for way in Way}
        for row in session.execute(select(former_use))
    }
