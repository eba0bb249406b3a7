"""A signing key for a tool under test, sealed and stored as after its first start."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from lti.keys import ToolKey, ToolKeys
from tests.fakes.forge import private_pem, signing_key
from tracks.db import Database
from tracks.lms.actions.keys import keep_key
from tracks.lms.sealing import EncryptionKey, Sealer

SECRET = bytes(range(32))
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def tool_key() -> ToolKey:
    """Made and parsed once a session: that takes a tenth of a second."""
    return ToolKey.from_pem(private_pem(signing_key("tool")), LONG_AGO)


def sealer() -> Sealer:
    return Sealer([EncryptionKey(SECRET)])


def store_tool_key(database: Database, data_dir: Path) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    file = data_dir / "encryption-key"
    file.write_bytes(urlsafe_b64encode(SECRET))
    file.chmod(0o600)
    with database.writing() as session:
        keep_key(session, sealer(), tool_key())


def tool_keys() -> ToolKeys:
    return ToolKeys([tool_key()])
