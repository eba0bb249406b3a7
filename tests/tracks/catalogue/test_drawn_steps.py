"""A new version draws the steps that have changed, and takes the others over."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update

from content.loader import load_library
from content.model import Step, Track
from content.rendering import identity, pieces
from content.rendering.html import render_step
from tests.content.cases import DOT, MODULE, MODULE_HEAD, PHASES_B_D, TRACK_FILE, write
from tests.factories.databases import sample_library
from tests.factories.tool import Tool
from tracks.catalogue.actions import publish_track
from tracks.catalogue.models import step, step_text

LIBRARY = "id: asker\nname: Asker\ncontact: a@example.org\nlicence: CC BY 4.0\nlanguages: [nb]\n"
STEPS = """## A Forarbeid {phase=A}

### Les {#les}

Les dette først.

### Se {#se}

![To glass](media/glass.png)

### Fra en annen {#fra}

::: lån {resource=laner/case#laant}
:::
"""
LENT = "## A Forarbeid {phase=A}\n\n### Lånt {#laant .resource}\n\nDet lånte.\n"


def publish(tool: Tool, track: Track, version: str) -> tuple[int, list[str]]:
    """The version's id, and the steps that were drawn for it, "id/language"."""
    seen: list[str] = []

    def counted(each: Step, language: str, **given: Any) -> Any:
        seen.append(f"{each.id}/{language}")
        return render_step(each, language, **given)

    with tool.database.writing() as session, patch.object(pieces, "render_step", counted):
        published = publish_track(
            session,
            "asker",
            replace(track, version=version),
            media={"glass.png": b"x"},
            now=datetime.now(UTC),
        )
    return published.version_id, seen


def read(root: Path, steps: str = STEPS, lent: str = LENT) -> Track:
    shutil.rmtree(root, ignore_errors=True)
    write(root, {"library.yaml": LIBRARY})
    for name, text in (("spor", steps), ("laner", lent)):
        write(root / name, {"track.nb.md": TRACK_FILE, MODULE: MODULE_HEAD + text + PHASES_B_D})
    write(root / "spor", {"media/glass.png (bytes)": "".join(f"\\x{byte:02x}" for byte in DOT)})
    loaded = load_library(root)
    assert loaded.problems == ()
    assert loaded.value is not None
    return next(track for track in loaded.value.tracks if track.id == "spor")


def bodies(tool: Tool, version_id: int) -> dict[str, dict[str, Any]]:
    rows = tool.rows(
        select(step.c.slug, step_text.c.body)
        .join(step, step.c.id == step_text.c.step_id)
        .where(step_text.c.track_version_id == version_id)
    )
    return dict(rows)


def drawn_anew(track: Track, version_id: int) -> dict[str, dict[str, Any]]:
    def url(name: str) -> str:
        return f"/media/{version_id}/{name.removeprefix('media/')}"

    steps = (each for module in track.modules for each in module.steps)
    return {each.id: render_step(each, "nb", media_url=url).as_json() for each in steps}


def test_one_edit_draws_one_step(tool: Tool, tmp_path: Path) -> None:
    track = read(tmp_path)
    _, first = publish(tool, track, "1")
    edited = read(tmp_path, STEPS.replace("Les dette først.", "Les dette nå."))

    version_id, second = publish(tool, edited, "2")

    assert first == ["les/nb", "se/nb", "fra/nb", "b1/nb", "d1/nb"]
    assert second == ["les/nb"]
    # as if all had been drawn, the picture in this version's own place
    assert bodies(tool, version_id) == drawn_anew(edited, version_id)
    assert f"/media/{version_id}/glass.png" in bodies(tool, version_id)["se"]["html"]


def test_nothing_but_the_version_draws_nothing(tool: Tool, tmp_path: Path) -> None:
    track = read(tmp_path)
    publish(tool, track, "1")
    moved = read(tmp_path, STEPS.replace("### Les", "\n\n### Les"))

    assert [publish(tool, track, version)[1] for version in ("2", "3")] == [[], []]
    version_id, seen = publish(tool, moved, "4")
    assert seen == []
    assert bodies(tool, version_id) == drawn_anew(moved, version_id)


def test_what_is_borrowed_is_a_part_of_the_step(tool: Tool, tmp_path: Path) -> None:
    publish(tool, read(tmp_path), "1")

    other = read(tmp_path, lent=LENT.replace("Det lånte.", "Noe annet lånt."))

    assert publish(tool, other, "2")[1] == ["fra/nb"]


def test_another_renderer_draws_everything(tool: Tool, tmp_path: Path) -> None:
    track = read(tmp_path)
    _, first = publish(tool, track, "1")

    with patch.object(identity, "renderer", lambda: "another"):
        assert publish(tool, track, "2")[1] == first


def test_a_step_stored_before_the_keys_is_drawn_once(tool: Tool, tmp_path: Path) -> None:
    track = read(tmp_path)
    publish(tool, track, "1")
    with tool.database.writing() as session:
        session.execute(update(step_text).values(drawn_as=None))

    assert len(publish(tool, track, "2")[1]) == 5
    assert publish(tool, track, "3")[1] == []


def test_words_that_look_like_our_addresses_stay_as_they_are(tool: Tool, tmp_path: Path) -> None:
    track = read(tmp_path, STEPS.replace("Les dette først.", r"Les \/media\/1\/a, /media/2/b."))
    version_id, _ = publish(tool, track, "1")
    steps = STEPS.replace(
        "Les dette først.", f"Les /media/{version_id}/a og /media/{version_id + 1}/b."
    )
    track = read(tmp_path, steps)

    for version in ("2", "3"):
        version_id, seen = publish(tool, track, version)
        assert seen == ["les/nb"]
        assert bodies(tool, version_id) == drawn_anew(track, version_id)


CHANGES = [
    {"title": "En annen"},
    {"markdown": "Annen tekst."},
    {"prompt": "Annet spørsmål?"},
    {"leader": ("Si noe annet.",)},
    {"items": ("Gjør dette.",)},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_each_part_of_a_text_has_its_part_in_the_key(change: dict[str, Any]) -> None:
    track = sample_library().tracks[0]
    one = track.modules[0].steps[0]
    text = replace(one.texts["nb"], **change)

    assert identity.key_of(replace(one, texts={"nb": text}), "nb") != identity.key_of(one, "nb")


def test_kind_scale_id_and_language_have_their_part_in_the_key() -> None:
    one = sample_library().tracks[0].modules[0].steps[0]
    twice = replace(one, texts={"nb": one.texts["nb"], "sv": one.texts["nb"]})
    others = [
        identity.key_of(twice, "sv"),
        *(identity.key_of(replace(one, **c), "nb") for c in ({"id": "x"}, {"scale": (1, 4)})),
    ]
    assert identity.key_of(twice, "nb") == identity.key_of(one, "nb")
    assert len({identity.key_of(one, "nb"), *others}) == 4


def test_the_question_has_its_part_in_the_key() -> None:
    steps = [s for t in sample_library().tracks for m in t.modules for s in m.steps]
    one = next(s for s in steps if s.texts["nb"].question is not None)
    text = one.texts["nb"]
    assert text.question is not None
    other = replace(text, question=replace(text.question, points=text.question.points + 1))

    assert identity.key_of(replace(one, texts={"nb": other}), "nb") != identity.key_of(one, "nb")


def test_the_same_key_is_the_same_drawing_in_the_library_we_ship() -> None:
    library = load_library(Path("content/library")).value
    assert library is not None
    found: dict[str, set[str]] = {}
    for each in (s for t in library.tracks for m in t.modules for s in m.steps):
        for language in each.texts:
            made = json.dumps(render_step(each, language, media_url=str).as_json())
            found.setdefault(identity.key_of(each, language), set()).add(made)
    assert {len(made) for made in found.values()} == {1}
