"""what can be found in the public catalogue, and the words it is found by

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("track_id", _BIG, nullable=False),
        sa.Column("address", sa.String(length=330), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("subjects", sa.Text(), nullable=False),
        sa.Column("grades", sa.Text(), nullable=False),
        sa.Column("phase", sa.String(length=1), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["track_id"], ["track.id"], name=op.f("fk_search_entry_track_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("address", "language", name=op.f("uq_search_entry_address_language")),
    )
    op.create_index(op.f("ix_search_entry_track_id"), "search_entry", ["track_id"])
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE TABLE search_words (id bigint PRIMARY KEY"
            " REFERENCES search_entry(id) ON DELETE CASCADE, words tsvector NOT NULL)"
        )
        # No list of pending words: every search would read it whole until the next vacuum.
        op.execute(
            "CREATE INDEX ix_search_words ON search_words USING gin (words) WITH (fastupdate = off)"
        )
    else:
        op.execute(
            "CREATE VIRTUAL TABLE search_words USING fts5("
            "title, text, tokenize = 'unicode61 remove_diacritics 0')"
        )
