"""what authors have written and not yet put into the library, and what stood there before

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("municipality_id", _BIG, nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_draft_municipality_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("person_id", "path", name=op.f("uq_draft_person_id_path")),
    )
    op.create_table(
        "library_change",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("municipality_id", _BIG, nullable=True),
        sa.Column("person_id", _BIG, nullable=True),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_library_change_municipality_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_library_change_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_change")),
    )
    op.create_index(op.f("ix_library_change_person_id"), "library_change", ["person_id"])
    op.create_index(op.f("ix_library_change_path"), "library_change", ["path"])
