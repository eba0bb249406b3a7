"""numbers that a school had before, and who was at one that has closed

Revision: 0044, after 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "school_code",
        sa.Column("school_id", _ID, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_school_code_{column}"))
            for column, to in (("school_id", "school"), ("municipality_id", "municipality"))
        ),
        sa.PrimaryKeyConstraint("school_id", "code", name=op.f("pk_school_code")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_school_code_municipality_id"), "school_code", ["municipality_id"])
    if op.get_bind().dialect.name == "sqlite":
        # In place: rebuilding the table would take away what points to it.
        op.execute(
            "ALTER TABLE person ADD COLUMN former_school_id INTEGER "
            "CONSTRAINT fk_person_former_school_id REFERENCES school (id)"
        )
    else:
        op.add_column("person", sa.Column("former_school_id", _ID, nullable=True))
        op.create_foreign_key(
            op.f("fk_person_former_school_id"), "person", "school", ["former_school_id"], ["id"]
        )
    op.create_index(op.f("ix_person_former_school_id"), "person", ["former_school_id"])
    op.add_column("roster_row", sa.Column("former_code", sa.String(length=20), nullable=True))
