"""authors whom a teacher follows; whose a track is, and who else writes in it

Revision: 0035, after 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "track_owner",
        sa.Column("track", sa.String(length=64), nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_track_owner_municipality_id")
        ),
        sa.PrimaryKeyConstraint("track", name=op.f("pk_track_owner")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_track_owner_municipality_id"), "track_owner", ["municipality_id"], unique=False
    )
    op.create_table(
        "co_author_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("track", sa.String(length=64), nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_co_author_code_municipality_id")
        ),
        sa.ForeignKeyConstraint(
            ["track"], ["track_owner.track"], name=op.f("fk_co_author_code_track")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_co_author_code")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_co_author_code_expires_at"), "co_author_code", ["expires_at"], unique=False
    )
    op.create_index(
        op.f("ix_co_author_code_municipality_id"),
        "co_author_code",
        ["municipality_id"],
        unique=False,
    )
    op.create_table(
        "co_author",
        sa.Column("track", sa.String(length=64), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_co_author_municipality_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_co_author_person_id")),
        sa.ForeignKeyConstraint(["track"], ["track_owner.track"], name=op.f("fk_co_author_track")),
        sa.PrimaryKeyConstraint("track", "person_id", name=op.f("pk_co_author")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_co_author_municipality_id"), "co_author", ["municipality_id"], unique=False
    )
    op.create_index(op.f("ix_co_author_person_id"), "co_author", ["person_id"], unique=False)
    op.create_table(
        "followed_author",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipality.id"],
            name=op.f("fk_followed_author_municipality_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_followed_author_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "author", name=op.f("pk_followed_author")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("followed_author")
    op.drop_index(op.f("ix_co_author_person_id"), table_name="co_author")
    op.drop_index(op.f("ix_co_author_municipality_id"), table_name="co_author")
    op.drop_table("co_author")
    op.drop_index(op.f("ix_co_author_code_municipality_id"), table_name="co_author_code")
    op.drop_index(op.f("ix_co_author_code_expires_at"), table_name="co_author_code")
    op.drop_table("co_author_code")
    op.drop_index(op.f("ix_track_owner_municipality_id"), table_name="track_owner")
    op.drop_table("track_owner")
