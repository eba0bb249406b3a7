"""from which course somebody has come, so that its leader sees those and no others by name

Revision: 0050, after 0049
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "context_member",
        sa.Column("deployment_id", _ID, autoincrement=False, nullable=False),
        sa.Column("context_id", sa.String(length=255), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_context_member_person_id")
        ),
        sa.PrimaryKeyConstraint(
            "deployment_id", "context_id", "person_id", name=op.f("pk_context_member")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_context_member_person_id"), "context_member", ["person_id"])
    op.add_column("sign_in", sa.Column("context_id", sa.String(length=255), nullable=True))


def downgrade() -> None:
    op.drop_column("sign_in", "context_id")
    op.drop_table("context_member")
