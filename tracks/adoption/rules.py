"""How far a school has come, as it may be shown. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date

from tracks.i18n import N_
from tracks.people.small_numbers import Shown, of_lately, shown
from tracks.progress.events import Stage, Way

STAGES = (Stage.STARTED, Stage.TOGETHER, Stage.TRIED, Stage.FOLLOWED_UP)
STAGE_NAMES = {
    Stage.STARTED: N_("Started"),
    Stage.TOGETHER: N_("Worked together"),
    Stage.TRIED: N_("Tried with pupils"),
    Stage.FOLLOWED_UP: N_("Followed up"),
}


def ladder(counts: dict[Stage, int], out_of: int | None, *, least: int) -> dict[Stage, Shown]:
    """The four stages of one school and track, none of which gives another away.

    Each stage is a part of those who started, and mostly of the stage before it.
    """
    result: dict[Stage, Shown] = {}
    started: int | None = None
    before: int | None = None
    for stage in STAGES:
        seen = shown(counts.get(stage, 0), out_of, least=least, within=(started, before))
        if stage is Stage.STARTED:
            started = seen.count
        before = before if seen.count is None else seen.count
        result[stage] = seen
    return result


def uses_shown(
    ways: Mapping[Way, int],
    teachers: int | None,
    teachers_as_of: date | None,
    started: int,
    *,
    least: int,
    today: date,
) -> dict[Way, Shown]:
    """Of a resource, as the school's own page shows it. Who used it in the track has started it."""
    begun = ladder({Stage.STARTED: started}, teachers, least=least)[Stage.STARTED].count
    within = {Way.PROGRAMME: [begun], Way.INDEPENDENT: []}
    found = {way: shown(ways[way], teachers, least=least, within=within[way]) for way in Way}
    return {way: of_lately(seen, teachers_as_of, today) for way, seen in found.items()}


def together(parts: Iterable[Shown], *, step: int = 1) -> Shown:
    """Several schools' counts as one, made of nothing but what each school's page shows.

    The true sum less what is shown would be what is hidden. `step`: told in full steps only, so
    that who looks often does not see single people come.
    """
    known = sum((each.at_least if each.count is None else each.count) or 0 for each in parts)
    return Shown(None, known - known % step or None, None)


def has_reached(seen: Shown) -> bool:
    """A school has come to a stage when that can be said without pointing at people."""
    return not seen.is_hidden
