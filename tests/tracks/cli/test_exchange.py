"""`tracks content export` and `import`, as a person at a shell meets them."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.content.test_picture_sizes import bomb
from tests.content.workers.test_budget import ending, failing
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


@pytest.mark.parametrize("break_off", [failing, ending])
def test_a_check_that_breaks_off_is_one_sentence_and_a_report(
    run, tmp_path: Path, break_off, monkeypatch: pytest.MonkeyPatch
):
    packed = tmp_path / "x.zip"
    assert run("export", TRACK, "-o", packed).exit_code == 0
    (tmp_path / "mine").mkdir()
    break_off(monkeypatch)
    for words in (
        ("import", packed, "--library", tmp_path / "mine"),
        ("export", TRACK, "-o", tmp_path / "y.zip"),
        ("check", LIBRARY),
        ("publish", LIBRARY),
    ):
        broken = run(*words)
        assert broken.exit_code == 1
        assert broken.stderr.splitlines()[-1] == (
            "tracks: nothing was done: what reads tracks broke off, which is our mistake; "
            "please report the lines above"
        )
    assert [*(tmp_path / "mine").iterdir()] == []
    assert not (tmp_path / "y.zip").exists()


def test_pictures_that_no_page_can_show_stop_check_publish_and_export(run, tmp_path: Path):
    library = tmp_path / "mine"
    shutil.copytree(LIBRARY, library)
    media = library / TRACK / "media"
    media.mkdir(exist_ok=True)
    (media / "a.png").write_bytes(bomb())
    (media / "b.png").write_bytes(bomb()[:-9])
    pdf = tmp_path / "x.pdf"
    for words in (
        ("check", library),
        ("publish", library),
        ("export", TRACK, "--library", library, "--format", "pdf", "-o", pdf),
    ):
        refused = run(*words)
        assert refused.exit_code == 1
        told = refused.stdout + refused.stderr
        assert f"{TRACK}/media/a.png:1: image-pixels: a picture of 50000 x 50000 dots" in told
        assert f"{TRACK}/media/b.png:1: image-broken: the picture is damaged" in told
    assert not pdf.exists()
