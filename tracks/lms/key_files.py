"""Keys that lie in files or the environment, and what is said when they do not fit."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from tracks.db import Database
from tracks.lms.sealing import Sealer, SealError, new_secret, read_keys
from tracks.lms.stores import SystemClock
from tracks.lms.tool_keys import ToolKeyStore, open_tool_keys
from tracks.settings import Settings, SettingsError


def private_file(path: Path, make: Callable[[], bytes]) -> bytes:
    """The file's content; made at the first start, readable by its owner only (0600)."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = make()
    # Written aside and linked into place: of two processes starting at once, one wins whole.
    aside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    try:
        os.link(aside, path)
    except FileExistsError:
        return path.read_bytes()
    finally:
        aside.unlink()
    return content


def open_sealer(settings: Settings) -> Sealer:
    """What opens our private keys. Raises SettingsError for a key that is none."""
    if settings.encryption_key and settings.encryption_key_file:
        raise SettingsError("set TRACKS_ENCRYPTION_KEY or TRACKS_ENCRYPTION_KEY_FILE, not both")
    try:
        return Sealer(read_keys(_encryption_keys(settings)))
    except (OSError, ValueError) as wrong:
        raise SettingsError(f"{encryption_key_place(settings)} cannot be used: {wrong}") from None


def _encryption_keys(settings: Settings) -> str:
    if settings.encryption_key:
        return settings.encryption_key
    if settings.encryption_key_file:
        return Path(settings.encryption_key_file).read_text("ascii")
    made = private_file(settings.data_dir / "encryption-key", lambda: f"{new_secret()}\n".encode())
    return made.decode("ascii")


def encryption_key_place(settings: Settings) -> str:
    if settings.encryption_key:
        return "TRACKS_ENCRYPTION_KEY"
    named = settings.encryption_key_file or str(settings.data_dir / "encryption-key")
    return f"the encryption key in {named}"


def tool_keys_of(settings: Settings, database: Database) -> ToolKeyStore:
    """Raises SettingsError when they were sealed with another encryption key than ours."""
    sealer = open_sealer(settings)
    try:
        old_file = settings.data_dir / "tool-key.pem"
        return open_tool_keys(database, sealer, SystemClock(), old_file)
    except SealError as failed:
        raise SettingsError(
            f"{encryption_key_place(settings)} ({sealer.first.id}) does not open our private "
            f"keys: {failed}. The manual for operators says what to do, under Keys"
        ) from failed
