"""/chain: what the municipality says down the spreader chain, and what schools need (O-07)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.db import Session
from tracks.i18n import N_
from tracks.organisation.actions.notes import answer_need, take_note_back, write_note
from tracks.organisation.forms import Typed
from tracks.organisation.queries.chain import chain
from tracks.organisation.queries.notes import MOST_SHOWN, Branch, Note, notes, written_since
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.requests import now, see_other
from tracks.web.typed import readable

LONGEST: Final = 1000
LONGEST_ANSWER: Final = 300
MOST_A_DAY: Final = 30
ALL: Final = "all"
TEXT_WRONG: Final = N_("Write a text of at most 1000 characters.")
SCHOOL_WRONG: Final = N_("Choose one of your schools.")
TEAM_WRONG: Final = N_("Choose to whom.")
ANSWER_WRONG: Final = N_("Write a few words, at most 300 characters: the school reads it.")
TOO_MANY: Final = N_("That is all we take from one person in a day. Send the rest tomorrow.")
SAID: Final = {
    "sent": N_("It is sent. Those whom it is for see it here."),
    "answered": N_("Your answer is saved. The school reads it here."),
    "back": N_("It is taken back and deleted."),
}


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/chain", "chain_notes", chain_notes)
    pages.add_url_rule("/chain/needs", "tell_need", tell_need, methods=["POST"])
    pages.add_url_rule("/chain/notes", "send_note", send_note, methods=["POST"])
    pages.add_url_rule("/chain/<id:note_id>/answer", "answer_note", answer_note, methods=["POST"])
    pages.add_url_rule("/chain/<id:note_id>/take-back", "take_back", take_back, methods=["POST"])


@requires(Permission.SEE_BRANCH)
def chain_notes(session: Session, actor: Actor) -> ResponseReturnValue:
    return _page(session, _branch(session, actor), Typed({}))


@requires(Permission.SEE_BRANCH)
def tell_need(session: Session, actor: Actor) -> ResponseReturnValue:
    branch = _branch(session, actor)
    typed = _read(request.form, "need", "school")
    schools = {str(each): each for each, _ in branch.needs_of()}
    if typed.values["school"] not in schools:
        typed.problems["school"] = SCHOOL_WRONG
    _count(session, actor, typed, "need")
    if typed.problems:
        return make_response(_page(session, branch, typed), 422)
    school_id = schools[typed.values["school"]]
    write_note(session, actor, typed.values["need"], now(), school_id=school_id)
    return see_other("/chain?said=sent")


@requires(Permission.SEE_BRANCH)
def send_note(session: Session, actor: Actor) -> ResponseReturnValue:
    branch = _branch(session, actor)
    typed = _read(request.form, "note", "team", "for_staff")
    teams: dict[str, int | None] = {str(each): each for each, _ in branch.writes_to()}
    if branch.is_for_all:
        teams[ALL] = None
    if typed.values["team"] not in teams:
        typed.problems["team"] = TEAM_WRONG
    _count(session, actor, typed, "note")
    if typed.problems:
        return make_response(_page(session, branch, typed), 422)
    write_note(
        session,
        actor,
        typed.values["note"],
        now(),
        team_id=teams[typed.values["team"]],
        for_staff=bool(typed.values["for_staff"]),
    )
    return see_other("/chain?said=sent")


@requires(Permission.SEE_BRANCH)
def answer_note(session: Session, actor: Actor, note_id: int) -> ResponseReturnValue:
    branch = _branch(session, actor)
    note = next((n for n in notes(session, actor.municipality_id) if n.id == note_id), None)
    if note is None or not branch.answers(note):
        abort(404)
    answer = " ".join(readable(request.form.get("answer", "")).split())
    if not 0 < len(answer) <= LONGEST_ANSWER:
        name = f"answer-{note_id}"
        return make_response(
            _page(session, branch, Typed({name: answer}, {name: ANSWER_WRONG})), 422
        )
    answer_need(session, actor, note_id, answer, now())
    return see_other("/chain?said=answered")


@requires(Permission.SEE_BRANCH)
def take_back(session: Session, actor: Actor, note_id: int) -> ResponseReturnValue:
    if not take_note_back(session, actor, note_id):
        abort(404)
    return see_other("/chain?said=back")


def for_staff(session: Session, branch: Branch, school_id: int) -> list[Note]:
    """What those who work at the school are told."""
    found = notes(session, branch.actor.municipality_id)
    return [note for note in found if branch.is_for_staff_at(note, school_id)][:5]


def _branch(session: Session, actor: Actor) -> Branch:
    return Branch(actor, chain(session, actor.municipality_id, now()))


def _read(form: Mapping[str, str], text: str, *others: str) -> Typed:
    typed = Typed(
        {text: readable(form.get(text, "")).strip(), **{n: form.get(n, "") for n in others}}
    )
    if not 0 < len(typed.values[text]) <= LONGEST:
        typed.problems[text] = TEXT_WRONG
    return typed


def _count(session: Session, actor: Actor, typed: Typed, text: str) -> None:
    if written_since(session, actor.person_id, now() - timedelta(days=1)) >= MOST_A_DAY:
        typed.problems[text] = TOO_MANY


def _page(session: Session, branch: Branch, typed: Typed) -> str:
    seen = [note for note in notes(session, branch.actor.municipality_id) if branch.sees(note)]
    return render_template(
        "organisation/chain.html",
        # what waits for an answer first
        needs=sorted((n for n in seen if n.is_need), key=lambda n: bool(n.answer))[:MOST_SHOWN],
        notes=[n for n in seen if not n.is_need][:MOST_SHOWN],
        branch=branch,
        values=typed.values,
        problems=typed.problems,
        said=SAID.get(request.args.get("said", ""), ""),
        for_all=ALL,
        longest=LONGEST,
    )
