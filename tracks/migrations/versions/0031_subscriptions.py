"""subscriptions at school systems; which units of one are passed over

Revision: 0031, after 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "roster_subscription",
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("notice_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("until", _MOMENT, nullable=True),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("told_at", _MOMENT, nullable=True),
        sa.Column("fault", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipality.id"],
            name=op.f("fk_roster_subscription_municipality_id_municipality"),
        ),
        sa.PrimaryKeyConstraint("municipality_id", name=op.f("pk_roster_subscription")),
        sa.UniqueConstraint("notice_hash", name=op.f("uq_roster_subscription_notice_hash")),
        sqlite_with_rowid=False,
    )
    op.add_column("roster_import", sa.Column("passed_over", sa.JSON()))
