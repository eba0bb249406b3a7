"""What the groups of a login service said of where somebody works, for those who give roles."""

from typing import Final, Literal

from tracks.db import Session
from tracks.i18n import N_, day
from tracks.signin.queries import OwnService, said_of_person
from tracks.signin.rules import GroupsSaid
from tracks.web.pages import gettext
from tracks.web.requests import Notice, language

_TEXTS: Final = {
    GroupsSaid.HERE: N_("The answer: %(school)s, where their work counts."),
    GroupsSaid.ELSEWHERE: N_(
        "The answer is another unit than %(school)s, where their work counts. Nothing was changed. "
        "If they have moved, a coordinator says so on this page."
    ),
    GroupsSaid.SEVERAL: N_("The answer is several units, and none that is the main one."),
    GroupsSaid.NOWHERE: N_("The answer names no unit of your municipality that we know."),
    GroupsSaid.FAILED: N_("There was no answer. We ask again when they sign in next time."),
}
_CHOOSE: Final = N_(
    "They choose a school at their next visit, or a coordinator says on this page which it is."
)
_KINDS: Final[dict[GroupsSaid, Literal["done", "waiting", "failed"]]] = {
    GroupsSaid.HERE: "done",
    GroupsSaid.FAILED: "failed",
}


def groups_told(session: Session, municipality_id: int, person_id: int) -> list[Notice]:
    return [_notice(each) for each in said_of_person(session, municipality_id, person_id)]


def _notice(each: OwnService) -> Notice:
    assert each.said is not None
    assert each.asked_at is not None
    asked = gettext(
        "%(service)s was asked on %(day)s where they work.",
        service=each.name,
        day=day(each.asked_at, language()),
    )
    words = [asked, gettext(_TEXTS[each.said], school=each.school or "")]
    way_on = None
    if each.said is GroupsSaid.SEVERAL and each.school is None:
        words.append(gettext(_CHOOSE))
    elif each.said is GroupsSaid.NOWHERE:
        way_on = ("/units", gettext("See the schools and their numbers"))
    return Notice(_KINDS.get(each.said, "waiting"), " ".join(words), way_on=way_on)
