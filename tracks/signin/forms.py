"""The form by which an administrator sets up a login service."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from lti.origins import is_secure_for, origin_of
from tracks.i18n import N_
from tracks.signin.actions.identities import Wanted
from tracks.signin.rules import read_scopes

FIELDS: Final = ("name", "issuer", "client_id", "secret", "scopes")
_LONGEST: Final = {"name": 100, "issuer": 300, "client_id": 255, "secret": 500, "scopes": 300}

MISSING: Final = N_("This is needed.")
TOO_LONG: Final = N_("This is too long.")
NOT_AN_ISSUER: Final = N_(
    "This must be a whole address that begins with https://, without ? and #."
)
NOT_SCOPES: Final = N_("Words apart by spaces, such as: openid profile.")


class TypedService(Struct, frozen=True):
    values: Mapping[str, str]
    problems: Mapping[str, str]  # by field, as message ids

    @property
    def wanted(self) -> Wanted:
        """Of a form without problems."""
        values = self.values
        return Wanted(
            name=values["name"],
            issuer=values["issuer"],
            client_id=values["client_id"],
            secret=values["secret"],
            scopes=read_scopes(values["scopes"]) or "",
        )


def read_service(form: Mapping[str, str], base_url: str) -> TypedService:
    values = {name: form.get(name, "").strip() for name in FIELDS}
    found = {name: _problem(name, value, base_url) for name, value in values.items()}
    return TypedService(values, {name: problem for name, problem in found.items() if problem})


def _problem(name: str, value: str, base_url: str) -> str | None:
    if len(value) > _LONGEST[name]:
        return TOO_LONG
    if not value and name in ("name", "issuer", "client_id"):
        return MISSING
    if name == "issuer" and not _is_issuer(value, base_url):
        return NOT_AN_ISSUER
    is_plain = value.isascii() and value.isprintable()
    if name in ("client_id", "secret") and not is_plain:
        return NOT_SCOPES if name == "scopes" else TOO_LONG
    if name == "scopes" and read_scopes(value) is None:
        return NOT_SCOPES
    return None


def _is_issuer(value: str, base_url: str) -> bool:
    """OpenID Connect Discovery 1.0 section 3."""
    if origin_of(value) is None or not is_secure_for(value, base_url):
        return False
    parts = urlsplit(value)
    return not parts.query and not parts.fragment and "?" not in value and "#" not in value
