"""leaving and erased persons; what a municipality has agreed on, set, and keeps in its archive

Revision: 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _of_municipality(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["municipality_id"], ["municipality.id"], name=op.f(f"fk_{table}_municipality_id")
    )


def upgrade() -> None:
    op.add_column("person", sa.Column("leaving_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_person_leaving_at"), "person", ["leaving_at"])
    op.create_table(
        "privacy_setting",
        sa.Column("municipality_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("controller", sa.String(length=300), server_default="", nullable=False),
        sa.Column("officer", sa.String(length=300), server_default="", nullable=False),
        sa.Column("processors", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "accessibility_contact", sa.String(length=300), server_default="", nullable=False
        ),
        sa.Column("months_away", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Text(), server_default="[]", nullable=False),
        _of_municipality("privacy_setting"),
        sa.PrimaryKeyConstraint("municipality_id", name=op.f("pk_privacy_setting")),
    )
    op.create_table(
        "agreement",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("municipality_id", _BIG, nullable=False),
        sa.Column("discussed_on", sa.Date(), nullable=False),
        sa.Column("parties", sa.Text(), nullable=False),
        sa.Column("sights", sa.Text(), nullable=False),
        sa.Column("is_ended", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("recorded_by", _BIG, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        _of_municipality("agreement"),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["person.id"], name=op.f("fk_agreement_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
    )
    op.create_index(op.f("ix_agreement_municipality_id"), "agreement", ["municipality_id"])
    op.create_table(
        "archived_item",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("municipality_id", _BIG, nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        _of_municipality("archived_item"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_archived_item_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archived_item")),
    )
    op.create_index(op.f("ix_archived_item_municipality_id"), "archived_item", ["municipality_id"])
    op.create_index(op.f("ix_archived_item_person_id"), "archived_item", ["person_id"])
    op.create_table(
        "accessibility_feedback",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("municipality_id", _BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(length=200), server_default="", nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        _of_municipality("accessibility_feedback"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accessibility_feedback")),
    )
    op.create_index(
        op.f("ix_accessibility_feedback_municipality_id"),
        "accessibility_feedback",
        ["municipality_id"],
    )
    op.create_index(op.f("ix_accessibility_feedback_sent_on"), "accessibility_feedback", ["sent_on"])
