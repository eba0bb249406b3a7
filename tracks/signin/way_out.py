"""Signing out of the login service, too: OpenID Connect RP-Initiated Logout 1.0.

What it takes is kept sealed with the sign-in and goes with it: at a computer that several use, the
next one would otherwise come in as the one before, with one click.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from tracks.signin.tickets import Tickets

_USE: Final = "way-out"
# A longer ID token is left out: the ticket must fit into a cookie.
LONGEST_HINT: Final = 2_000


@dataclass(frozen=True, slots=True)
class WayOut:
    service: str  # as people read it
    url: str  # its end_session_endpoint
    client_id: str
    id_token: str = field(repr=False)  # may be empty

    def address(self, back: str) -> str:
        """Where the browser goes. `back`: ours, as it is registered there."""
        said = {"client_id": self.client_id, "post_logout_redirect_uri": back}
        if self.id_token:
            said = {"id_token_hint": self.id_token, **said}
        return f"{self.url}{'&' if '?' in self.url else '?'}{urlencode(said)}"


def sealed(tickets: Tickets, way: WayOut, now: datetime, life: timedelta) -> str:
    hint = way.id_token if len(way.id_token) <= LONGEST_HINT else ""
    said = {"service": way.service, "url": way.url, "client": way.client_id, "hint": hint}
    return tickets.seal(_USE, said, now, life)


def opened(tickets: Tickets, text: str | None, now: datetime) -> WayOut | None:
    said = tickets.open(_USE, text, now)
    if said is None:
        return None
    return WayOut(said["service"], said["url"], said["client"], said["hint"])
