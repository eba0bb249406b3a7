"""school systems that are asked over the net

Revision: 0026, after 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "roster_service",
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("token_url", sa.String(length=300), nullable=True),
        sa.Column("client_id", sa.String(length=200), nullable=True),
        sa.Column("scope", sa.String(length=200), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("is_approved", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=True),
        sa.Column("read_at", _MOMENT, nullable=True),
        sa.Column("turns_on", sa.Date(), nullable=True),
        sa.Column("fault", sa.String(length=40), nullable=True),
        sa.Column("fault_detail", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipality.id"],
            name=op.f("fk_roster_service_municipality_id_municipality"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_roster_service_person_id_person")
        ),
        sa.PrimaryKeyConstraint("municipality_id", name=op.f("pk_roster_service")),
        sqlite_with_rowid=False,
    )
