"""Settings: environment variables `TRACKS_…`, or the same names in a TOML file; one frozen value.

`docs/operators/settings.md` lists every setting; `tests/whole/test_settings.py` compares the two.
"""

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "TRACKS_"
SHIPPED_LIBRARY = Path(__file__).resolve().parent.parent / "content" / "library"


class SettingsError(Exception):
    """A setting that cannot be used. The message names it and says what is expected."""


def is_loopback_url(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    base_url: str = field(
        default="http://localhost:8000",
        metadata={"help": "Where people and LMSs reach us. Plain http only on a loopback address."},
    )
    data_dir: Path = field(
        default=Path("var"),
        metadata={"help": "Folder for the SQLite database and the generated secrets (mode 0600)."},
    )
    database_url: str = field(
        default="",
        metadata={"help": "SQLAlchemy URL. Empty: SQLite in data_dir. postgresql+psycopg://…"},
    )
    encryption_key: str = field(
        default="",
        repr=False,
        metadata={"help": "Seals our private keys: 32 bytes as base64. Empty: see the next one."},
    )
    encryption_key_file: str = field(
        default="",
        metadata={"help": "File with that key. Empty: encryption-key in data_dir, made if needed."},
    )
    rotate_keys_days: int = field(
        default=365,
        metadata={"help": "Our signing key is changed by itself when so old. 0: never by itself."},
    )
    host: str = field(
        default="127.0.0.1", metadata={"help": "Address that `tracks serve` listens on."}
    )
    port: int = field(default=8000, metadata={"help": "Port that `tracks serve` listens on."})
    threads: int = field(default=8, metadata={"help": "Request threads of `tracks serve`."})
    processes: int = field(
        default=1, metadata={"help": "Processes of `tracks serve`: one for each core it may use."}
    )
    broker_url: str = field(
        default="memory://",
        metadata={"help": "Celery broker. memory:// runs the worker inside the server; amqp://…"},
    )
    library: Path = field(
        default=SHIPPED_LIBRARY, metadata={"help": "Folder with the library to publish."}
    )
    authors_library: str = field(
        default="",
        metadata={
            "help": "Folder with the library that authors edit in the browser. Empty: library in "
            "data_dir, begun as a copy of the one above."
        },
    )
    repository_mb: int = field(
        default=100,
        metadata={"help": "MB that a library's git repository may have; what is pushed must fit."},
    )
    small_number: int = field(
        default=5,
        metadata={"help": "Counts of people under this are hidden. Never below 3."},
    )
    session_idle_minutes: int = field(
        default=120, metadata={"help": "A sign-in ends after so many minutes without a request."}
    )
    session_hours: int = field(
        default=12, metadata={"help": "A sign-in ends after so many hours in any case."}
    )
    launches_per_minute: int = field(
        default=6000,
        metadata={"help": "Logins and launches a minute from one address; a school shares one."},
    )
    contact: str = field(
        default="",
        metadata={"help": "E-mail of those who run it, told to harvesters. Empty: a publisher's."},
    )
    proxies: int = field(
        default=0,
        metadata={"help": "Trusted reverse proxies in front of us that set X-Forwarded-*."},
    )
    log_level: str = field(default="INFO", metadata={"help": "DEBUG, INFO, WARNING or ERROR."})

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
            raise SettingsError(
                f"TRACKS_BASE_URL is {self.base_url!r}; expected https://host[:port] without a path"
            )
        if parts.scheme == "http" and not is_loopback_url(self.base_url):
            raise SettingsError(
                f"TRACKS_BASE_URL is {self.base_url!r}; plain http works on a loopback address "
                "only. Use https://"
            )
        if self.processes < 1:
            raise SettingsError("TRACKS_PROCESSES must be 1 or more")
        if self.small_number < 3:
            raise SettingsError("TRACKS_SMALL_NUMBER must be 3 or more: it protects people")

    @property
    def is_loopback(self) -> bool:
        return is_loopback_url(self.base_url)

    @property
    def authors_folder(self) -> Path:
        return Path(self.authors_library) if self.authors_library else self.data_dir / "library"

    @property
    def sqlalchemy_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'tracks.sqlite').absolute()}"


def _convert(name: str, kind: Any, raw: object) -> object:
    try:
        if kind is int and not isinstance(raw, bool):
            return int(str(raw))
        if kind is Path:
            return Path(str(raw))
    except ValueError as exc:
        raise SettingsError(f"{PREFIX}{name.upper()} is {raw!r}; expected a whole number") from exc
    return str(raw)


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the file named by TRACKS_SETTINGS (if any), then the environment, which wins."""
    environ = os.environ if environ is None else environ
    given: dict[str, object] = {}
    if path := environ.get(f"{PREFIX}SETTINGS"):
        try:
            given |= tomllib.loads(Path(path).read_text("utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as exc:
            raise SettingsError(f"TRACKS_SETTINGS names {path!r}: {exc}") from exc
    kinds = {f.name: f.type for f in fields(Settings)}
    if unknown := sorted(set(given) - set(kinds)):
        raise SettingsError(f"unknown settings in {path}: {', '.join(unknown)}")
    given |= {n: environ[PREFIX + n.upper()] for n in kinds if PREFIX + n.upper() in environ}
    return Settings(**{n: _convert(n, kinds[n], raw) for n, raw in given.items()})  # type: ignore[arg-type]  # converted by field type above
