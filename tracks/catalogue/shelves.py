"""The shelf of the running application."""

from typing import cast

from flask import current_app

from tracks.catalogue.queries import Shelf


def shelf() -> Shelf:
    return cast(Shelf, current_app.extensions["tracks.shelf"])
