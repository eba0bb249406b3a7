"""notes down the spreader chain, and what schools need, up

Revision: 0048, after 0047
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INDEXED = ("municipality_id", "person_id", "kept_until")


def upgrade() -> None:
    op.create_table(
        "chain_note",
        sa.Column("id", _ID, nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("school_id", _ID, nullable=True),
        sa.Column("team_id", _ID, nullable=True),
        sa.Column("for_staff", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=300), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_chain_note_municipality_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_chain_note_person_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_chain_note_school_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_chain_note_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_note")),
    )
    for column in _INDEXED:
        op.create_index(op.f(f"ix_chain_note_{column}"), "chain_note", [column], unique=False)


def downgrade() -> None:
    for column in reversed(_INDEXED):
        op.drop_index(op.f(f"ix_chain_note_{column}"), table_name="chain_note")
    op.drop_table("chain_note")
