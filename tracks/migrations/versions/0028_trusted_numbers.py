"""which LMSs call people by the numbers of a source

Revision: 0028, after 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "roster_trust",
        sa.Column("registration_id", _ID, autoincrement=False, nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_roster_trust_registration_id_registration"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipality.id"],
            name=op.f("fk_roster_trust_municipality_id_municipality"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_roster_trust_person_id_person")
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_roster_trust")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_roster_trust_municipality_id"), "roster_trust", ["municipality_id"], unique=False
    )
