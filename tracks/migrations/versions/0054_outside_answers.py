"""what other sites answered to who asked for the addresses that tracks link to

Revision: 0054, after 0053
"""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outside_answer",
        sa.Column("address_key", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("moved_to", sa.Text(), nullable=False),
        sa.Column("is_unknown", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address_key", name=op.f("pk_outside_answer")),
    )
    op.create_index(
        op.f("ix_outside_answer_asked_at"), "outside_answer", ["asked_at"], unique=False
    )
