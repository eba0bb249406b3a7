"""what was copied from what, notices, the way back to the course, shared texts

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("sign_in", sa.Column("way_back", sa.Text(), nullable=True))
    op.add_column("score", sa.Column("moved_on_at", _MOMENT, nullable=True))
    _notices()
    _copies()
    _shared_texts()


def _notices() -> None:
    op.create_table(
        "notice",
        sa.Column("registration_id", _BIG, nullable=False),
        sa.Column("notice_id", sa.String(length=255), nullable=False),
        sa.Column("deployment_id", _BIG, nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("sent_at", _MOMENT, nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_notice_registration_id")
        ),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_notice_deployment_id")
        ),
        sa.PrimaryKeyConstraint("registration_id", "notice_id", name=op.f("pk_notice")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "notice_handler",
        sa.Column("deployment_id", _BIG, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("wanted_at", _MOMENT, nullable=False),
        sa.Column("registered_at", _MOMENT, nullable=True),
        sa.Column("failed", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_notice_handler_deployment_id")
        ),
        sa.PrimaryKeyConstraint("deployment_id", name=op.f("pk_notice_handler")),
        sqlite_with_rowid=False,
    )


def _copies() -> None:
    op.create_table(
        "context_copy",
        sa.Column("deployment_id", _BIG, nullable=False),
        sa.Column("context_id", sa.String(length=255), nullable=False),
        sa.Column("origin_id", sa.String(length=255), nullable=False),
        sa.Column("noted_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_context_copy_deployment_id")
        ),
        sa.PrimaryKeyConstraint(
            "deployment_id", "context_id", "origin_id", name=op.f("pk_context_copy")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "link_copy",
        sa.Column("resource_link_id", _BIG, nullable=False),
        sa.Column("origin_id", sa.String(length=255), nullable=False),
        sa.Column("noted_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_link_id"], ["resource_link.id"], name=op.f("fk_link_copy_resource_link_id")
        ),
        sa.PrimaryKeyConstraint("resource_link_id", "origin_id", name=op.f("pk_link_copy")),
        sqlite_with_rowid=False,
    )


def _shared_texts() -> None:
    op.create_table(
        "shared_answer",
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("step_id", _BIG, nullable=False),
        sa.Column("municipality_id", _BIG, nullable=False),
        sa.Column("track_id", _BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shared_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_shared_answer_municipality_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_shared_answer_person_id")
        ),
        sa.ForeignKeyConstraint(["step_id"], ["step.id"], name=op.f("fk_shared_answer_step_id")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_shared_answer_track_id")),
        sa.PrimaryKeyConstraint("person_id", "step_id", name=op.f("pk_shared_answer")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("shared_answer", "link_copy", "context_copy", "notice_handler", "notice"):
        op.drop_table(table)
    # Not as a batch: that would drop and remake a table that others point to.
    op.drop_column("score", "moved_on_at")
    op.drop_column("sign_in", "way_back")
