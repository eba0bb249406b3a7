from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from content.loader import load_library, load_track
from content.model import (
    EntryLevel,
    Lifecycle,
    Module,
    Order,
    Phase,
    Publisher,
    Step,
    StepKind,
    StepText,
    Track,
    Visibility,
)
from content.problems import Location
from tests.content.cases import MODULE, MODULE_HEAD, PHASE_A, PHASES_B_D, TRACK_FILE, Case, write

LIBRARY = """id: asker
name: Asker
contact: post@example.org
licence: CC BY 4.0
languages: [nb, sv]
"""
GOOD_MODULE = MODULE_HEAD + PHASE_A + "\n### Les {#a1}\n\nLes.\n" + PHASES_B_D
SHIPPED = Path(__file__).parents[2] / "content" / "library"


def library(root: Path, files: dict[str, str] | None = None) -> Path:
    good = {"library.yaml": LIBRARY, "et-spor/track.nb.md": TRACK_FILE}
    write(root, good | {f"et-spor/{MODULE}": GOOD_MODULE} | (files or {}))
    return root


def codes(root: Path) -> list[str]:
    found = load_library(root).problems
    return [f"{p.location.path}:{p.location.line} {p.code}" for p in found]


def step_from(folder: Path, lines: str) -> list[str]:
    case = Case("here", "here")
    case.add("step", lines.split("\n"))
    return [problem.code for problem in case.load(folder).problems]


def test_library(tmp_path: Path) -> None:
    loaded = load_library(library(tmp_path))
    assert loaded.problems == ()
    assert loaded.value is not None
    assert loaded.value.publisher == Publisher(
        id="asker",
        name="Asker",
        organisation_number="",
        contact="post@example.org",
        licence="CC BY 4.0",
        languages=("nb", "sv"),
    )
    assert [track.id for track in loaded.value.tracks] == ["et-spor"]


def test_track_in_two_languages(tmp_path: Path) -> None:
    swedish = TRACK_FILE.replace("Et spor", "Ett spår").replace("[nb]", "[nb, sv]")
    body = '\n::: refleksjon {#r1 visible=group title="Tenk"}\nHva?\n:::\n'
    files = {
        "track.nb.md": TRACK_FILE.replace("[nb]", "[nb, sv]") + "\n## Hvorfor\n",
        "track.sv.md": swedish,
        "10-b.nb.md": MODULE_HEAD + PHASE_A + body + PHASES_B_D,
        "10-b.sv.md": MODULE_HEAD
        + PHASE_A
        + "\n### Tänk\n\n::: reflektion {#r1 visible=group}\nVad?\n:::\n"
        + PHASES_B_D,
    }
    folder = tmp_path / "et-spor"
    write(folder, files)
    loaded = load_track(folder)
    assert loaded.problems == ()
    track = loaded.value
    assert isinstance(track, Track)
    assert (track.version, track.subjects, track.grades) == ("1.0", ("NAT01-05",), ("8-10",))
    assert (track.languages, track.authors) == (("nb", "sv"), ("Asker",))
    assert (track.entry_level, track.order, track.lifecycle) == (
        EntryLevel.NEWCOMER,
        Order.RECOMMENDED,
        Lifecycle.DRAFT,
    )
    assert {code: text.title for code, text in track.texts.items()} == {
        "nb": "Et spor",
        "sv": "Ett spår",
    }
    assert track.texts["nb"].markdown == "## Hvorfor"
    (module,) = track.modules
    assert isinstance(module, Module)
    assert (module.id, module.number, module.gap_weeks) == ("b", 10, 4)
    assert module.minutes == {Phase.PREPARE: 30, Phase.TOGETHER: 45, Phase.FOLLOW_UP: 30}
    assert [(s.phase, s.minutes, s.texts["sv"]) for s in module.sections] == [
        (Phase.PREPARE, 30, "A Forarbeid"),
        (Phase.TOGETHER, 45, "B Samarbeid"),
        (Phase.FOLLOW_UP, 30, "D Etterarbeid"),
    ]
    assert module.steps[0] == Step(
        id="r1",
        kind=StepKind.REFLECTION,
        is_resource=False,
        minutes=None,
        visibility=Visibility.GROUP,
        texts={
            "nb": StepText("Tenk", "", "Hva?", None, None, (), Location("et-spor/10-b.nb.md", 7)),
            "sv": StepText("Tänk", "", "Vad?", None, None, (), Location("et-spor/10-b.sv.md", 9)),
        },
    )


def test_joint_phases() -> None:
    assert [phase for phase in Phase if phase.is_joint] == [Phase.TOGETHER, Phase.FOLLOW_UP]


def test_modules_come_by_number(tmp_path: Path) -> None:
    files = {f"et-spor/{n}-m{n}.nb.md": GOOD_MODULE for n in ("10", "2", "007")}
    files[f"et-spor/{MODULE} (absent)"] = ""
    loaded = load_library(library(tmp_path, files))
    assert loaded.value is not None
    assert [m.id for m in loaded.value.tracks[0].modules] == ["m2", "m007", "m10"]


