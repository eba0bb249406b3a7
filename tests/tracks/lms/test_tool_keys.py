"""Our own keys: stored sealed, shown before and after their use, changed without a failed call."""

import json
import stat
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import delete, select, update

from lti import jose
from lti.errors import TransientServiceError
from lti.jose import import_public, verify
from lti.keys import ToolKey
from tests.factories.databases import open_database
from tests.factories.keys import LONG_AGO, SECRET, sealer, store_tool_key, tool_key
from tests.factories.threads import at_once
from tests.factories.tool import BASE_URL, Tool
from tests.fakes.forge import private_pem, signing_key
from tests.fakes.lti_ports import FixedClock
from tracks.app import create_app, create_worker
from tracks.db import Database, metadata
from tracks.lms.actions.keys import (
    keep_key,
    look_after_keys,
    replace_keys,
    reseal_keys,
    rotate_keys,
)
from tracks.lms.models import tool_key as table
from tracks.lms.sealing import EncryptionKey, NoSuchKey, Sealer, Tampered
from tracks.lms.tool_keys import ToolKeyStore, open_tool_keys
from tracks.settings import Settings, SettingsError

NOW = FixedClock().now()
YEAR = timedelta(days=365)
DAY = timedelta(days=1)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = open_database(database_url)
    yield made
    made.engine.dispose()


class Running:
    """A process with the keys open, and a clock."""

    def __init__(self, database: Database) -> None:
        with database.writing() as session:
            keep_key(session, sealer(), tool_key())
        self.database = database
        self.clock = FixedClock(NOW)
        self.store = ToolKeyStore(database, sealer(), self.clock)

    def kids(self) -> list[str]:
        return [jwk["kid"] for jwk in self.store.jwks(self.clock.now())["keys"]]

    def signer(self) -> str:
        """The kid of what is signed now; its signature holds by what is shown now."""
        now = self.clock.now()
        token = self.store.sign({"a": 1}, now)
        kid = jose.peek_header(token, ["RS256"]).kid
        shown = {jwk["kid"]: import_public(jwk) for jwk in self.store.jwks(now)["keys"]}
        assert verify(token, shown[kid], ["RS256"]) == {"a": 1}
        return kid

    def rotate(self) -> str:
        with self.database.writing() as session:
            return rotate_keys(session, sealer(), self.clock.now()).kid

    def look_after(self, rotate_after: timedelta = timedelta()) -> None:
        with self.database.writing() as session:
            look_after_keys(session, sealer(), self.clock.now(), rotate_after)

    def stored(self) -> list[str]:
        with self.database.reading() as session:
            return list(
                session.execute(select(table.c.kid).order_by(table.c.active_from)).scalars()
            )


@pytest.fixture
def running(database: Database) -> Running:
    return Running(database)


def test_a_rotation_by_another_process_is_seen_within_a_minute(running: Running):
    new = running.rotate()
    before = running.kids()

    running.clock.advance(seconds=60)

    assert (before, running.kids()) == ([tool_key().kid], [tool_key().kid, new])


def test_the_new_key_is_shown_a_day_before_it_signs_and_the_old_one_two_weeks_after(
    running: Running,
):
    new = running.rotate()
    seen = {}
    for hours in (1, 23, 24, 24 * 14, 24 * 15):
        running.clock.moment = NOW + timedelta(hours=hours)
        seen[hours] = (running.signer(), running.kids())

    both = [tool_key().kid, new]
    assert seen == {
        1: (both[0], both),
        23: (both[0], both),
        24: (new, both),
        24 * 14: (new, both),
        24 * 15: (new, [new]),
    }


def test_rotations_never_name_two_keys_alike(database: Database, monkeypatch):
    made = iter([signing_key(f"rotation-{n}") for n in range(5)])
    monkeypatch.setattr(
        "lti.keys.generate_private", lambda: jose.load_private(private_pem(next(made)))
    )
    running = Running(database)
    kids = [tool_key().kid]
    for _ in range(5):
        kids.append(running.rotate())
        running.clock.advance(days=20)

    assert len(set(kids)) == 6


def test_keys_past_their_time_are_dropped_and_no_others(running: Running):
    new = running.rotate()
    running.clock.advance(days=14, hours=23)
    running.look_after()
    before = running.stored()
    running.clock.advance(hours=1)
    running.look_after()

    assert (before, running.stored()) == ([tool_key().kid, new], [new])


@pytest.mark.parametrize(("rotate_after", "keys"), [(YEAR, 2), (timedelta(), 1), (2 * YEAR, 1)])
def test_an_old_key_is_rotated_once_where_the_setting_says_so(
    running: Running, rotate_after: timedelta, keys: int
):
    running.clock.moment = LONG_AGO + YEAR
    for _ in range(3):
        running.look_after(rotate_after)

    assert len(running.stored()) == keys


