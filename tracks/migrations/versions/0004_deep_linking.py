"""choices of content for a course

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "deep_link_selection",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("municipality_id", big, nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("deployment_id", big, nullable=False),
        sa.Column("return_url", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipality.id"],
            name=op.f("fk_deep_link_selection_municipality_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_deep_link_selection_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_deep_link_selection_deployment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deep_link_selection")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("deep_link_selection", schema=None) as batch_op:
        batch_op.create_index("ix_deep_link_selection_expires_at", ["expires_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("deep_link_selection", schema=None) as batch_op:
        batch_op.drop_index("ix_deep_link_selection_expires_at")

    op.drop_table("deep_link_selection")
