"""logins beside the LMSs: login services, passkeys, one-time codes

Revision: 0025, after 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_TABLES = (
    "spent",
    "login_try",
    "login_link",
    "recovery_code",
    "one_time_secret",
    "passkey",
    "identity",
    "login_service",
)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.add_column(
        "sign_in", sa.Column("way", sa.String(length=10), nullable=False, server_default="lti")
    )
    op.add_column("sign_in", sa.Column("proved_at", _MOMENT, nullable=True))
    _services()
    _own_logins()
    _links()
    op.create_table(
        "login_try",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_login_try")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "spent",
        sa.Column("value_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("value_hash", name=op.f("pk_spent")),
        sqlite_with_rowid=False,
    )
    for table, column in (
        ("identity", "municipality_id"),
        ("identity", "person_id"),
        ("passkey", "person_id"),
        ("login_link", "municipality_id"),
        ("login_link", "person_id"),
        ("login_try", "since"),
        ("spent", "expires_at"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _services() -> None:
    op.create_table(
        "login_service",
        sa.Column("id", _ID, nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=True),
        sa.Column("scopes", sa.String(length=300), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()),
        _to("login_service", "municipality_id", "municipality"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_service")),
        sa.UniqueConstraint(
            "municipality_id", "issuer", name=op.f("uq_login_service_municipality_id_issuer")
        ),
    )
    op.create_table(
        "identity",
        sa.Column("service_id", _ID, nullable=False),
        sa.Column("sub", sa.String(length=255), nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("linked_at", _MOMENT, nullable=False),
        _to("identity", "service_id", "login_service"),
        _to("identity", "municipality_id", "municipality"),
        _to("identity", "person_id", "person"),
        sa.PrimaryKeyConstraint("service_id", "sub", name=op.f("pk_identity")),
        sqlite_with_rowid=False,
    )


def _own_logins() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", _ID, nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("credential_hash", sa.String(length=64), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", _ID, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        _to("passkey", "municipality_id", "municipality"),
        _to("passkey", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_hash", name=op.f("uq_passkey_credential_hash")),
    )
    op.create_table(
        "one_time_secret",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("last_step", _ID, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        _to("one_time_secret", "person_id", "person"),
        _to("one_time_secret", "municipality_id", "municipality"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_one_time_secret")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_one_time_secret_code_hash")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "recovery_code",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("municipality_id", _ID, nullable=False),
        _to("recovery_code", "person_id", "person"),
        _to("recovery_code", "municipality_id", "municipality"),
        sa.PrimaryKeyConstraint("person_id", "code_hash", name=op.f("pk_recovery_code")),
        sqlite_with_rowid=False,
    )


def _links() -> None:
    op.create_table(
        "login_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("municipality_id", _ID, nullable=True),
        sa.Column("person_id", _ID, nullable=True),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        _to("login_link", "municipality_id", "municipality"),
        _to("login_link", "person_id", "person"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_link")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    op.drop_column("sign_in", "proved_at")
    op.drop_column("sign_in", "way")
