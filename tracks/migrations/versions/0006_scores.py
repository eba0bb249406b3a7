"""how services stand; what scores need

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "service_state",
        sa.Column("registration_id", big, nullable=False),
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.Column("ok_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_ahead", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_service_state_registration_id"),
        ),
        sa.PrimaryKeyConstraint("registration_id", "service", name=op.f("pk_service_state")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("service_state")
