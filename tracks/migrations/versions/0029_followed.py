"""tracks that a teacher follows without working in them

Revision: 0029, after 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "followed_track",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("track_id", _ID, nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("seen_id", _ID, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_followed_track_{column}")
            )
            for column, table in (
                ("person_id", "person"),
                ("track_id", "track"),
                ("municipality_id", "municipality"),
                ("seen_id", "track_version"),
            )
        ),
        sa.PrimaryKeyConstraint("person_id", "track_id", name=op.f("pk_followed_track")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("followed_track")
