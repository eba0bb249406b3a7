"""`tracks content export` and `import`, as a person at a shell meets them."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tracks.cli import cli

LIBRARY = Path("content/library").resolve()
TRACK = "naturfag-utforskende"


@pytest.fixture
def run(tmp_path: Path):
    environ = {"TRACKS_DATA_DIR": str(tmp_path), "TRACKS_LIBRARY": str(LIBRARY)}
    environ["TRACKS_BASE_URL"] = "https://tracks.example"

    def run(*words: object) -> Result:
        return CliRunner().invoke(cli, ["content", *map(str, words)], env=environ)

    return run


def test_a_track_goes_out_and_into_an_empty_folder(run, tmp_path: Path):
    first, again = tmp_path / "a.zip", tmp_path / "b.zip"
    out = run("export", TRACK, "-o", first)
    assert (out.exit_code, out.stdout) == (0, f"{first}: {first.stat().st_size} bytes\n")
    into = run("import", first, "--library", tmp_path / "mine")
    assert (into.exit_code, into.stdout) == (0, f"{TRACK}: new\n")
    assert run("export", TRACK, "--library", tmp_path / "mine", "-o", again).exit_code == 0
    assert first.read_bytes() == again.read_bytes()


def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(run, tmp_path: Path):
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"no zip")
    refused = run("import", bad, "--library", tmp_path / "mine")
    assert (refused.exit_code, refused.stderr.splitlines()[0]) == (
        1,
        "bad.zip:1: zip-broken: this is no zip",
    )
    assert not (tmp_path / "mine").exists()
    for words, told in {
        ("export", "no-such"): f"tracks: there is no track no-such in {LIBRARY}\n",
        ("export", TRACK, "--language", "en"): f"tracks: {TRACK} is written in nb, sv\n",
        ("export", TRACK, "-o", f"{tmp_path}/no/x.zip"): (
            f"tracks: {tmp_path}/no/x.zip cannot be written: No such file or directory\n"
        ),
    }.items():
        result = run(*words)
        assert (result.exit_code, result.stderr) == (1, told)
