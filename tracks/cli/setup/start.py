"""Prepares this folder and starts what `make` asks for: start.py run|test|check|bench|docs

It runs before .venv exists, so it and its neighbours use the standard library only.
This file must also parse on an old Python, to say in one sentence that it is too old;
the neighbours are loaded after that check and may use the language we require.
"""

import os
import sys

OLDEST = (3, 11)
NEWER_NAMES = ("python3.13", "python3.12", "python3.11")


def is_new_enough(version: tuple) -> bool:  # type: ignore[type-arg]  # tuple[int] fails on 3.8
    return tuple(version[:2]) >= OLDEST


def newer_python() -> str:
    """Path of the first newer Python that really starts (pyenv leaves names that do not), or ""."""
    import shutil
    import subprocess

    for name in NEWER_NAMES:
        path = shutil.which(name)
        if path is None:
            continue
        ask = f"import sys; sys.exit(sys.version_info[:2] < {OLDEST})"
        answer = subprocess.call(
            [path, "-c", ask], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        if answer == 0:
            return path
    return ""


def too_old(version: tuple) -> str:  # type: ignore[type-arg]  # tuple[int] fails on 3.8
    needed, here = (f"{major}.{minor}" for major, minor in (OLDEST, version[:2]))
    return (
        f"Learning Tracks needs Python {needed} or newer, but this is Python {here} and no newer "
        "one was found on the PATH: please install one and start again."
    )


def load_neighbours_alone() -> None:
    """Lets `tracks.cli.setup.*` be imported without running the packages' own __init__.py:
    those import what only .venv has. Run by path, sys.path[0] is this folder; it goes, because a
    command named like a module of the standard library would hide that module from us."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != here]
    cli = os.path.dirname(here)
    folders = {"tracks": os.path.dirname(cli), "tracks.cli": cli, "tracks.cli.setup": here}
    for name, folder in folders.items():
        package = type(sys)(name)
        package.__path__ = [folder]
        sys.modules[name] = package


def main(arguments: list) -> int:  # type: ignore[type-arg]  # list[str] fails on 3.8
    load_neighbours_alone()
    if not is_new_enough(sys.version_info):
        newer = newer_python()
        if not newer:
            sys.stderr.write(too_old(sys.version_info) + "\n")
            return 1
        os.execv(newer, [newer, __file__, *arguments])  # noqa: S606 - no shell is wanted
    from tracks.cli.setup.targets import start

    return start(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
