"""The database as commands need it: there, and up to date."""

from tracks.db import Database
from tracks.settings import load_settings


def current_database() -> Database:
    from tracks.app import open_database
    from tracks.migrations import upgrade

    database = open_database(load_settings())
    upgrade(database.engine)
    return database
