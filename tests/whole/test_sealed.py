"""Check 38: whatever is sealed anywhere is sealed anew when the encryption key changes."""

from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Column, insert, select

from tests.tracks.cli.test_commands import Shell
from tracks.app import open_database
from tracks.db import metadata
from tracks.lms.key_files import open_sealer
from tracks.lms.sealing import Sealer, read_keys
from tracks.people.actions import add_municipality, add_person
from tracks.rosters.models import roster_service
from tracks.settings import Settings
from tracks.signin.actions.identities import place_of_service
from tracks.signin.actions.logins import place_of_codes
from tracks.signin.models import login_service, one_time_secret

NEW = b64encode(b"n" * 32).decode()
ADDRESS, ISSUER, CLIENT = "https://schools.example", "https://login.example", "client"
SEALED: list[Column[str]] = [
    column
    for table in metadata.sorted_tables
    for column in table.columns
    if column.name.startswith("sealed")
]


def test_no_sealed_column_is_left_under_the_old_key(tmp_path: Path) -> None:
    shell, settings = Shell(tmp_path), Settings(data_dir=tmp_path)
    shell.json("lti", "rotate-keys")
    database, file = open_database(settings), tmp_path / "encryption-key"
    old, now = open_sealer(settings), datetime.now(UTC)
    with database.writing() as session:
        home = add_municipality(session, "Sample", country="NO")
        person = add_person(session, home, None, now).id
        places = {
            login_service: place_of_service(home, ISSUER, CLIENT),
            one_time_secret: place_of_codes(person),
            roster_service: f"school system {home} {ADDRESS} ",
        }
        of_home = {"municipality_id": home}
        of_person = {"person_id": person, **of_home}
        sealed = {table: old.seal(b"secret", place) for table, place in places.items()}
        session.execute(
            insert(login_service).values(
                name="Sample",
                issuer=ISSUER,
                client_id=CLIENT,
                sealed_secret=sealed[login_service],
                scopes="openid",
                **of_home,
            )
        )
        session.execute(
            insert(one_time_secret).values(
                code_hash="0" * 64,
                sealed=sealed[one_time_secret],
                last_step=0,
                made_at=now,
                **of_person,
            )
        )
        session.execute(
            insert(roster_service).values(
                address=ADDRESS, sealed=sealed[roster_service], due_at=now, **of_person
            )
        )

    file.write_text(f"{NEW}\n{file.read_text()}")
    shell.json("lti", "reseal-keys")

    new = Sealer(read_keys(NEW))
    with database.reading() as session:
        for column in SEALED:
            values = session.execute(select(column).where(column.is_not(None))).scalars().all()
            assert values, f"{column}: nothing of it was tried"
            assert all(map(new.is_sealed_anew, values)), column
        for table, place in places.items():
            (column,) = (c for c in SEALED if c.table is table)
            assert new.open(session.execute(select(column)).scalar_one(), place) == b"secret"
    database.engine.dispose()
