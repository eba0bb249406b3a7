"""when an event of a track takes place

Revision: 0053, after 0052
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("starts_at", "ends_at"):
        op.add_column("step_version", sa.Column(name, sa.DateTime(timezone=True)))
