"""What the editor puts in is right by itself, and a new session says what is missing."""

from pathlib import Path

import pytest

from content.beginnings import PIECES, new_module, new_track, phase_heading, piece
from content.loader import load_track
from content.model import Phase
from tests.content.cases import TRACK_FILE, write

LANGUAGES = ("nb", "nn", "sv", "en", "da")
# Needs something that only the author knows. (What is borrowed is looked for in the library.)
NEEDS = {
    "event": {"event-time"},
    "picture": {"image-place", "image-words"},
    "video": {"video-description"},
}


def codes(folder: Path) -> list[str]:
    return [problem.code for problem in load_track(folder).problems]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_track_says_what_is_to_be_written(tmp_path: Path, language: str):
    files = {
        f"track.{language}.md": new_track("Ny: løype", "Kort #om", [language], "CC BY 4.0", "Oss"),
        f"01-forste.{language}.md": new_module("Første økt", language),
    }
    write(tmp_path / "ny", files)

    loaded = load_track(tmp_path / "ny")

    assert loaded.draft is not None
    assert loaded.draft.texts[language].title == "Ny: løype"
    assert [section.phase for section in loaded.draft.modules[0].sections] == list(Phase)
    assert [problem.code for problem in loaded.problems] == ["step-empty"] * 4


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", PIECES)
def test_each_piece_is_right_as_it_is(tmp_path: Path, language: str, kind: str):
    body = "\n".join(
        f"{phase_heading(phase, language)}\n### Les {{#{phase.lower()}}}\n\nTekst {phase}.\n"
        + (f"\n{piece(kind, language, 'ny-1')}" if phase is Phase.PREPARE else "")
        for phase in Phase
    )
    devices = "devices: [ipad, chromebook, pc]\n" if kind == "device" else ""
    head = f"---\ntitle: x\n{devices}---\n\n"
    track = TRACK_FILE.replace("languages: [nb]", f"languages: [{language}]")
    files = {f"track.{language}.md": track, f"01-forste.{language}.md": head + body}
    write(tmp_path / "ny", files)

    assert set(codes(tmp_path / "ny")) == NEEDS.get(kind, set())
