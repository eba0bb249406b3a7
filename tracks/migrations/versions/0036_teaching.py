"""what somebody teaches, for what the catalogue shows them first

Revision: 0036, after 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "teaching",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("subjects", sa.Text(), nullable=False),
        sa.Column("grades", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_teaching_municipality_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_teaching_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_teaching")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("teaching")
