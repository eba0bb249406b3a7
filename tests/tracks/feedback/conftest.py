"""Teachers and authors of one installation."""

from tests.tracks.authoring.conftest import author, folder, other, tool

__all__ = ["author", "folder", "other", "tool"]
