"""whose a token for git is

Revision: 0038, after 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = "fk_push_token_municipality_id_municipality"


def upgrade() -> None:
    with op.batch_alter_table("push_token") as table:
        table.add_column(sa.Column("municipality_id", _ID, nullable=True))
        table.create_foreign_key(op.f(_KEY), "municipality", ["municipality_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("push_token") as table:
        table.drop_constraint(op.f(_KEY), type_="foreignkey")
        table.drop_column("municipality_id")
