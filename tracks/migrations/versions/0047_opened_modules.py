"""sessions that a leader has opened for everybody at a school

Revision: 0047, after 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    keys = ("school", "module", "municipality")
    op.create_table(
        "opened_module",
        *(sa.Column(f"{key}_id", _ID, nullable=False) for key in keys),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [f"{key}_id"], [f"{key}.id"], name=op.f(f"fk_opened_module_{key}_id")
            )
            for key in keys
        ),
        sa.PrimaryKeyConstraint("school_id", "module_id", name=op.f("pk_opened_module")),
        sqlite_with_rowid=False,
    )
