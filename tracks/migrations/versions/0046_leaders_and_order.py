"""what of a version is for leaders only, in which order its sessions are taken, what it trains

Revision: 0046, after 0045
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, name in (
        ("module_version", "is_for_leaders"),
        ("media_file", "is_for_leaders"),
        ("module_version", "begins_with_previous"),
    ):
        op.add_column(
            table, sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.add_column("track_version", sa.Column("module_order", sa.String(length=12)))
    op.add_column("track_version", sa.Column("kind", sa.String(length=20)))
    op.add_column(
        "search_entry",
        sa.Column("track_kind", sa.String(length=20), nullable=False, server_default=""),
    )
