"""in which month somebody was last here

Revision: 0043, after 0042
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("last_here", sa.Date(), nullable=True))
    # Nobody knows it of those who are here: they begin anew, so that nobody is taken for away.
    month = datetime.now(UTC).date().replace(day=1)
    person = sa.table(
        "person", sa.column("last_here", sa.Date), sa.column("erased_at", sa.DateTime)
    )
    op.execute(person.update().where(person.c.erased_at.is_(None)).values(last_here=month))
