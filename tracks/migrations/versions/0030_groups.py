"""whether Feide's groups are asked at a sign-in, and what they said

Revision: 0030, after 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "login_service",
        sa.Column("reads_groups", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("identity", sa.Column("groups_asked_at", sa.DateTime(timezone=True)))
    op.add_column("identity", sa.Column("groups_said", sa.String(length=20)))
