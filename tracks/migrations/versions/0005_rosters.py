"""courses, who is in them, their groups, and who leads them

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _course()
    _members()
    _leads()
    _groups()


def _course() -> None:
    op.create_table(
        "course",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality_id", BIG, nullable=False),
        sa.Column("deployment_id", BIG, nullable=False),
        sa.Column("context_id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("memberships_url", sa.Text(), nullable=True),
        sa.Column("groups_url", sa.Text(), nullable=True),
        sa.Column("group_sets_url", sa.Text(), nullable=True),
        sa.Column("differences_url", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("whole_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("held_listed", sa.Integer(), nullable=True),
        sa.Column("held_known", sa.Integer(), nullable=True),
        sa.Column("accepted", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_course_municipality_id")
        ),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_course_deployment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint(
            "deployment_id", "context_id", name=op.f("uq_course_deployment_id_context_id")
        ),
    )


def _members() -> None:
    op.create_table(
        "course_member",
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("sub", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("missing", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_member_course_id")
        ),
        sa.PrimaryKeyConstraint("course_id", "sub", name=op.f("pk_course_member")),
        sqlite_with_rowid=False,
    )


def _leads() -> None:
    op.create_table(
        "course_lead",
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("led_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_lead_course_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_course_lead_person_id")
        ),
        sa.PrimaryKeyConstraint("course_id", "person_id", name=op.f("pk_course_lead")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_course_lead_person_id"), "course_lead", ["person_id"])


def _groups() -> None:
    op.create_table(
        "course_group",
        sa.Column("id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("group_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("set_name", sa.String(length=200), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_group_course_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_group")),
        sa.UniqueConstraint(
            "course_id", "group_id", name=op.f("uq_course_group_course_id_group_id")
        ),
    )
    op.create_table(
        "course_group_member",
        sa.Column("course_group_id", BIG, nullable=False),
        sa.Column("sub", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_group_id"],
            ["course_group.id"],
            name=op.f("fk_course_group_member_course_group_id"),
        ),
        sa.PrimaryKeyConstraint("course_group_id", "sub", name=op.f("pk_course_group_member")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("course_group_member", "course_group", "course_lead", "course_member", "course"):
        op.drop_table(table)
