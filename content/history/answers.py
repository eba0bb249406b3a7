"""What whoever pushes is told, besides what is wrong with what they sent."""

from __future__ import annotations

from typing import Final

from content.said import Said, say

ONLY_MAIN: Final = say("Only the branch main can be pushed.")
MAIN_STAYS: Final = say("The branch main cannot be taken away.")
FETCH_FIRST: Final = say(
    "Others have written meanwhile: fetch, put the two together, and push again."
)
NOTHING_NEW: Final = say("In the library. No version is new, so nothing was published.")


def not_yours(path: str) -> Said:
    return say(
        "{path}: another municipality's track. Its authors can invite you to write in it in the "
        "browser; a track of your own needs another short name.",
        path=path,
    )


def whole_library(path: str) -> Said:
    return say(
        "{path}: is about the whole library. Ask whoever runs Learning Tracks here to change it.",
        path=path,
    )


def other_id(file: str) -> Said:
    return say("{file}: the id stays", file=file)


def published(address: str) -> Said:
    return say("{address}: published", address=address)


def full(mb: int, more_mb: int, most_mb: int) -> Said:
    """Rounded up."""
    return say(
        "The library's repository has {mb} MB, this push brings {more_mb} MB, and {most_mb} MB is "
        "the most. Nothing was taken. Make pictures and films smaller or link to them, and make "
        "your commits anew without the large files; or ask whoever runs Learning Tracks here for "
        "more room.",
        mb=mb,
        more_mb=more_mb,
        most_mb=most_mb,
    )


def broke_off(error_id: str) -> Said:
    return say(
        "What reads tracks here broke off: our mistake, not yours. Nothing was taken. Push once "
        "more; if it breaks off again, tell whoever runs Learning Tracks here the error id "
        "{error_id}.",
        error_id=error_id,
    )
