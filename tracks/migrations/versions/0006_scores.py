"""how services stand; what scores need

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "service_state",
        sa.Column("registration_id", big, nullable=False),
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.Column("ok_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_ahead", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_service_state_registration_id"),
        ),
        sa.PrimaryKeyConstraint("registration_id", "service", name=op.f("pk_service_state")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lane",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.Integer(), server_default="100", nullable=False),
        sa.Column("spent_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lane")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("lane", sa.String(length=40), server_default="", nullable=False))
        outbox.drop_index("ix_outbox_due_at")
        outbox.create_index("ix_outbox_lease_until", ["lease_until"])
        outbox.create_index(
            "ix_outbox_waiting",
            ["lane", "due_at"],
            sqlite_where=sa.text("parked_at IS NULL"),
            postgresql_where=sa.text("parked_at IS NULL"),
        )
    with op.batch_alter_table("registration") as registration:
        registration.add_column(
            sa.Column(
                "score_policy", sa.String(length=20), server_default="proportional", nullable=False
            )
        )
    with op.batch_alter_table("resource_link") as resource_link:
        resource_link.add_column(sa.Column("lineitems_url", sa.Text(), nullable=True))
        resource_link.add_column(sa.Column("lineitem_from", sa.String(length=10), nullable=True))
        resource_link.add_column(
            sa.Column("lineitem_at", sa.DateTime(timezone=True), nullable=True)
        )
        resource_link.add_column(sa.Column("lineitem_failed", sa.String(length=80), nullable=True))
        resource_link.add_column(
            sa.Column("resent_at", sa.DateTime(timezone=True), nullable=True)
        )
    with op.batch_alter_table("score") as score:
        score.add_column(
            sa.Column("is_unsure", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        score.add_column(
            sa.Column("leads", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.execute("UPDATE resource_link SET lineitem_from = 'launch' WHERE lineitem_url IS NOT NULL")


def downgrade() -> None:
    with op.batch_alter_table("score") as score:
        score.drop_column("leads")
        score.drop_column("is_unsure")
    with op.batch_alter_table("resource_link") as resource_link:
        for name in (
            "resent_at", "lineitem_failed", "lineitem_at", "lineitem_from", "lineitems_url"
        ):
            resource_link.drop_column(name)
    with op.batch_alter_table("registration") as registration:
        registration.drop_column("score_policy")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_index("ix_outbox_waiting")
        outbox.drop_index("ix_outbox_lease_until")
        outbox.drop_column("lane")
        outbox.create_index("ix_outbox_due_at", ["parked_at", "due_at"])
    op.drop_table("lane")
    op.drop_table("service_state")
