"""Rate limits: generous to a school behind one address, tight on floods (L13)."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from tracks.settings import Settings


def install(app: Flask, settings: Settings, *, per_address: Iterable[Callable[..., Any]]) -> None:
    """Count the requests of each address to these views; over the limit is 429, Retry-After."""
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", headers_enabled=False)
    limit: Any = limiter.shared_limit(
        f"{settings.launches_per_minute} per minute", scope="launches"
    )
    for view in per_address:
        for endpoint, registered in list(app.view_functions.items()):
            if registered is view:
                app.view_functions[endpoint] = limit(view)
