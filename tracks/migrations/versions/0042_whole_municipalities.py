"""a municipality leaves: a copy of all it has, its end, and what is left to show it by

Revision: 0042, after 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_SAID = "entries of the audit log are never changed"
# An entry goes with its whole municipality, and not otherwise.
_ENDS = (
    "EXISTS (SELECT 1 FROM ended_municipality "
    "WHERE number = OLD.municipality_id AND ended_at IS NULL)"
)


def upgrade() -> None:
    op.add_column(
        "municipality",
        sa.Column("mark", sa.String(length=32), server_default="", nullable=False),
    )
    op.add_column("municipality", sa.Column("ends_at", _MOMENT, nullable=True))
    op.create_table(
        "municipality_copy",
        sa.Column("id", _ID, nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rows_read", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_expected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipality.id"],
            name=op.f("fk_municipality_copy_municipality_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_municipality_copy_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_municipality_copy")),
    )
    for column in ("municipality_id", "person_id"):
        op.create_index(
            op.f(f"ix_municipality_copy_{column}"), "municipality_copy", [column], unique=False
        )
    op.create_table(
        "municipality_copy_piece",
        sa.Column("copy_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["copy_id"], ["municipality_copy.id"], name=op.f("fk_municipality_copy_piece_copy_id")
        ),
        sa.PrimaryKeyConstraint("copy_id", "number", name=op.f("pk_municipality_copy_piece")),
    )
    op.create_table(
        "ended_municipality",
        sa.Column("number", _ID, autoincrement=False, nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", "mark", name=op.f("pk_ended_municipality")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "former_use",
        sa.Column("step_id", _ID, autoincrement=False, nullable=False),
        sa.Column("programme", sa.Integer(), server_default="0", nullable=False),
        sa.Column("independent", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["step_id"], ["step.id"], name=op.f("fk_former_use_step_id")),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_former_use")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entry_no_delete")
        op.execute(
            f"CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry WHEN NOT {_ENDS} "
            f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF TG_OP = 'DELETE' THEN IF {_ENDS} THEN RETURN OLD; END IF; END IF; "
        f"RAISE EXCEPTION '{_SAID}'; END $$"
    )
