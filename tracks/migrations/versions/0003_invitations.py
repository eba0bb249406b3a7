"""invitations to connect an LMS, and what came of them

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("name", sa.String(length=200), server_default="", nullable=False)
        )
    op.create_table(
        "invitation",
        sa.Column("id", big, nullable=False),
        sa.Column("municipality_id", big, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("register_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", big, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_invitation_municipality_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_invitation_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
        sa.UniqueConstraint("register_hash", name=op.f("uq_invitation_register_hash")),
    )
    op.create_table(
        "registration_request",
        sa.Column("id", big, nullable=False),
        sa.Column("municipality_id", big, nullable=False),
        sa.Column("invitation_id", big, nullable=False),
        sa.Column("registration_id", big, nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("auth_url", sa.Text(), nullable=False),
        sa.Column("token_url", sa.Text(), nullable=True),
        sa.Column("jwks_url", sa.Text(), nullable=False),
        sa.Column("platform_family", sa.String(length=40), nullable=False),
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column("deployment_id", sa.String(length=255), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("messages", sa.Text(), nullable=False),
        sa.Column("platform_keys", sa.Text(), nullable=False),
        sa.Column("keys_failed", sa.String(length=80), nullable=True),
        sa.Column("foreign_hosts", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_as", sa.String(length=20), nullable=True),
        sa.Column("decided_by", big, nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipality.id"],
            name=op.f("fk_registration_request_municipality_id"),
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_registration_request_invitation_id")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_request_registration_id"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_registration_request_decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_request")),
    )
    with op.batch_alter_table("registration_request", schema=None) as batch_op:
        batch_op.create_index(
            "ix_registration_request_municipality_id_status",
            ["municipality_id", "status"],
            unique=False,
        )
        batch_op.create_index(
            "ix_registration_request_invitation_id", ["invitation_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("registration_request", schema=None) as batch_op:
        batch_op.drop_index("ix_registration_request_invitation_id")
        batch_op.drop_index("ix_registration_request_municipality_id_status")

    op.drop_table("registration_request")
    op.drop_table("invitation")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_column("name")
