"""The groups of a course, as its LMS has them."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from lti.tool.roster import Member
from tracks.db import Session
from tracks.lms.models import course_group, course_group_member


class ListedGroup(NamedTuple):
    id: str  # in the LMS
    name: str
    set_name: str = ""


_LONGEST = 200
_NEW_GROUP = insert_or(course_group)
_KEEP_GROUP = _NEW_GROUP.on_conflict_do_update(
    index_elements=["course_id", "group_id"],
    set_={"name": _NEW_GROUP.excluded.name, "set_name": _NEW_GROUP.excluded.set_name},
)
_LEAVE = delete(course_group_member).where(
    course_group_member.c.course_group_id == bindparam("in_group"),
    course_group_member.c.sub == bindparam("who"),
)


def replace_groups(
    session: Session, course_id: int, groups: Iterable[ListedGroup], members: Iterable[Member]
) -> None:
    """Groups and who is in them, as listed now. What is no longer there goes; it holds no work."""
    wanted = {g.id: ListedGroup(g.id, g.name[:_LONGEST], g.set_name[:_LONGEST]) for g in groups}
    enrolments = {
        (group_id, member.user_id)
        for member in members
        if member.status == "Active"
        for group_id in member.group_ids
    }
    for group_id, _ in enrolments:
        wanted.setdefault(group_id, ListedGroup(group_id, ""))
    _keep_members(session, _keep_groups(session, course_id, wanted), enrolments)


def _keep_groups(
    session: Session, course_id: int, wanted: Mapping[str, ListedGroup]
) -> dict[str, int]:
    """The rows' ids by the LMS's."""
    of_course = select(course_group).where(course_group.c.course_id == course_id)
    before = {row.group_id: row for row in session.execute(of_course)}
    _drop_groups(session, [row.id for group_id, row in before.items() if group_id not in wanted])
    changed = [
        {"course_id": course_id, "group_id": g.id, "name": g.name, "set_name": g.set_name}
        for g in wanted.values()
        if g.id not in before or (before[g.id].name, before[g.id].set_name) != g[1:]
    ]
    if changed:
        session.execute(_KEEP_GROUP, changed)
    return {row.group_id: row.id for row in session.execute(of_course)}


def _drop_groups(session: Session, ids: list[int]) -> None:
    if not ids:
        return
    in_them = course_group_member.c.course_group_id.in_(ids)
    session.execute(delete(course_group_member).where(in_them))
    session.execute(delete(course_group).where(course_group.c.id.in_(ids)))


def _keep_members(
    session: Session, ids: Mapping[str, int], enrolments: Iterable[tuple[str, str]]
) -> None:
    wanted = {(ids[group_id], sub) for group_id, sub in enrolments}
    mine = course_group_member.c.course_group_id.in_(list(ids.values()))
    rows = session.execute(select(course_group_member).where(mine))
    before = {(row.course_group_id, row.sub) for row in rows}
    if left := before - wanted:
        session.execute(_LEAVE, [{"in_group": group, "who": sub} for group, sub in sorted(left)])
    if joined := wanted - before:
        session.execute(
            insert(course_group_member),
            [{"course_group_id": group, "sub": sub} for group, sub in sorted(joined)],
        )
