"""what comes before a track, for those who are not there yet

Revision: 0027, after 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("track_version", sa.Column("foundation", sa.String(length=165), nullable=True))


def downgrade() -> None:
    op.drop_column("track_version", "foundation")
