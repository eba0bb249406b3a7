"""who helps at a school, and what the school thinks of it

Revision: 0033, after 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "support_check",
        sa.Column("school_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("statement", sa.String(length=20), nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("answer", sa.String(length=1), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_support_check_municipality_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_support_check_school_id")
        ),
        sa.PrimaryKeyConstraint("school_id", "kind", "statement", name=op.f("pk_support_check")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_support_check_municipality_id"), "support_check", ["municipality_id"], unique=False
    )
    op.create_table(
        "support_line",
        sa.Column("school_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("reach", sa.String(length=200), nullable=False),
        sa.Column("hours", sa.String(length=200), nullable=False),
        sa.Column("answer_within", sa.String(length=100), nullable=False),
        sa.Column("stand_in", sa.String(length=120), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_support_line_municipality_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_support_line_school_id")
        ),
        sa.PrimaryKeyConstraint("school_id", "kind", "line", name=op.f("pk_support_line")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_support_line_municipality_id"), "support_line", ["municipality_id"], unique=False
    )
    op.create_index(
        op.f("ix_support_line_written_on"), "support_line", ["written_on"], unique=False
    )
    op.create_table(
        "support_written",
        sa.Column("school_id", _ID, nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("written_by", _ID, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipality.id"],
            name=op.f("fk_support_written_municipality_id"),
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_support_written_school_id")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["person.id"], name=op.f("fk_support_written_written_by")
        ),
        sa.PrimaryKeyConstraint("school_id", "what", name=op.f("pk_support_written")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_support_written_municipality_id"),
        "support_written",
        ["municipality_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_support_written_written_by"), "support_written", ["written_by"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_support_written_written_by"), table_name="support_written")
    op.drop_index(op.f("ix_support_written_municipality_id"), table_name="support_written")
    op.drop_table("support_written")
    op.drop_index(op.f("ix_support_line_written_on"), table_name="support_line")
    op.drop_index(op.f("ix_support_line_municipality_id"), table_name="support_line")
    op.drop_table("support_line")
    op.drop_index(op.f("ix_support_check_municipality_id"), table_name="support_check")
    op.drop_table("support_check")
