"""Links that teachers have chosen by deep linking, beside those the world begins with."""

import json
import secrets
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from lti.platform import LineItemDraft, OfferedLink
from tracks.demo_lms.gradebook import CourseGradebook
from tracks.demo_lms.state import State
from tracks.demo_lms.world import Course, Link

OPEN_SECONDS = 3600


def begin_request(state: State, course: Course, sub: str) -> str:
    """The opaque `data` of the request. It is all that says whose answer comes back: the cookie
    of this LMS does not come with a form that the tool's page sends."""
    data, now = secrets.token_urlsafe(24), datetime.now(UTC).timestamp()
    with state.writing() as connection:
        connection.execute("DELETE FROM content_request WHERE sent_at < ?", (now - OPEN_SECONDS,))
        connection.execute(
            "INSERT INTO content_request VALUES (?, ?, ?, ?)", (data, course.id, sub, now)
        )
    return data


def end_request(state: State, course: Course, data: str) -> bool:
    """False when nothing was asked for this course, or the answer has come already."""
    with state.writing() as connection:
        gone = connection.execute(
            "DELETE FROM content_request WHERE data = ? AND course_id = ?", (data, course.id)
        )
        return gone.rowcount == 1


def is_asked(state: State, course: Course, data: str) -> bool:
    with state.reading() as connection:
        found = connection.execute(
            "SELECT 1 FROM content_request WHERE data = ? AND course_id = ?", (data, course.id)
        )
        return found.fetchone() is not None


def add_links(state: State, course: Course, offered: Sequence[OfferedLink]) -> list[Link]:
    """In the course from now on, those with a line item with a column in its gradebook."""
    links = []
    for link in offered:
        added = Link(
            id=f"{course.id}-added-{secrets.token_hex(6)}",
            title=link.title,
            target_link_uri=link.url,
            custom=link.custom,
            maximum_score=link.line_item.maximum if link.line_item else None,
            text=link.text,
        )
        _insert(state, course, added)
        if link.line_item is not None:
            item = link.line_item
            draft = LineItemDraft(item.label, item.maximum, item.resource_id, item.tag, added.id)
            CourseGradebook(state, course).add_line_item(draft)
        links.append(added)
    return links


def _insert(state: State, course: Course, link: Link) -> None:
    values = (link.id, course.id, link.title, link.text, link.target_link_uri)
    with state.writing() as connection:
        connection.execute(
            "INSERT INTO added_link VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*values, json.dumps(dict(link.custom)), link.maximum_score),
        )


def added_links(state: State, course: Course) -> list[Link]:
    with state.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM added_link WHERE course_id = ? ORDER BY rowid", (course.id,)
        ).fetchall()
    return [_link(row) for row in rows]


def _link(row: sqlite3.Row) -> Link:
    return Link(
        id=row["id"],
        title=row["title"],
        target_link_uri=row["url"],
        custom=json.loads(row["custom"]),
        maximum_score=row["maximum"],
        text=row["text"],
    )
