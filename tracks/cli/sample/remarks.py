"""What some of the sample's teachers have said of the sample's track, and what was answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import select

from tracks.catalogue.queries import Edition
from tracks.db import Session
from tracks.feedback.actions import answer_remark, say
from tracks.feedback.models import remark
from tracks.feedback.rules import Kind, State
from tracks.people.rules import Actor, Role


class _Said(Struct, frozen=True):
    school: int
    days_ago: int
    kind: Kind | None
    text: str
    state: State = State.OPEN
    answer: str = ""


_SAID = (
    _Said(
        11,
        40,
        Kind.TOO_LONG,
        "Forarbeidet tok meg nesten en time. Kan teksten om hypoteser bli kortere?",
        State.DONE,
        "Teksten om hypoteser er kortet ned til det dere trenger før møtet.",
    ),
    _Said(
        12,
        33,
        None,
        "Vi savnet en variant uten forsøk, til uka da naturfagrommet er opptatt.",
        State.NOT_NOW,
        "Forsøket er kjernen her. Vi tar det med når vi lager modul 4.",
    ),
    _Said(13, 5, Kind.WORKS, "Spørsmålskortene fikk også de stille elevene med. Behold dem!"),
)


def say_something(
    session: Session,
    municipality_id: int,
    edition: Edition,
    teachers: Mapping[int, Sequence[int]],
    schools: Mapping[int, int],
    now: datetime,
) -> None:
    """`teachers`, `schools`: ids by the sample's numbers."""
    module = edition.modules[0]
    for said in _SAID:
        school_id = schools[said.school]
        sender = teachers[said.school][1]  # the first has done nothing yet
        actor = Actor(sender, municipality_id, school_id, frozenset({(Role.TEACHER, school_id)}))
        at = now - timedelta(days=said.days_ago)
        say(session, actor, module.id, edition.version_id, said.text, said.kind, at)
        if said.state is State.OPEN:
            continue
        made = session.execute(select(remark.c.id).where(remark.c.person_id == sender)).scalar_one()
        answered = at + timedelta(days=3)
        answer_remark(session, edition.track_id, made, said.state, said.answer, answered)
