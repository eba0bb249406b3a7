"""units with dates and successors, teams, roles with dates and time, codes, choices

Revision: 0016, after 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0012"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def _points_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.add_column(
        "municipality",
        sa.Column("kind", sa.String(length=20), nullable=False, server_default="municipality"),
    )
    op.add_column("school", sa.Column("teachers_source", sa.String(length=100), nullable=True))
    op.add_column("school", sa.Column("opened_on", sa.Date(), nullable=True))
    op.add_column("school", sa.Column("closed_on", sa.Date(), nullable=True))
    _teams()
    _roles()
    _history()
    _codes()


def _teams() -> None:
    op.create_table(
        "team",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("municipality_id", _BIG, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        _points_to("team", "municipality_id", "municipality"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("municipality_id", "name", name=op.f("uq_team_municipality_id_name")),
    )
    op.create_table(
        "team_school",
        sa.Column("team_id", _BIG, nullable=False),
        sa.Column("school_id", _BIG, nullable=False),
        sa.Column("municipality_id", _BIG, nullable=False),
        _points_to("team_school", "team_id", "team"),
        _points_to("team_school", "school_id", "school"),
        _points_to("team_school", "municipality_id", "municipality"),
        sa.PrimaryKeyConstraint("team_id", "school_id", name=op.f("pk_team_school")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_team_school_school_id"), "team_school", ["school_id"])
    op.create_index(op.f("ix_team_school_municipality_id"), "team_school", ["municipality_id"])


def _roles() -> None:
    team = sa.Column("team_id", _BIG, nullable=True)
    if op.get_bind().dialect.name == "sqlite":
        # SQLite takes a foreign key with a new column, and not after it.
        op.execute(
            "ALTER TABLE role_grant ADD COLUMN team_id INTEGER "
            "CONSTRAINT fk_role_grant_team_id REFERENCES team (id)"
        )
    else:
        op.add_column("role_grant", team)
        op.create_foreign_key(op.f("fk_role_grant_team_id"), "role_grant", "team", ["team_id"], ["id"])
    op.add_column("role_grant", sa.Column("starts_at", _MOMENT, nullable=True))
    op.add_column("role_grant", sa.Column("percent", sa.Integer(), nullable=True))
    for column in ("municipality_id", "school_id", "team_id"):
        op.create_index(op.f(f"ix_role_grant_{column}"), "role_grant", [column])


def _history() -> None:
    op.create_table(
        "school_successor",
        sa.Column("school_id", _BIG, nullable=False),
        sa.Column("successor_id", _BIG, nullable=False),
        sa.Column("municipality_id", _BIG, nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        _points_to("school_successor", "school_id", "school"),
        _points_to("school_successor", "successor_id", "school"),
        _points_to("school_successor", "municipality_id", "municipality"),
        sa.PrimaryKeyConstraint("school_id", "successor_id", name=op.f("pk_school_successor")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "school_name",
        sa.Column("school_id", _BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("municipality_id", _BIG, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        _points_to("school_name", "school_id", "school"),
        _points_to("school_name", "municipality_id", "municipality"),
        sa.PrimaryKeyConstraint("school_id", "name", name=op.f("pk_school_name")),
        sqlite_with_rowid=False,
    )
    for table, column in (
        ("school_successor", "successor_id"),
        ("school_successor", "municipality_id"),
        ("school_name", "municipality_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _codes() -> None:
    op.create_table(
        "role_invitation",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("municipality_id", _BIG, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("school_id", _BIG, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        _points_to("role_invitation", "municipality_id", "municipality"),
        _points_to("role_invitation", "school_id", "school"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_invitation")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_role_invitation_code_hash")),
    )
    op.create_index(
        "ix_role_invitation_municipality_id_school_id",
        "role_invitation",
        ["municipality_id", "school_id"],
    )
    op.create_table(
        "link_code",
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("municipality_id", _BIG, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        _points_to("link_code", "person_id", "person"),
        _points_to("link_code", "municipality_id", "municipality"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_link_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_link_code_code_hash")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "code_try",
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("municipality_id", _BIG, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        _points_to("code_try", "person_id", "person"),
        _points_to("code_try", "municipality_id", "municipality"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_code_try")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "municipality_choice",
        sa.Column("municipality_id", _BIG, nullable=False),
        sa.Column("small_number", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("framework", sa.String(length=20), nullable=False),
        _points_to("municipality_choice", "municipality_id", "municipality"),
        sa.PrimaryKeyConstraint("municipality_id", name=op.f("pk_municipality_choice")),
        sqlite_with_rowid=False,
    )
