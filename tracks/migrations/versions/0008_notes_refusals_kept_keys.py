"""notes of progress, refused launches, kept keys of LMSs

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("score", sa.Column("noted", sa.Float(), nullable=True))
    op.create_index(
        "ix_outbox_parked",
        "outbox",
        ["reason"],
        sqlite_where=sa.text("parked_at IS NOT NULL"),
        postgresql_where=sa.text("parked_at IS NOT NULL"),
    )
    op.create_table(
        "refused_launch",
        sa.Column("registration_id", _BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("launches", sa.Integer(), nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_refused_launch_registration_id")
        ),
        sa.PrimaryKeyConstraint("registration_id", "day", "reason", name=op.f("pk_refused_launch")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "platform_key_set",
        sa.Column("registration_id", _BIG, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("jwks", sa.Text(), nullable=False),
        sa.Column("fetched_at", _MOMENT, nullable=False),
        sa.Column("fresh_until", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_platform_key_set_registration_id"),
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_platform_key_set")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("platform_key_set")
    op.drop_table("refused_launch")
    op.drop_index("ix_outbox_parked", table_name="outbox")
    # Not as a batch: that would drop and remake a table that others point to.
    op.drop_column("score", "noted")
