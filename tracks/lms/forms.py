"""The form in which an administrator types what the LMS gave for us."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from lti.claims import is_identifier
from lti.origins import is_secure_for, origin_of
from lti.tool.platform_configuration import foreign_hosts
from tracks.i18n import N_
from tracks.lms.actions.invitations import Asked
from tracks.lms.kinds import LmsKind

MAX_URL: Final = 2048
FIELDS: Final = ("issuer", "client_id", "auth_url", "token_url", "jwks_url", "deployment_id")
_MUST: Final = frozenset({"issuer", "client_id", "auth_url", "jwks_url"})
_URLS: Final = frozenset({"issuer", "auth_url", "token_url", "jwks_url"})

MISSING: Final = N_("Copy this value from the LMS.")
NOT_AN_ADDRESS: Final = N_("This must be a whole address that begins with https://.")
TOO_LONG: Final = N_("At most 255 ordinary characters, without line breaks.")


class TypedPlatform(Struct, frozen=True):
    values: Mapping[str, str]
    problems: Mapping[str, str]  # by field, as message ids

    def asked(self, kind: LmsKind) -> Asked:
        """For a form without problems."""
        values = self.values
        issuer = values["issuer"]
        urls = [values[name] for name in ("auth_url", "token_url", "jwks_url") if values[name]]
        origin = origin_of(issuer)
        return Asked(
            name=kind.name or (origin.host if origin else ""),
            issuer=issuer,
            client_id=values["client_id"],
            auth_url=values["auth_url"],
            token_url=values["token_url"] or None,
            jwks_url=values["jwks_url"],
            platform_family=kind.family,
            product=kind.name,
            deployment_id=values["deployment_id"] or None,
            foreign_hosts=foreign_hosts(issuer, urls),
        )


def read_platform(form: Mapping[str, str], *, base_url: str) -> TypedPlatform:
    values = {name: form.get(name, "").strip() for name in FIELDS}
    found = {name: _problem(name, value, base_url) for name, value in values.items()}
    return TypedPlatform(values, {name: problem for name, problem in found.items() if problem})


def _problem(name: str, value: str, base_url: str) -> str | None:
    if not value:
        return MISSING if name in _MUST else None
    if name in _URLS and (len(value) > MAX_URL or not is_secure_for(value, base_url)):
        return NOT_AN_ADDRESS
    if name in {"issuer", "client_id", "deployment_id"} and not is_identifier(value):
        return TOO_LONG
    return None
