"""which device a teacher's pupils have

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("device", sa.String(length=12), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "device")
