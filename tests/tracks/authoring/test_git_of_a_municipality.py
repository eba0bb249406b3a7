"""A municipality's token opens what its authors may read and write, and nothing of it goes astray:
neither to it nor from it (ADR 0051)."""

from collections.abc import Iterator
from pathlib import Path
from subprocess import run

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.tool import Tool
from tests.tracks.authoring.test_borrowing import LENDER, SECRET, WAS, filled
from tests.tracks.authoring.test_coauthors import begin, post
from tests.tracks.authoring.test_git import Desk
from tracks.authoring.models import track_owner
from tracks.catalogue.histories import Histories
from tracks.catalogue.models import track_version
from tracks.catalogue.queries import Shelf
from tracks.catalogue.tokens import make_token
from tracks.people.actions import add_municipality
from tracks.subscriptions import reactions
from tracks.web.requests import now

pytestmark = pytest.mark.server
VERSION = 'version: "1.0.0"'


@pytest.fixture
def neighbour(tool: Tool) -> int:
    with tool.database.writing() as session:
        return add_municipality(session, "Neighbour municipality", country="NO")


@pytest.fixture
def desk(
    tool: Tool, author: FlaskClient, folder: Path, neighbour: int, tmp_path: Path
) -> Iterator[Desk]:
    """The neighbour's, beside a track that the sample municipality has not published."""
    tool.database._reactions = reactions(Shelf(), Histories(tool.settings.data_dir))
    begin(tool, author)
    filled(folder, LENDER, {WAS: SECRET})
    yield from Desk(tool, tmp_path, neighbour).serve()


def whole_library(desk: Desk, name: str = "whole") -> Path:
    """A copy of all, by a token of somebody who is trusted with it."""
    with desk.tool.database.writing() as session:
        token = make_token(session, "sample", "All", now(), municipality_id=None)
    copy = desk.home / name
    done = desk.git("clone", "-q", desk.url(token), str(copy), cwd=desk.home)
    assert done.returncode == 0, done.stderr
    return copy


def everything_in(copy: Path) -> str:
    """Every object of a copy, of whatever commit."""
    ids = ["git", "cat-file", "--batch-all-objects", "--batch=%(objectname) %(objecttype)"]
    return run(ids, cwd=copy, capture_output=True, check=True).stdout.decode("utf-8", "replace")


def new_track(desk: Desk, track: str, replaced: dict[str, str]) -> None:
    (desk.copy / track).mkdir(exist_ok=True)
    for source in sorted((desk.copy / "maaling").glob("*.md")):
        text = source.read_text("utf-8")
        for old, new in replaced.items():
            text = text.replace(old, new)
        (desk.copy / track / source.name).write_text(text, "utf-8")


def borrowing(track: str) -> dict[str, str]:
    return {"## B": f"### L {{#lan}}\n\n::: include {{resource={track}/enheter#les}}\n:::\n\n## B"}


def published(tool: Tool) -> int:
    return len(tool.rows(select(track_version.c.id)))


def test_a_clone_has_what_its_authors_may_read(desk: Desk) -> None:
    """In no state of the history, also not after the other has written and this one fetched."""
    whole = whole_library(desk)
    assert SECRET in everything_in(whole)  # else nothing is shown by what follows
    desk.clone()
    desk.change("Fortell kort.", "Fortell lenge.")
    desk.commit()
    assert desk.push().returncode == 0
    assert desk.git("fetch", "-q").returncode == 0

    assert sorted(p.name for p in desk.copy.iterdir()) == [".git", "library.yaml", "maaling"]
    found = everything_in(desk.copy)
    assert "Fortell lenge." in found
    assert SECRET not in found
    assert LENDER not in found
    # a commit that one has heard of elsewhere is not given away either
    head = desk.git("rev-parse", "HEAD", cwd=whole).stdout.strip()
    assert desk.git("fetch", "-q", "origin", head).returncode != 0


