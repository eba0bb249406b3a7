"""The ladder and the other contracts of pyproject.toml (see [tool.importlinter])."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


# In a process of its own: it switches off the logging of all modules. No cache: that would be
# written into the project.
LINT = "from importlinter import cli; raise SystemExit(cli.lint_imports(no_cache=True))"


def test_every_import_contract_is_kept():
    linted = subprocess.run(
        [sys.executable, "-c", LINT], cwd=ROOT, capture_output=True, text=True, timeout=120
    )

    assert (linted.returncode, "0 broken" in linted.stdout) == (0, True), linted.stdout


def test_names_that_say_nothing_are_not_used():
    """House rule: no utils, helpers, common, misc, manager, service."""
    vague = {"utils", "util", "helpers", "common", "misc", "manager", "service", "services"}
    found = [
        path
        for package in ("tracks", "content", "lti")
        for path in (ROOT / package).rglob("*")
        if path.stem in vague and (path.is_dir() or path.suffix == ".py")
    ]
    assert found == []


# Each is megabytes and tenths of a second of every start, for work that few processes do.
NOT_AT_ONCE = {
    "PIL", "alembic", "authlib", "babel.messages", "celery", "defusedxml", "dulwich", "fido2",
    "lti1p3platform", "markdown_it", "math_core", "nh3", "openpyxl", "pydantic", "pygments",
    "rich", "ruamel", "segno", "snowballstemmer", "typst",
}  # fmt: skip
STARTED = "import sys, tracks.app; print(*sys.modules)"


def test_a_tool_that_starts_imports_what_launches_and_pages_need():
    started = subprocess.run(
        [sys.executable, "-c", STARTED], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert NOT_AT_ONCE & set(started.stdout.split()) == set()
