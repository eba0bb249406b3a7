"""by which login service somebody is signed in, and what it calls that visit

Revision: 0039, after 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("sign_in", sa.Column("service_id", _ID))
    op.add_column("sign_in", sa.Column("visit_hash", sa.String(length=64)))
