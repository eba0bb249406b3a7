"""The pages of authors."""

from flask import Blueprint, Flask

from tracks.authoring.views import editor, home, merging, preview
from tracks.authoring.views.desk import EXTENSION, Desk
from tracks.settings import Settings

pages = Blueprint("authoring", __name__)
for part in (home, editor, merging, preview):
    part.add_to(pages)


def install(app: Flask, settings: Settings) -> None:
    app.extensions[EXTENSION] = Desk(settings)
