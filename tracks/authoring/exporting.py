"""A published version as its authors wrote it, laid out as a library, to be taken to another
system."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from content.export.archive import LIBRARY_FILE
from content.history.repository import History, HistoryBroken
from content.history.signing import SigningKeyUnusable
from tracks.authoring.borrowing import reached
from tracks.authoring.rules import file_name
from tracks.catalogue.histories import Histories
from tracks.catalogue.recording import tag_of

Files = Mapping[str, bytes]  # path in the library -> content


def files_of_version(histories: Histories, publisher: str, track: str, version: str) -> Files:
    """The track, the texts that it borrows from, and library.yaml, all as they were then; {} if the
    repository does not have it."""
    try:
        history = histories.of(publisher)
        commit = history.tagged(tag_of(track, version))
        return _files_at(history, commit, track) if commit is not None else {}
    except (HistoryBroken, SigningKeyUnusable):
        return {}


def _files_at(history: History, commit: str, track: str) -> dict[str, bytes]:
    files = {track: history.files(commit, track)}

    def texts_of(other: str) -> dict[str, str]:
        found = history.files(commit, other)
        files[other] = {name: data for name, data in found.items() if file_name(name) is not None}
        return _texts(files[other])

    reached({track: _texts(files[track])}, history.names(commit), texts_of)
    laid = {f"{each}/{name}": data for each in files for name, data in files[each].items()}
    about = history.file(commit, LIBRARY_FILE)
    return laid if about is None else {**laid, LIBRARY_FILE: about}


def _texts(files: Files) -> dict[str, str]:
    return {
        name: data.decode("utf-8-sig", "replace")
        for name, data in files.items()
        if file_name(name) is not None
    }


def lay_out(files: Files, root: Path) -> None:
    for path, data in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
