"""which device a school's pupils have

Revision: 0023, after 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("school", sa.Column("device", sa.String(length=12), nullable=True))


def downgrade() -> None:
    op.drop_column("school", "device")
