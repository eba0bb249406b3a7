"""Our own keys in a process: read from the database now and then, opened and parsed once."""

import logging
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from lti.errors import TransientServiceError
from lti.keys import ToolKey, ToolKeys
from lti.ports import Clock
from tracks.db import Database, DatabaseBusy
from tracks.lms.actions.keys import check_seals, keep_key, stored_keys
from tracks.lms.sealing import Sealer, SealError

log = logging.getLogger(__name__)
READ_EVERY: Final = timedelta(seconds=60)


class ToolKeyStore:
    """lti.ports.SigningKeys. Another process's rotation is seen within a minute."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        """The database has a key. Raises SealError when one of its keys does not open."""
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._lock = threading.Lock()
        with database.reading() as session:
            check_seals(session, sealer)
            self._keys = ToolKeys(stored_keys(session, sealer))
        self._read_at = clock.now()

    def sign(self, claims: Mapping[str, Any], now: datetime) -> str:
        """Raises TransientServiceError when the key does not open here."""
        try:
            return self._current().sign(claims, now)
        except SealError as failed:
            # Sealed anew while we run: with the next start we have the new encryption key too.
            log.error("keys.sealed cause=%s", failed)
            raise TransientServiceError("own_key_sealed") from failed

    def jwks(self, now: datetime) -> dict[str, list[dict[str, str]]]:
        """Parses and opens no key: the public halves are kept beside."""
        return self._current().jwks(now)

    def _current(self) -> ToolKeys:
        now = self._clock.now()
        is_fresh = timedelta() <= now - self._read_at < READ_EVERY
        if not is_fresh and self._lock.acquire(blocking=False):
            # The others go on with what is there.
            try:
                self._read_again()
                self._read_at = now
            finally:
                self._lock.release()
        return self._keys

    def _read_again(self) -> None:
        try:
            with self._database.reading() as session:
                found = stored_keys(session, self._sealer)
        except DatabaseBusy as busy:
            log.warning("keys.not_read cause=%s", busy)
            return
        parsed = {key.kid: key.private for key in self._keys.keys}
        if found:
            self._keys = ToolKeys(
                [replace(key, private=parsed.get(key.kid, key.private)) for key in found]
            )


def open_tool_keys(
    database: Database, sealer: Sealer, clock: Clock, old_file: Path
) -> ToolKeyStore:
    """With the first key at the first start; a key file of an earlier version is taken over."""
    with suppress(FileNotFoundError):
        _take_over(database, sealer, old_file)
    with database.reading() as session:
        is_first = not stored_keys(session, sealer)
    if is_first:
        # Of processes that start together each may make one; all are shown, the newest signs.
        made = ToolKey.generate(clock.now())
        with database.writing() as session:
            keep_key(session, sealer, made)
    return ToolKeyStore(database, sealer, clock)


def _take_over(database: Database, sealer: Sealer, file: Path) -> None:
    made_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    key = ToolKey.from_pem(file.read_bytes(), made_at)
    with database.writing() as session:
        keep_key(session, sealer, key)
    with database.reading() as session:
        # Only what is stored safely, and opens, may go from the folder.
        check_seals(session, sealer)
    file.unlink()
    log.info("keys.taken_over kid=%s", key.kid)
