import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from lti.platform import LineItem, LineItemDraft, ReceivedScore, Recorded, RecordedScore
from tracks.demo_lms.state import State
from tracks.demo_lms.world import Course, World

_PUT_SCORE = """
INSERT OR REPLACE INTO score
    (line_item_id, user_id, given, maximum, activity, grading, comment, sent_at, received_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def declare_line_items(state: State, world: World) -> None:
    """A column for each link with a maximum score. Later changes by the tool are kept."""
    with state.writing() as connection:
        for course in world.courses:
            for link in course.links:
                if link.maximum_score is not None:
                    connection.execute(
                        "INSERT OR IGNORE INTO line_item"
                        " (course_id, label, maximum, resource_link_id, is_declared)"
                        " VALUES (?, ?, ?, ?, 1)",
                        (course.id, link.title, link.maximum_score, link.id),
                    )


class CourseGradebook:
    """`lti.platform.Gradebook` for one course."""

    def __init__(self, state: State, course: Course) -> None:
        self._state = state
        self._course = course

    def line_items(self) -> Sequence[LineItem]:
        with self._state.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM line_item WHERE course_id = ? AND NOT is_deleted ORDER BY id",
                (self._course.id,),
            ).fetchall()
        return [_line_item(row) for row in rows]

    def line_item(self, line_item_id: str) -> LineItem | None:
        return next((item for item in self.line_items() if item.id == line_item_id), None)

    def line_item_of_link(self, link_id: str) -> LineItem | None:
        """The claim names a line item only when the link has exactly one (AGS §3.1)."""
        items = [item for item in self.line_items() if item.draft.resource_link_id == link_id]
        return items[0] if len(items) == 1 else None

    def add_line_item(self, draft: LineItemDraft) -> LineItem:
        with self._state.writing() as connection:
            added = connection.execute(
                "INSERT INTO line_item"
                " (course_id, label, maximum, resource_id, tag, resource_link_id)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    self._course.id,
                    draft.label,
                    draft.maximum,
                    draft.resource_id,
                    draft.tag,
                    draft.resource_link_id,
                ),
            )
        return LineItem(str(added.lastrowid), draft)

    def change_line_item(self, line_item: LineItem) -> None:
        draft = line_item.draft
        with self._state.writing() as connection:
            connection.execute(
                "UPDATE line_item SET label = ?, maximum = ?, resource_id = ?, tag = ?"
                " WHERE id = ? AND course_id = ? AND NOT is_deleted",
                (
                    draft.label,
                    draft.maximum,
                    draft.resource_id,
                    draft.tag,
                    line_item.id,
                    self._course.id,
                ),
            )

    def drop_line_item(self, line_item_id: str) -> None:
        with self._state.writing() as connection:
            # kept as a mark, so that a declared one does not come back at the next start
            connection.execute(
                "UPDATE line_item SET is_deleted = 1 WHERE id = ? AND course_id = ?",
                (line_item_id, self._course.id),
            )
            connection.execute("DELETE FROM score WHERE line_item_id = ?", (line_item_id,))

    def has_link(self, resource_link_id: str) -> bool:
        if any(link.id == resource_link_id for link in self._course.links):
            return True
        with self._state.reading() as connection:
            added = connection.execute(
                "SELECT 1 FROM added_link WHERE id = ? AND course_id = ?",
                (resource_link_id, self._course.id),
            )
            return added.fetchone() is not None

    def is_graded(self, user_id: str) -> bool:
        return any(m.sub == user_id and m.role == "Learner" for m in self._course.members)

    def record_score(
        self,
        line_item_id: str,
        score: ReceivedScore,
        is_stale: Callable[[datetime, datetime], bool],
    ) -> Recorded:
        with self._state.writing() as connection:
            kept = connection.execute(
                "SELECT sent_at FROM score WHERE line_item_id = ? AND user_id = ?",
                (line_item_id, score.user_id),
            ).fetchone()
            if kept and is_stale(datetime.fromisoformat(kept["sent_at"]), score.timestamp):
                return Recorded.STALE
            row = (
                line_item_id,
                score.user_id,
                score.given,
                score.maximum,
                score.activity,
                score.grading,
                score.comment,
                score.timestamp.isoformat(),
                datetime.now(UTC).isoformat(),
            )
            connection.execute(_PUT_SCORE, row)
        return Recorded.REPLACED if kept else Recorded.NEW

    def scores(self, line_item_id: str) -> Sequence[RecordedScore]:
        with self._state.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM score WHERE line_item_id = ? ORDER BY user_id", (line_item_id,)
            ).fetchall()
        return [_recorded(row) for row in rows]


def _line_item(row: sqlite3.Row) -> LineItem:
    draft = LineItemDraft(
        label=row["label"],
        maximum=row["maximum"],
        resource_id=row["resource_id"],
        tag=row["tag"],
        resource_link_id=row["resource_link_id"],
    )
    return LineItem(str(row["id"]), draft)


def _recorded(row: sqlite3.Row) -> RecordedScore:
    score = ReceivedScore(
        user_id=row["user_id"],
        given=row["given"],
        maximum=row["maximum"],
        activity=row["activity"],
        grading=row["grading"],
        timestamp=datetime.fromisoformat(row["sent_at"]),
        comment=row["comment"],
    )
    return RecordedScore(score, datetime.fromisoformat(row["received_at"]))
