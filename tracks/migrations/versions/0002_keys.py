"""our own keys; further hosts of an LMS's services

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tool_key",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_tool_key")),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "registration", sa.Column("service_hosts", sa.Text(), server_default="[]", nullable=False)
    )


def downgrade() -> None:
    # Not as a batch: that would drop and remake a table that others point to.
    op.drop_column("registration", "service_hosts")
    op.drop_table("tool_key")
