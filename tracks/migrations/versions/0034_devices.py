"""how many devices the pupils of a grade have

Revision: 0034, after 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "device_count",
        sa.Column("school_id", _ID, nullable=False),
        sa.Column("grade", sa.String(length=4), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("pupils", sa.Integer(), nullable=True),
        sa.Column("devices", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("written_by", _ID, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_device_count_municipality_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_device_count_school_id")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["person.id"], name=op.f("fk_device_count_written_by")
        ),
        sa.PrimaryKeyConstraint("school_id", "grade", "counted_on", name=op.f("pk_device_count")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_device_count_municipality_id"), "device_count", ["municipality_id"], unique=False
    )
    op.create_index(
        op.f("ix_device_count_written_by"), "device_count", ["written_by"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_device_count_written_by"), table_name="device_count")
    op.drop_index(op.f("ix_device_count_municipality_id"), table_name="device_count")
    op.drop_table("device_count")
