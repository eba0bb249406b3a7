"""an author's own tokens for git: whose, and until when

Revision: 0055, after 0054
"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = "fk_push_token_person_id_person"


def upgrade() -> None:
    with op.batch_alter_table("push_token") as table:
        table.add_column(sa.Column("person_id", _ID, nullable=True))
        table.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
        table.create_foreign_key(op.f(_KEY), "person", ["person_id"], ["id"])
    op.create_index(op.f("ix_push_token_person_id"), "push_token", ["person_id"])
    op.create_index(op.f("ix_push_token_expires_at"), "push_token", ["expires_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_push_token_expires_at"), "push_token")
    op.drop_index(op.f("ix_push_token_person_id"), "push_token")
    with op.batch_alter_table("push_token") as table:
        table.drop_constraint(op.f(_KEY), type_="foreignkey")
        table.drop_column("expires_at")
        table.drop_column("person_id")