def test_of_several_workers_one_rotates(running: Running):
    running.clock.moment = LONG_AGO + YEAR

    at_once(4, lambda _: running.look_after(YEAR))

    assert len(running.stored()) == 2


def test_a_young_key_stays(running: Running):
    running.clock.moment = LONG_AGO + YEAR - timedelta(seconds=1)
    running.look_after(YEAR)

    assert running.stored() == [tool_key().kid]


def test_a_lost_key_is_replaced_at_once(running: Running):
    with running.database.writing() as session:
        # Nothing of the old ones is opened: perhaps nobody can.
        new = replace_keys(session, Sealer([EncryptionKey(SECRET)]), running.clock.now()).kid
    running.clock.advance(seconds=60)

    assert (running.signer(), running.kids(), running.stored()) == (new, [new], [new])


def test_no_key_lies_readable_in_the_database(tool: Tool):
    """Check 38: a dump of everything, and the folder, hold no private key."""
    numbers = signing_key("tool").private.private_numbers()
    secrets = [b"PRIVATE KEY", SECRET, urlsafe_b64encode(SECRET)]
    for number in (numbers.d, numbers.p, numbers.q):
        raw = number.to_bytes((number.bit_length() + 7) // 8)
        secrets += [raw, urlsafe_b64encode(raw).rstrip(b"=")[:60], raw.hex().encode()]
    tool.launch()
    rows = [row for each in metadata.sorted_tables for row in tool.rows(select(each))]
    dump = json.dumps([list(map(str, row)) for row in rows]).encode()
    files = {file.name: file.read_bytes() for file in tool.settings.data_dir.iterdir()}
    del files["encryption-key"]

    assert tool_key().kid.encode() in dump
    for text in (dump, *files.values()):
        assert [secret for secret in secrets if secret in text] == []


def test_the_encryption_key_is_for_its_owner_only(database: Database, tmp_path: Path):
    settings = Settings(data_dir=tmp_path / "data", database_url="sqlite://")
    create_app(settings, database)

    modes = {f.name: stat.S_IMODE(f.stat().st_mode) for f in settings.data_dir.iterdir()}
    assert modes == {"encryption-key": 0o600, "secret": 0o600}


def test_the_first_start_makes_a_key_and_the_next_one_keeps_it(database: Database, tmp_path: Path):
    settings = Settings(data_dir=tmp_path / "data")
    first = create_app(settings, database).extensions["tracks.lti"].tool_keys
    second = create_app(settings, database).extensions["tracks.lti"].tool_keys
    now = datetime.now(UTC)

    assert first.jwks(now) == second.jwks(now)
    assert len(first.jwks(now)["keys"]) == 1


def test_a_key_file_of_before_is_taken_over_and_goes(database: Database, tmp_path: Path):
    settings = Settings(data_dir=tmp_path / "data")
    settings.data_dir.mkdir()
    file = settings.data_dir / "tool-key.pem"
    file.write_bytes(private_pem(signing_key("tool")))

    keys = create_app(settings, database).extensions["tracks.lti"].tool_keys
    again = create_app(settings, database).extensions["tracks.lti"].tool_keys

    now = datetime.now(UTC)
    assert keys.jwks(now) == again.jwks(now) == {"keys": [dict(tool_key().public)]}
    token = again.sign({"a": 1}, now)
    assert verify(token, import_public(tool_key().public), ["RS256"]) == {"a": 1}
    assert not file.exists()


def test_a_key_file_stays_when_it_cannot_be_stored(database: Database, tmp_path: Path):
    with database.writing() as session:
        # Sealed by somebody else: taken over or not, this start is refused.
        keep_key(session, Sealer([EncryptionKey(b"x" * 32)]), tool_key())
    file = tmp_path / "tool-key.pem"
    file.write_bytes(private_pem(signing_key("tool")))

    with pytest.raises(NoSuchKey):
        open_tool_keys(database, sealer(), FixedClock(), file)

    assert file.exists()


def test_another_encryption_key_stops_the_start_with_one_sentence(
    database: Database, tmp_path: Path
):
    store_tool_key(database, tmp_path / "data")
    wrong = urlsafe_b64encode(b"w" * 32).decode()
    settings = Settings(data_dir=tmp_path / "data", encryption_key=wrong)

    for start in (create_app, create_worker):
        with pytest.raises(SettingsError) as caught:
            start(settings, database)
        said = str(caught.value)
        assert "TRACKS_ENCRYPTION_KEY" in said
        assert EncryptionKey(SECRET).id in said
        assert wrong not in said
        assert "\n" not in said


def test_a_tampered_key_stops_the_start(running: Running):
    with running.database.writing() as session:
        sealed = session.execute(select(table.c.sealed)).scalar_one()
        session.execute(update(table).values(sealed=sealed[:-8] + "AAAAAAAA"))

    with pytest.raises(Tampered):
        ToolKeyStore(running.database, sealer(), running.clock)


def test_a_key_put_in_the_place_of_another_stops_the_start(running: Running):
    other = ToolKey.from_pem(private_pem(signing_key("other")), NOW)
    with running.database.writing() as session:
        keep_key(session, sealer(), other)
        sealed = session.execute(
            select(table.c.sealed).where(table.c.kid == other.kid)
        ).scalar_one()
        session.execute(delete(table).where(table.c.kid == other.kid))
        session.execute(update(table).values(sealed=sealed))

    with pytest.raises(Tampered):
        ToolKeyStore(running.database, sealer(), running.clock)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"encryption_key": "x"}, "TRACKS_ENCRYPTION_KEY cannot be used"),
        ({"encryption_key": "x", "encryption_key_file": "y"}, "not both"),
        ({"encryption_key_file": "/nowhere/key"}, "/nowhere/key cannot be used"),
    ],
)
def test_an_encryption_key_that_is_none_stops_the_start(
    database: Database, tmp_path: Path, given: dict, said: str
):
    with pytest.raises(SettingsError, match=said):
        create_app(Settings(data_dir=tmp_path, **given), database)


