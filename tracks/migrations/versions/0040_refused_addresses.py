"""addresses of services that launches name and that we do not call

Revision: 0040, after 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "refused_address",
        sa.Column("registration_id", _ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_refused_address_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint(
            "registration_id", "day", "service", "host", "reason", name=op.f("pk_refused_address")
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("refused_address")