def test_problems_of_all_files_at_once(tmp_path: Path) -> None:
    files = {
        "library.yaml": LIBRARY.replace("asker", "Asker").replace("sv", "se-sv") + "by: Asker\n",
        f"et-spor/{MODULE}": GOOD_MODULE.replace("{#b1}", "{#a1}"),
        "Annet Spor/track.nb.md": TRACK_FILE,
    }
    root = library(tmp_path, files)
    assert codes(root) == [
        "Annet Spor:1 track-empty",
        "Annet Spor:1 track-id",
        f"et-spor/{MODULE}:13 id-doubled",
        "library.yaml:1 front-matter-value",
        "library.yaml:6 front-matter-unknown",
    ]
    assert load_library(root).value is None


def test_a_publisher_in_unknown_languages(tmp_path: Path) -> None:
    root = library(tmp_path, {"library.yaml": LIBRARY.replace("[nb, sv]", "[no]")})
    (problem,) = load_library(root).problems
    assert (problem.code, problem.hint) == ("language-unknown", "Did you mean nb?")


def test_a_broken_track_can_still_be_looked_at(tmp_path: Path) -> None:
    broken = GOOD_MODULE.replace("{#a1}", "{#a1 .resource minutes=x}")
    loaded = load_library(library(tmp_path, {f"et-spor/{MODULE}": broken}))
    assert loaded.value is None
    assert loaded.draft is not None
    assert loaded.draft.tracks[0].modules[0].steps[0].is_resource


def test_who_mistypes_shows_nobody_more(tmp_path: Path) -> None:
    case = Case("here", "here")
    case.add("step", ["", "::: refleksjon {#r1 visible=gruppe}", "Hva?", ":::"])
    draft = case.load(tmp_path).draft
    assert draft is not None
    assert draft.modules[0].steps[0].visibility == Visibility.PRIVATE


def test_no_library(tmp_path: Path) -> None:
    assert codes(tmp_path / "nowhere") == ["library.yaml:1 file-missing"]


@pytest.mark.parametrize("language", ["nb", "sv"])
def test_bom_and_line_ends_of_other_systems(tmp_path: Path, language: str) -> None:
    root = library(tmp_path)
    for path in root.rglob("*.*"):
        text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
        path.write_text(f"\ufeff{text}", encoding="utf-8", newline="")
    assert codes(root) == []


def test_files_that_are_none_of_ours(tmp_path: Path) -> None:
    files = {".git/config.md": "x", "docs/notes.txt": "x", "et-spor/README.md": "x", "LICENSE": "x"}
    assert codes(library(tmp_path, files)) == []


def test_no_link_leads_out(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "track.nb.md").write_text(TRACK_FILE)
    (secret / "a.png").write_bytes(b"png")
    root = library(tmp_path / "library")
    (root / "lenket").symlink_to(secret)
    (root / "et-spor" / "02-x.nb.md").symlink_to(secret / "track.nb.md")
    (root / "et-spor" / "media").symlink_to(secret)
    text = GOOD_MODULE.replace("Les.", "![To glass](media/a.png)")
    (root / "et-spor" / MODULE).write_text(text)
    assert codes(root) == [
        f"et-spor/{MODULE}:9 media-missing",
        "et-spor/02-x.nb.md:1 file-missing",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_nobody_may_read(tmp_path: Path) -> None:
    root = library(tmp_path)
    (root / "et-spor" / MODULE).chmod(0)
    assert f"et-spor/{MODULE}:1 file-unreadable" in codes(root)


def test_a_file_that_is_too_big(tmp_path: Path) -> None:
    root = library(tmp_path, {f"et-spor/{MODULE}": GOOD_MODULE + "x" * 300_000})
    assert codes(root) == ["et-spor:1 track-empty", f"et-spor/{MODULE}:1 file-size"]


def test_front_matter_that_is_too_big(tmp_path: Path) -> None:
    root = library(tmp_path, {"library.yaml": LIBRARY + "#" + "x" * 17_000})
    assert codes(root) == ["library.yaml:1 front-matter-size"]


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("content.loader.FILES_MOST", 1)
    assert "et-spor/:1 files-many" in codes(library(tmp_path))


def test_a_step_of_64_kb_and_no_more(tmp_path: Path) -> None:
    head = "\n### Les {#a1}\n\n"
    words = "ord " * 16_380
    assert step_from(tmp_path / "a", head + words) == []
    assert step_from(tmp_path / "b", head + words + "ord " * 20) == ["step-size"]


def test_a_step_that_grows_to_more_than_1_mb(tmp_path: Path) -> None:
    text = "[a] " * 1_000 + f"\n\n[a]: https://example.org/{'x' * 2_000}"
    assert step_from(tmp_path, f"\n### Les {{#a1}}\n\n{text}") == ["step-html-size"]


def test_what_we_ship_is_clean(tmp_path: Path) -> None:
    """Copied, so that nothing but the folder itself is needed."""
    root = tmp_path / "library"
    shutil.copytree(SHIPPED, root)
    loaded = load_library(root)
    assert [p for p in loaded.problems if p.is_error] == []
    assert loaded.value is not None
    assert loaded.value.tracks


def test_a_track_is_found_under_the_codes_of_today(tmp_path: Path) -> None:
    """Each code once, also of a track that was written for an earlier revision of LK20."""
    old = TRACK_FILE.replace("[NAT01-05]", "[NAT01-04, MAT01-05, NAT01-05, GRGRFYS01]")
    write(tmp_path, {"track.nb.md": old, MODULE: MODULE_HEAD + "## A\n"})
    track = load_track(tmp_path).draft
    assert track is not None
    assert track.subjects == ("NAT01-05", "MAT01-06", "GRGRFYS01")
