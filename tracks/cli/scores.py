"""`tracks lti scores`, `score-policy`, `send-again`: the results on their way to each gradebook."""

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from tracks.cli.opening import current_database

if TYPE_CHECKING:
    from tracks.lms.score_standings import Standing

POLICIES = click.Choice(["proportional", "complete_only"])


@click.command()
@click.option("--retry", is_flag=True, help="Send what was refused, and all that waits, once more.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def scores(retry: bool, as_json: bool) -> None:
    """Results that an LMS does not have yet: how many wait, how many were refused, and why."""
    from tracks.jobs.lanes import end_pause
    from tracks.lms.actions import queue_unsent
    from tracks.lms.rules import score_lane
    from tracks.lms.score_standings import score_standings

    now = datetime.now(UTC)
    database = current_database()
    if retry:
        with database.writing() as session:
            for found in score_standings(session):
                queue_unsent(session, found.registration_id, now)
                end_pause(session, score_lane(found.registration_id), now)
    with database.reading() as session:
        standings = score_standings(session)
    if as_json:
        click.echo(json.dumps([_as_json(found, now) for found in standings]))
        return
    for found in standings:
        click.echo(_as_text(found, now))


def _as_json(found: "Standing", now: datetime) -> dict[str, Any]:
    return {
        "registration": found.registration_id,
        "issuer": found.issuer,
        "policy": found.score_policy,
        "waiting": found.waiting,
        "oldest": found.oldest and found.oldest.isoformat(timespec="seconds"),
        "refused": found.refused,
        "paused_until": _paused_until(found, now),
        "failures": found.lane.failures,
    }


def _as_text(found: "Standing", now: datetime) -> str:
    lines = [f"{found.registration_id}: {found.issuer} ({found.score_policy})"]
    oldest = f", the oldest since {found.oldest:%Y-%m-%d %H:%M} UTC" if found.oldest else ""
    lines.append(f"   waiting: {found.waiting}{oldest}")
    lines += [f"   refused: {count} {reason}" for reason, count in found.refused.items()]
    if until := _paused_until(found, now):
        lines.append(f"   PAUSED until {until}, after {found.lane.failures} failures in a row")
    return "\n".join(lines)


def _paused_until(found: "Standing", now: datetime) -> str | None:
    from tracks.jobs.rules import is_paused

    until = found.lane.paused_until
    return until.isoformat(timespec="seconds") if until and is_paused(found.lane, now) else None


@click.command("score-policy")
@click.argument("registration", type=int)
@click.argument("policy", type=POLICIES)
def score_policy(registration: int, policy: str) -> None:
    """What an LMS is told: how far people are (proportional), or only when all is done."""
    from tracks.lms.actions import set_score_policy
    from tracks.lms.rules import ScorePolicy

    with current_database().writing() as session:
        known = set_score_policy(session, registration, ScorePolicy(policy), datetime.now(UTC))
    if not known:
        click.echo("tracks: there is no such registration", err=True)
        sys.exit(1)
    click.echo(f"Registration {registration} now gets scores by {policy}.")


@click.command("send-again")
@click.argument("registration", type=int)
@click.option("--course", help="The LMS's id of one course (context); else all of them.")
def send_again(registration: int, course: str | None) -> None:
    """Send every result to an LMS once more: its gradebook was emptied, or restored from old."""
    from tracks.lms.actions import start_new_rounds

    with current_database().writing() as session:
        count = start_new_rounds(session, registration, course, datetime.now(UTC))
    click.echo(f"{count} results are sent again.")
