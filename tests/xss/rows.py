"""A row in every table that holds text, so that each page has something to show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import JSON, Column, LargeBinary, Table, func, select, update

from tests.factories.canaries import plant
from tests.factories.tool import Tool
from tests.xss.columns import attacked, is_text
from tracks.catalogue.models import module, step, track_version
from tracks.db import Json, Session, UtcDateTime, metadata
from tracks.lms.models import course, registration
from tracks.organisation.queries.choices import OWN_WORDS
from tracks.people.models import account, school

NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=20)
_ATTACKED = {f"{c.table.name}.{c.name}" for c in attacked()}
_numbers = count(1)
# What columns that are not attacked hold in a row that is made here.
WORDS: dict[str, Any] = {
    "accessibility_feedback.language": "nb",
    "archived_item.kind": "phase_work",
    "archived_item.item": {"phase": "B"},
    "login_service.issuer": "https://login.example",
    "login_service.is_active": True,
    "municipality_choice.framework": "pfdk",
    "municipality_choice.words": {
        lang: dict.fromkeys(OWN_WORDS, "x") for lang in ("nb", "nn", "sv", "en")
    },
    "privacy_setting.months_away": 24,
    "privacy_setting.archived": [],
    "refused_address.service": "scores",
    "refused_address.reason": "host_not_allowed",
    "registration_request.auth_url": "https://new.example/auth",
    "registration_request.issuer": "https://new.example",
    "registration_request.jwks_url": "https://new.example/jwks",
    "registration_request.platform_keys": [],
    "registration_request.status": "pending",
    "roster_entry.source": "list",
    "roster_entry.task": "teacher",
    "roster_service.address": "https://schools.example/v2.0",
    "roster_service.token_url": "https://schools.example/token",
    "roster_service.fault": "service-refused",
    "teacher_count.source": "typed",
    "teaching.subjects": ["NAT01-05"],
    "teaching.grades": ["8"],
}


def several(tool: Tool, session: Session) -> dict[str, list[dict[str, Any]]]:
    """Rows that say more than that there is one, or that belong to one of the clients."""

    def who(sub: str) -> int:
        return int(
            session.execute(select(account.c.person_id).where(account.c.sub == sub)).scalar_one()
        )

    def one(column: Column[Any], *where: Any) -> Any:
        return session.execute(select(func.min(column)).where(*where)).scalar_one()

    here, today = tool.school_id, NOW.date()
    before = today - timedelta(days=40)
    closed = tool.add_school(session, "Sample school 9")
    for number, values in (
        (closed, {"closed_on": before, "code": "971035854"}),
        (here, {"teachers_source": "x", "code": "974760673"}),
    ):
        session.execute(update(school).where(school.c.id == number).values(values))
    lms = {"registration_id": tool.registration_id}
    session.execute(update(registration).values(name="x", platform_family="x"))
    version, a_module = one(track_version.c.id), one(module.c.id, module.c.slug == "enheter")
    a_step = one(step.c.id, step.c.slug == "tanker", step.c.module_id == a_module)
    tried = one(step.c.id, step.c.slug == "provd")
    a_course = one(course.c.id, course.c.context_id == "c")
    listed = {"synced_at": NOW, "whole_at": NOW, "memberships_url": "https://lms.example/m"}
    session.execute(update(course).values(listed))
    other = plant(
        session, metadata.tables["municipality"], {"name": "Other municipality", "country": "NO"}
    )["id"]
    guest = plant(session, metadata.tables["person"], {"municipality_id": other, "name": "x"})["id"]
    file = "maaling/01-enheter.nb.md"
    return {
        "deployment": [{**lms, "deployment_id": "2", "status": "pending", "seen_at": NOW}],
        "refused_address": [{"day": today}],
        "school_name": [{"until": today}, {"school_id": closed, "until": before}],
        "school_code": [{"code": "971035854", "until": today}],
        "school_successor": [
            {"school_id": closed, "successor_id": here, "happened_on": before, "kind": "merge"}
        ],
        "support_line": [
            {"kind": kind, "line": line, "written_on": today}
            for kind in ("technical", "pedagogical")
            for line in (1, 2)
        ],
        "support_written": [{"what": "lines", "written_by": who("coordinator"), "written_at": NOW}],
        "device_count": [
            {
                "grade": "8",
                "counted_on": today,
                "pupils": 20,
                "devices": 10,
                "written_by": who("coordinator"),
            }
        ],
        "teacher_count": [{"counted_on": before, "teachers": 12}],
        "track_owner": [{"track": "maaling", "since": NOW}],
        "co_author": [{"track": "maaling", "person_id": guest, "municipality_id": other}],
        "agreement": [
            {
                "discussed_on": today,
                "parties": ["employer", "union"],
                "sights": ["course_progress"],
                "recorded_by": who("administrator"),
            }
        ],
        "attachment": [{"id": "a" * 32, "name": "x.pdf", "body": b"%PDF-", "step_id": tried}],
        "chain_note": [
            {
                "person_id": who("spreader"),
                "school_id": here,
                "for_staff": False,
                "answered_at": NOW,
            },
            {"person_id": who("coordinator"), "for_staff": True, "answer": ""},
        ],
        "draft": [{"person_id": who("author"), "path": file, "revision": 1, "base": "x"}],
        "library_change": [
            {"person_id": who("author"), "path": file, "text": "x", "note": "x", "saved_at": at}
            for at in (NOW - timedelta(days=1), NOW)
        ],
        "remark": [
            {
                "module_id": a_module,
                "version_id": version,
                "kind": "long",
                "state": state,
                "answered_at": NOW,
                "answer": "x",
                "person_id": who("teacher"),
            }
            for state in ("open", "done")
        ],
        "role_invitation": [
            {
                "role": "spreader",
                "school_id": here,
                "made_by": who("coordinator"),
                "expires_at": LATER,
            }
        ],
        "roster_import": [
            {
                "person_id": who("coordinator"),
                "source": "oneroster",
                "state": "refused",
                "fault": "zip",
                "fault_detail": "x",
                "headings": [],
                "passed_over": [],
                "bytes": 1,
            },
            {
                "person_id": who("coordinator"),
                "source": "ss12000",
                "state": "applied",
                "counts": {},
                "headings": [],
                "passed_over": [["x", 3]],
                "bytes": 1,
            },
            {
                "person_id": who("coordinator"),
                "source": "list",
                "state": "chosen",
                "list_kind": "staff",
                "headings": [["x", "y"], ["1", "2"]],
                "columns": {},
                "passed_over": [],
                "bytes": 1,
            },
        ],
        "shared_answer": [],
        "step_work": [
            {"step_id": a_step, "version_id": version, "answer": {"text": "x"}, "revision": 1},
            {"step_id": tried, "version_id": version, "answer": {"text": "x"}, "revision": 1},
        ],
        "course_group": [{"course_id": a_course, "set_name": "x"}],
        "course_member": [
            {"course_id": a_course, "sub": sub, "role": role, "name": "x"}
            for sub, role in (
                ("teacher", "participant"),
                ("nobody-yet", "participant"),
                ("leader", "leader"),
            )
        ],
        "opened_module": [{"module_id": a_module, "opened_at": NOW}],
        "followed_track": [{"seen_id": version}],
    }


class Rows:
    """Fills what is empty, with words that each column takes."""

    def __init__(self, session: Session, tool: Tool) -> None:
        self.session = session
        self.tool = tool
        self.made: dict[str, dict[str, Any]] = {}
        self.teacher = tool.person_id("teacher")

    def add(self, table: Table, given: Mapping[str, Any]) -> None:
        if not given and self._has(table):
            return
        values = dict(given)
        for column in table.c:
            where = f"{table.name}.{column.name}"
            if column.name in values:
                continue
            if WORDS.get(where) is not None:
                values[column.name] = WORDS[where]
            elif column.name == "municipality_id":
                values[column.name] = self.tool.municipality_id
            elif column.name == "person_id" and not column.nullable:
                values[column.name] = self.teacher
            elif column.name in ("school_id", "registration_id") and not column.nullable:
                values[column.name] = getattr(self.tool, column.name)
            elif column.name in ("expires_at", "until", "kept_until") and not column.nullable:
                is_day = column.type.python_type is date
                values[column.name] = LATER.date() if is_day else LATER
            elif isinstance(column.type, UtcDateTime) and not column.nullable:
                values[column.name] = NOW
            elif is_text(column) and where in _ATTACKED:
                values[column.name] = _something(column)
        plant(self.session, table, values)

    def _has(self, table: Table) -> bool:
        return bool(self.session.execute(select(func.count()).select_from(table)).scalar_one())


def _something(column: Column[Any]) -> Any:
    if isinstance(column.type, LargeBinary):
        return b"x"
    if isinstance(column.type, Json | JSON):
        return ["x"]
    return f"x{next(_numbers)}"
