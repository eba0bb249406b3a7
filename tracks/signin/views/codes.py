"""The key of one-time codes on its way from our page into an app, and back with the first code."""

import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from tracks.signin.rules import SECRET_BYTES, app_address, as_text
from tracks.signin.views.side import one, side
from tracks.web.requests import now, parts

LIFE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Offered:
    """A key that nothing knows yet but this page: it is stored once a code of it was typed."""

    text: str = field(repr=False)
    address: str = field(repr=False)
    picture: str = field(repr=False)  # the QR code, as the source of an image
    sealed: str


def offered_codes(whose: str) -> Offered:
    """The one that the form had, if it is still good: the app may have it already."""
    import segno

    secret = secret_of_form(whose) or secrets.token_bytes(SECRET_BYTES)
    said = {"whose": whose, "secret": b64encode(secret).decode()}
    address = app_address(secret, urlsplit(parts().settings.base_url).hostname or "")
    return Offered(
        text=as_text(secret),
        address=address,
        picture=segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=4),
        sealed=side().tickets.seal("one-time-key", said, now(), LIFE),
    )


def secret_of_form(whose: str) -> bytes | None:
    said = side().tickets.open("one-time-key", one("key"), now())
    return b64decode(said["secret"]) if said is not None and said["whose"] == whose else None