def test_changing_the_encryption_key_reseals_all(running: Running):
    """Check 38: the old key opens while it is the second one; afterwards it is not needed."""
    running.rotate()
    new = EncryptionKey(b"n" * 32)
    both = Sealer([new, EncryptionKey(SECRET)])
    during = ToolKeyStore(running.database, both, running.clock)
    numbers = []
    for _ in range(2):
        with running.database.writing() as session:
            numbers.append(reseal_keys(session, both))
    after = ToolKeyStore(running.database, Sealer([new]), running.clock)

    assert numbers == [2, 0]
    now = running.clock.now()
    assert during.jwks(now) == after.jwks(now)
    for store in (running.store, during, after):
        assert store.sign({"a": 1}, now)
    with pytest.raises(NoSuchKey):
        ToolKeyStore(running.database, sealer(), running.clock)


def test_a_new_key_that_this_process_cannot_open_is_shown_all_the_same(running: Running):
    """Its encryption key was changed while it runs: it may not sign, but it must not hide it."""
    other = Sealer([EncryptionKey(b"n" * 32), EncryptionKey(SECRET)])
    with running.database.writing() as session:
        new = rotate_keys(session, other, NOW)
    running.clock.advance(hours=1)
    shown, signer = running.kids(), running.signer()
    running.clock.advance(days=1)

    assert (shown, signer) == ([tool_key().kid, new.kid], tool_key().kid)
    with pytest.raises(TransientServiceError, match="own_key_sealed"):
        running.store.sign({"a": 1}, running.clock.now())


class Parses:
    """Counts how often a private key is parsed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        real = jose.RSAKey.import_key

        def counted(value, *args, **kwargs):
            self.count += isinstance(value, bytes)
            return real(value, *args, **kwargs)

        monkeypatch.setattr(jose.RSAKey, "import_key", counted)


def test_a_key_is_parsed_once_however_often_it_signs(running: Running, monkeypatch):
    parses = Parses(monkeypatch)
    for _ in range(100):
        running.clock.advance(seconds=61)
        running.signer()

    assert parses.count == 1


def test_no_key_is_parsed_for_a_launch_or_for_our_key_set(tool: Tool, monkeypatch):
    """Bar 4, with a rotation on the way: the new key is only shown."""
    parses = Parses(monkeypatch)
    new = ToolKey.from_pem(private_pem(signing_key("new")), datetime.now(UTC) + DAY)
    parses.count = 0
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for number in range(20):
            if number == 10:
                with tool.database.writing() as session:
                    keep_key(session, sealer(), new)
            tool.launch(sub=f"teacher-{number}")
            answer = tool.get(tool.client(), "/lti/jwks.json")
            clock.shift(30)

    assert [jwk["kid"] for jwk in answer.json["keys"]] == [tool_key().kid, new.kid]
    assert (parses.count, len(tool.http.sent)) == (0, 1)


def test_our_key_set_may_be_kept_for_less_than_the_day_before_a_new_key(tool: Tool):
    answer = tool.client().get("/lti/jwks.json", base_url=BASE_URL)

    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.json == {"keys": [dict(tool_key().public)]}
