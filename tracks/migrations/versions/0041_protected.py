"""that a source of lists says of a person that their identity is protected

Revision: 0041, after 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("protected_by", sa.String(length=20)))
