"""invitations to every role, and counts of teachers that people have typed

Revision: 0045, after 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_POINTS = (("team_id", "team"), ("made_by", "person"), ("taken_by", "person"))


def upgrade() -> None:
    with op.batch_alter_table("role_invitation") as table:
        table.alter_column("school_id", existing_type=_ID, nullable=True)
        for column, _ in _POINTS:
            table.add_column(sa.Column(column, _ID, nullable=True))
        table.add_column(sa.Column("role_until", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("percent", sa.Integer(), nullable=True))
        table.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        for column, to in _POINTS:
            table.create_foreign_key(op.f(f"fk_role_invitation_{column}"), to, [column], ["id"])
    for column, _ in _POINTS[1:]:
        op.create_index(op.f(f"ix_role_invitation_{column}"), "role_invitation", [column])
    op.add_column("teacher_count", sa.Column("said_source", sa.String(length=100), nullable=True))
    # What people had typed was kept of the school only, and only its newest.
    op.execute(
        "INSERT INTO teacher_count"
        " (municipality_id, school_id, counted_on, source, teachers, said_source)"
        " SELECT municipality_id, id, teachers_as_of, 'hand', teachers, teachers_source FROM school"
        " WHERE teachers IS NOT NULL AND teachers_as_of IS NOT NULL AND NOT EXISTS ("
        "SELECT 1 FROM teacher_count AS known WHERE known.school_id = school.id"
        " AND known.counted_on = school.teachers_as_of)"
    )
