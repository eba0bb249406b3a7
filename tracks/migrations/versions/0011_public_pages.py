"""what the public pages tell: frameworks, devices, time of access, publishers; what is gone from
the catalogue; views of public pages; which ends of access have been told

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("track_version", sa.Column("frameworks", sa.Text(), nullable=True))
    op.add_column("track_version", sa.Column("entry_level", sa.String(length=2), nullable=True))
    op.add_column("module_version", sa.Column("devices", sa.Text(), nullable=True))
    for table in ("module_version", "step_version", "search_entry"):
        op.add_column(table, sa.Column("changed_at", _MOMENT, nullable=True))
    op.add_column("step_version", sa.Column("free_from", sa.Date(), nullable=True))
    op.add_column("step_version", sa.Column("free_until", sa.Date(), nullable=True))
    for name in ("frameworks", "devices"):
        column = sa.Column(name, sa.Text(), nullable=False, server_default="")
        op.add_column("search_entry", column)
    op.add_column("search_entry", sa.Column("free_from", sa.Date(), nullable=True))
    op.add_column("search_entry", sa.Column("free_until", sa.Date(), nullable=True))
    op.create_index(
        "ix_search_entry_published_at_address", "search_entry", ["published_at", "address"]
    )
    op.create_table(
        "publisher",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organisation_number", sa.String(length=9), nullable=False),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_publisher")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "withdrawn",
        sa.Column("address", sa.String(length=330), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("withdrawn_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_withdrawn")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "page_view",
        sa.Column("address", sa.String(length=330), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("address", "day", name=op.f("pk_page_view")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "expiry_notice",
        sa.Column("address", sa.String(length=330), nullable=False),
        sa.Column("free_until", sa.Date(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("noted_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint(
            "address", "free_until", "days_before", name=op.f("pk_expiry_notice")
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("expiry_notice", "page_view", "withdrawn", "publisher"):
        op.drop_table(table)
    op.drop_index("ix_search_entry_published_at_address", table_name="search_entry")
    for table, names in {
        "search_entry": ("frameworks", "devices", "free_from", "free_until", "changed_at"),
        "step_version": ("free_from", "free_until", "changed_at"),
        "module_version": ("devices", "changed_at"),
        "track_version": ("frameworks", "entry_level"),
    }.items():
        for name in names:
            op.drop_column(table, name)
