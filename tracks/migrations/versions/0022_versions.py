"""what became of ids, which version each teacher works on, tokens for git

Revision: 0022, after 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    lifecycle = sa.Column("lifecycle", sa.String(length=12), nullable=False, server_default="open")
    op.add_column("track_version", lifecycle)
    op.add_column("track_version", sa.Column("replaced_by", sa.String(length=330), nullable=True))
    op.create_table(
        "former_track",
        sa.Column("publisher", sa.String(length=80), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("track_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_former_track_track_id")),
        sa.PrimaryKeyConstraint("publisher", "slug", name=op.f("pk_former_track")),
        sqlite_with_rowid=False,
    )
    for table, parent, thing in (
        ("former_module", "track", "module"),
        ("former_step", "module", "step"),
    ):
        op.create_table(
            table,
            sa.Column(f"{parent}_id", _ID, nullable=False),
            sa.Column("slug", sa.String(length=80), nullable=False),
            sa.Column(f"{thing}_id", _ID, nullable=False),
            *(
                sa.ForeignKeyConstraint(
                    [f"{each}_id"], [f"{each}.id"], name=op.f(f"fk_{table}_{each}_id")
                )
                for each in (parent, thing)
            ),
            sa.PrimaryKeyConstraint(f"{parent}_id", "slug", name=op.f(f"pk_{table}")),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "retired_part",
        sa.Column("track_id", _ID, nullable=False),
        sa.Column("part", sa.String(length=165), nullable=False),
        sa.Column("replaced_by", sa.String(length=330), nullable=True),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_retired_part_track_id")),
        sa.PrimaryKeyConstraint("track_id", "part", name=op.f("pk_retired_part")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "push_token",
        sa.Column("id", _ID, nullable=False),
        sa.Column("publisher", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_push_token_token_hash")),
    )
    # In words: SQLite takes a foreign key with a new column only so, and a copy of the table would
    # take long where many teachers work.
    number = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for name in ("version_id", "declined_id"):
        op.execute(
            f"ALTER TABLE track_work ADD COLUMN {name} {number}"
            f" CONSTRAINT fk_track_work_{name} REFERENCES track_version (id)"
        )
    # Whoever has begun stays on what they saw until today.
    op.execute(
        "UPDATE track_work SET version_id ="
        " (SELECT track.version_id FROM track WHERE track.id = track_work.track_id)"
    )


def downgrade() -> None:
    for name in ("version_id", "declined_id"):
        op.drop_column("track_work", name)
    for table in ("push_token", "retired_part", "former_step", "former_module", "former_track"):
        op.drop_table(table)
    for name in ("replaced_by", "lifecycle"):
        op.drop_column("track_version", name)
