"""Rate limits: generous to a school behind one address, tight on floods (L13)."""

from collections.abc import Callable, Iterable
from functools import wraps
from threading import Lock
from typing import Any

from flask import Flask
from werkzeug.exceptions import TooManyRequests

from tracks.settings import Settings
from tracks.web.requests import now, this_request

WINDOW_S = 60


class Window:
    """How often each address has come in the running minute; the next one forgets them all.

    A minute begins with the first request after the one before.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._began = -WINDOW_S
        self._counts: dict[str, int] = {}
        self._lock = Lock()

    def wait_of(self, address: str, seconds: int) -> int:
        """Count one more at `seconds` of the clock; how long the address has to wait, 0: not."""
        with self._lock:
            # A clock that was set back must not hold a minute open.
            if not 0 <= seconds - self._began < WINDOW_S:
                self._began, self._counts = seconds, {}
            count = self._counts[address] = self._counts.get(address, 0) + 1
            wait = self._began + WINDOW_S - seconds
        return 0 if count <= self._most else wait


def install(app: Flask, settings: Settings, *, per_address: Iterable[Callable[..., Any]]) -> None:
    """Count the requests of each address to these views; over the limit is 429, Retry-After."""
    window = Window(settings.launches_per_minute)
    for view in per_address:
        for endpoint, registered in list(app.view_functions.items()):
            if registered is view:
                app.view_functions[endpoint] = _limited(view, window)


def _limited(view: Callable[..., Any], window: Window) -> Callable[..., Any]:
    @wraps(view)
    def counted(**address: Any) -> Any:
        wait = window.wait_of(this_request().remote_addr or "", int(now().timestamp()))
        if wait:
            raise TooManyRequests(retry_after=wait)
        return view(**address)

    return counted
