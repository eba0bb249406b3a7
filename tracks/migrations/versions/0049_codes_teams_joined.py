"""codes for a first visit only, teams that were ended, rows that were joined to another

Revision: 0049, after 0048
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_FLAGS = (("link_code", "is_for_newcomer"), ("person", "is_joined"))


def upgrade() -> None:
    op.add_column("team", sa.Column("ended_at", sa.DateTime(timezone=True)))
    for table, name in _FLAGS:
        column: sa.Column[bool] = sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
        op.add_column(table, column)


def downgrade() -> None:
    for table, name in reversed(_FLAGS):
        op.drop_column(table, name)
    op.drop_column("team", "ended_at")
