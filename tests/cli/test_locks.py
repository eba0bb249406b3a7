"""The lock files are whole: what a locked package needs is locked too, so pip need not resolve."""

import re
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.cli.programs import ROOT


def locked(name: str) -> dict[str, str]:
    """Version by package, of those lines that hold for this machine."""
    found: dict[str, str] = {}
    for line in (ROOT / ".locks" / name).read_text(encoding="utf-8").splitlines():
        if pinned := re.match(r"(\S+==[^\\]+)", line):
            one = Requirement(pinned[1].strip())
            if one.marker is None or one.marker.evaluate():
                found[canonicalize_name(one.name)] = str(one.specifier).removeprefix("==")
    return found


def wanted_by(requirements: list[str], extras: set[str]) -> list[Requirement]:
    every = [Requirement(text) for text in requirements]
    return [
        one
        for one in every
        if one.marker is None or any(one.marker.evaluate({"extra": x}) for x in extras | {""})
    ]


@pytest.mark.parametrize(("name", "extra"), [("run.txt", "build"), ("test.txt", "dev")])
def test_a_lock_holds_all_that_its_packages_need(name: str, extra: str) -> None:
    packages = locked(name)
    missing: list[str] = []
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [("learning-tracks", frozenset({extra}))]
    while waiting:
        package, extras = waiting.pop()
        if (package, extras) in seen:
            continue
        seen.add((package, extras))
        for one in wanted_by(distribution(package).requires or [], set(extras)):
            needed = canonicalize_name(one.name)
            if needed == "learning-tracks":
                waiting.append((needed, frozenset(one.extras)))
            elif needed not in packages:
                missing.append(f"{package} needs {one}")
            elif not one.specifier.contains(packages[needed], prereleases=True):
                missing.append(f"{package} needs {one}, locked is {packages[needed]}")
            else:
                waiting.append((needed, frozenset(one.extras)))

    assert missing == []
    assert {package for package, _ in seen} >= {"flask", "hatchling"}
