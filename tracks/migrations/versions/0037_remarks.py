"""what teachers say of sessions, and what authors answer

Revision: 0037, after 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INDEXED = ("municipality_id", "person_id", "module_id", "kept_until")


def upgrade() -> None:
    op.create_table(
        "remark",
        sa.Column("id", _ID, nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("module_id", _ID, nullable=False),
        sa.Column("version_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("answer", sa.String(length=300), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_in", _ID, nullable=True),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_remark_municipality_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_remark_person_id")),
        sa.ForeignKeyConstraint(["module_id"], ["module.id"], name=op.f("fk_remark_module_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["track_version.id"], name=op.f("fk_remark_version_id")
        ),
        sa.ForeignKeyConstraint(["done_in"], ["track_version.id"], name=op.f("fk_remark_done_in")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    for column in _INDEXED:
        op.create_index(op.f(f"ix_remark_{column}"), "remark", [column], unique=False)


def downgrade() -> None:
    for column in reversed(_INDEXED):
        op.drop_index(op.f(f"ix_remark_{column}"), table_name="remark")
    op.drop_table("remark")
