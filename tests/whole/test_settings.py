"""Every setting stands in the operators' manual with its default, and nothing else does."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from tests.factories.databases import LIBRARY
from tracks.settings import PREFIX, SHIPPED_LIBRARY, Settings, SettingsError, load_settings

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "docs/operators/settings.md"
_ROW = re.compile(r"^\| `(TRACKS_\w+)` \| (.*?) \| (.+?) \|$", re.M)


def shown(default: Any) -> str:
    """A default as the manual writes it."""
    if default == "":
        return "empty"
    if default == SHIPPED_LIBRARY:
        default = SHIPPED_LIBRARY.relative_to(ROOT)
    return f"`{default}`"


def test_the_manual_lists_every_setting_with_its_default():
    listed = {name: default for name, default, _ in _ROW.findall(MANUAL.read_text("utf-8"))}

    assert listed == {PREFIX + f.name.upper(): shown(f.default) for f in fields(Settings)}


def test_every_setting_says_what_it_is_for():
    assert [f.name for f in fields(Settings) if not f.metadata.get("help")] == []


def test_every_setting_can_be_set(tmp_path: Path):
    given: dict[str, Any] = {
        f.name: f.default + 1 if isinstance(f.default, int) else "x" for f in fields(Settings)
    }
    given |= {"base_url": "https://t.example", "data_dir": tmp_path, "library": LIBRARY}

    made = load_settings({PREFIX + name.upper(): str(value) for name, value in given.items()})

    assert {f.name: getattr(made, f.name) for f in fields(Settings)} == given


def test_the_environment_wins_over_the_file(tmp_path: Path):
    file = tmp_path / "settings.toml"
    file.write_text('port = 8001\nhost = "::1"\n')

    made = load_settings({"TRACKS_SETTINGS": str(file), "TRACKS_PORT": "8002"})

    assert (made.port, made.host) == (8002, "::1")


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"TRACKS_PORT": "eight"}, "TRACKS_PORT is 'eight'; expected a whole number"),
        ({"TRACKS_BASE_URL": "http://tracks.example"}, "TRACKS_BASE_URL"),
        ({"TRACKS_BASE_URL": "https://tracks.example/path"}, "TRACKS_BASE_URL"),
        ({"TRACKS_BASE_URL": "ftp://tracks.example"}, "TRACKS_BASE_URL"),
        ({"TRACKS_BASE_URL": ""}, "TRACKS_BASE_URL"),
        ({"TRACKS_SMALL_NUMBER": "2"}, "TRACKS_SMALL_NUMBER must be 3 or more"),
        ({"TRACKS_SETTINGS": "/nowhere/at/all.toml"}, "TRACKS_SETTINGS"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(environ: dict[str, str], said: str):
    with pytest.raises(SettingsError, match=re.escape(said)):
        load_settings(environ)


def test_a_name_that_is_no_setting_is_named(tmp_path: Path):
    file = tmp_path / "settings.toml"
    file.write_text("prot = 8001\n")

    with pytest.raises(SettingsError, match="prot"):
        load_settings({"TRACKS_SETTINGS": str(file)})
