"""A whole database into a file, and back: SQLite by itself, PostgreSQL by its own programs."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url

_SQLITE: Final = b"SQLite format 3\x00"
_DUMP: Final = b"PGDMP"
# What libpq takes from a URL's query, and the variable that its programs read.
_OF_LIBPQ: Final = {
    "host": "PGHOST",
    "port": "PGPORT",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}

# Tables and functions one by one, and not the schema: that may belong to another role.
_AWAY: Final = """SET client_min_messages = warning;
DO $away$
DECLARE
    each text;
BEGIN
    FOR each IN SELECT oid::regclass::text FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
    LOOP
        EXECUTE 'DROP TABLE IF EXISTS ' || each || ' CASCADE';
    END LOOP;
    FOR each IN SELECT p.oid::regprocedure::text FROM pg_proc p
        WHERE p.pronamespace = current_schema()::regnamespace AND NOT EXISTS
            (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE 'DROP ROUTINE IF EXISTS ' || each || ' CASCADE';
    END LOOP;
END
$away$;
"""


class CopyError(Exception):
    """For people: what is wrong, and what to do. Nothing was changed."""


class Copies:
    """Of the database at `url`. `programs`: the folder of pg_dump, if not that of the PATH."""

    def __init__(self, url: str, programs: Path | None = None) -> None:
        self._url = make_url(url)
        self._programs = programs

    @property
    def is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    def write(self, file: Path) -> int:
        """Also while the tool runs: the state of one moment. The number of bytes."""
        if file.exists():
            raise CopyError(f"{file} is there already; name another file")
        if not file.parent.is_dir():
            raise CopyError(f"there is no folder {file.parent}")
        # Private from its first byte, and under its name only when it is whole.
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        os.close(handle)
        part = Path(name)
        try:
            if self.is_sqlite:
                self._write_sqlite(part)
            else:
                self._run("pg_dump", "--format=custom", "--no-owner", f"--file={part}")
            with part.open("rb") as written:
                os.fsync(written.fileno())
            part.rename(file)
        finally:
            part.unlink(missing_ok=True)
        return file.stat().st_size

    def _write_sqlite(self, part: Path) -> None:
        source = Path(self._url.database or "")
        if not source.exists():
            raise CopyError(f"there is no database {source}")
        # Into an empty file; what was deleted in the database is not in it, not even as free pages.
        with closing(sqlite3.connect(source)) as connection:
            connection.execute("PRAGMA busy_timeout=30000")
            connection.execute("VACUUM INTO ?", (str(part),))
        check_sqlite(part)

    def revision_in(self, file: Path) -> str:
        """The schema of a backup."""
        kind = _kind(file)
        if kind == _SQLITE and self.is_sqlite:
            check_sqlite(file)
            with closing(sqlite3.connect(f"file:{file.absolute()}?mode=ro", uri=True)) as opened:
                try:
                    row = opened.execute("SELECT version_num FROM alembic_version").fetchone()
                except sqlite3.DatabaseError:
                    row = None
            found = row[0] if row else ""
        elif kind == _DUMP and not self.is_sqlite:
            table = "--table=alembic_version"
            lines = self._run("pg_restore", "--data-only", table, "--file=-", str(file)).split("\n")
            copied = [n for n, line in enumerate(lines) if line.startswith("COPY ")]
            found = lines[copied[0] + 1].strip() if copied else ""
        else:
            raise CopyError(
                f"{file} is no backup of a {'SQLite' if self.is_sqlite else 'PostgreSQL'} database"
            )
        if not found.isdigit():
            raise CopyError(f"{file} is no backup of Learning Tracks")
        return str(found)

    def read(self, file: Path) -> None:
        """All of it in the place of what is there, or nothing."""
        if self.is_sqlite:
            self._read_sqlite(file)
        else:
            self._read_postgres(file)

    def _read_sqlite(self, file: Path) -> None:
        """Page by page in one transaction of SQLite's own: whoever reads meanwhile sees the old."""
        with (
            closing(sqlite3.connect(f"file:{file.absolute()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(self._url.database or "", timeout=30)) as target,
        ):
            try:
                source.backup(target)
            except sqlite3.OperationalError as failed:
                raise CopyError(f"the database is in use ({failed}); stop the tool first") from None

    def _read_postgres(self, file: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="tracks-restore-") as folder:
            away, back = Path(folder) / "away.sql", Path(folder) / "back.sql"
            away.write_text(_AWAY, "utf-8")
            back.touch(mode=0o600)
            self._run("pg_restore", "--no-owner", f"--file={back}", str(file))
            once = ("--single-transaction", "--set=ON_ERROR_STOP=1", "--quiet", "--no-psqlrc")
            self._run("psql", *once, f"--file={away}", f"--file={back}")

    def _run(self, program: str, *words: str) -> str:
        """What it says on stdout. Its words name no password: it reads it from the environment."""
        where = None if self._programs is None else str(self._programs)
        path = shutil.which(program, path=where)
        if path is None:
            raise CopyError(
                f"{program} is not here; it comes with PostgreSQL's client programs "
                "(Debian: postgresql-client). Name its folder with --programs if it is elsewhere"
            )
        done = subprocess.run(
            [path, *words],
            env={**os.environ, **libpq_variables(self._url)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = done.stderr.strip().splitlines()
            raise CopyError(f"{program} failed: {said[0] if said else done.returncode}")
        return done.stdout


def _kind(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            start = opened.read(len(_SQLITE))
    except OSError as failed:
        raise CopyError(f"{file} cannot be read: {failed.strerror}") from None
    return _DUMP if start.startswith(_DUMP) else start


def check_sqlite(file: Path) -> None:
    """Raises CopyError for one that is cut or damaged."""
    found = "cut off"
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(file)) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise CopyError(f"{file} is damaged: {found}")


def libpq_variables(url: URL) -> dict[str, str]:
    """How PostgreSQL's programs find the database of a SQLAlchemy URL."""
    said = {"PGHOST": url.host, "PGUSER": url.username, "PGDATABASE": url.database}
    found = {name: value for name, value in said.items() if value}
    if url.port:
        found["PGPORT"] = str(url.port)
    if url.password:
        found["PGPASSWORD"] = str(url.password)
    for name, variable in _OF_LIBPQ.items():
        value = url.query.get(name)
        if isinstance(value, str):
            found[variable] = value
    return found
