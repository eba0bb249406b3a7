"""what each stored step was drawn from, so that the next version draws only what has changed

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("step_text", sa.Column("drawn_as", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("step_text", "drawn_as")