def test_what_it_pushes_is_in_the_library_and_published(
    desk: Desk, tool: Tool, folder: Path, neighbour: int
) -> None:
    desk.clone()
    new_track(desk, "nabospor", {"Fortell kort.": "Fra naboen."})
    desk.commit()

    pushed = desk.push()

    assert pushed.returncode == 0, pushed.stderr
    assert "remote: sample/nabospor@1.0.0: published" in pushed.stderr
    assert "Fra naboen." in (folder / "nabospor" / "01-enheter.nb.md").read_text("utf-8")
    owners = tool.rows(select(track_owner.c.track, track_owner.c.municipality_id))
    assert dict(map(tuple, owners)) == {LENDER: tool.municipality_id, "nabospor": neighbour}
    # and in the repository of all, with its tag; both go on from there
    whole = whole_library(desk)
    assert desk.git("tag", cwd=whole).stdout.split() == ["nabospor/1.0.0"]
    kept = desk.git("show", "nabospor/1.0.0:nabospor/01-enheter.nb.md", cwd=whole).stdout
    assert "Fra naboen." in kept
    assert SECRET in (whole / LENDER / "01-enheter.nb.md").read_text("utf-8")
    desk.change("Fortell kort.", "Fra begge.")
    desk.commit()
    assert desk.push().returncode == 0
    assert desk.git("pull", "-q", cwd=whole).returncode == 0
    assert "Fra begge." in (whole / "maaling" / "01-enheter.nb.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["01-enheter.nb.md", "media/a.svg", "notes.txt"])
def test_a_track_of_others_is_not_pushed_to(desk: Desk, folder: Path, name: str) -> None:
    desk.clone()
    head = desk.git("rev-parse", "HEAD").stdout.strip()
    place = desk.copy / LENDER / name
    place.parent.mkdir(parents=True)
    place.write_text("mine", "utf-8")
    desk.commit()

    pushed = desk.push()

    assert pushed.returncode != 0
    assert f"remote: {LENDER}/{name}: another municipality's track. Its authors" in pushed.stderr
    assert "can invite you" in pushed.stderr
    assert SECRET in (folder / LENDER / "01-enheter.nb.md").read_text("utf-8")
    assert not (folder / LENDER / "media").exists()
    assert desk.git("ls-remote", "origin", "main").stdout.split()[0] == head


def test_what_is_everybodys_is_not_a_municipalitys_to_change(desk: Desk, folder: Path) -> None:
    desk.clone()
    place = desk.copy / "library.yaml"
    before = place.read_text("utf-8")
    place.write_text(before.replace("name: ", "name: My "), "utf-8")
    desk.commit()

    pushed = desk.push()

    assert pushed.returncode != 0
    assert "remote: library.yaml: is about the whole library. Ask whoever runs" in pushed.stderr
    assert (folder / "library.yaml").read_text("utf-8") == before


def test_a_name_that_others_track_had_stops_no_push(desk: Desk, folder: Path) -> None:
    place = folder / "library.yaml"
    place.write_text(place.read_text("utf-8") + f"renamed: {{lesing: {LENDER}}}\n", "utf-8")
    desk.clone()
    desk.change("Fortell kort.", "Fortell lenge.")
    desk.commit()
    pushed = desk.push()
    assert pushed.returncode == 0, pushed.stderr


def test_a_push_borrows_what_is_published_only(
    desk: Desk, tool: Tool, author: FlaskClient, folder: Path
) -> None:
    desk.clone()
    new_track(desk, "nabospor", borrowing(LENDER))
    desk.commit()

    refused = desk.push()

    assert refused.returncode != 0
    assert f"there is no {LENDER}/enheter#les" in refused.stderr
    assert SECRET not in refused.stderr
    assert published(tool) == 1
    assert not (folder / "nabospor").exists()
    # published, it is lent as it was published; what is wrong there since is nothing to this push
    assert post(tool, author, f"/authoring/{LENDER}/publish", version="1.1").endswith("published")
    place = folder / LENDER / "01-enheter.nb.md"
    place.write_text(place.read_text("utf-8").replace("- ( ) Sekund", "- (x) Sekund"), "utf-8")
    taken = desk.push()
    assert taken.returncode == 0, taken.stderr
    assert published(tool) == 3


def test_a_track_that_is_taken_over_goes_out_of_the_copy(
    desk: Desk, tool: Tool, folder: Path
) -> None:
    """It stays in the library; a push on top of the old state is refused as any is."""
    desk.clone()
    with tool.database.writing() as session:
        session.execute(
            track_owner.insert().values(
                track="maaling", municipality_id=tool.municipality_id, since=now()
            )
        )
    desk.change("Fortell kort.", "Fortell lenge.")
    desk.commit()

    pushed = desk.push()

    assert pushed.returncode != 0
    assert (folder / "maaling" / "01-enheter.nb.md").exists()
    assert desk.git("fetch", "-q").returncode == 0
    assert desk.git("ls-tree", "--name-only", "origin/main").stdout.split() == ["library.yaml"]
    assert "Fortell kort." in (folder / "maaling" / "01-enheter.nb.md").read_text("utf-8")


def test_one_municipality_has_nothing_of_the_others_repository(
    desk: Desk, tool: Tool, author: FlaskClient, tmp_path: Path
) -> None:
    desk.clone()
    new_track(
        desk, "nabospor", {"Fortell kort.": "Bare naboens.", "lifecycle: open": "lifecycle: draft"}
    )
    desk.commit()
    assert desk.push().returncode == 0
    with tool.database.writing() as session:
        token = make_token(session, "sample", "Sample", now(), municipality_id=tool.municipality_id)
    copy = desk.home / "sample"
    assert desk.git("clone", "-q", desk.url(token), str(copy), cwd=desk.home).returncode == 0
    assert sorted(p.name for p in copy.iterdir()) == [".git", LENDER, "library.yaml", "maaling"]
    found = everything_in(copy)
    assert "Bare naboens." not in found
    assert SECRET in found
