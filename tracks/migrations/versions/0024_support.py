"""where a municipality's teachers ask for help

Revision: 0024, after 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "support",
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("hours", sa.String(length=200), nullable=False),
        sa.Column("visiting", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_support_municipality_id")
        ),
        sa.PrimaryKeyConstraint("municipality_id", name=op.f("pk_support")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("support")
