"""What is refused takes no room: the repository is as it was, to the byte (F8, check 27)."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import run

import pytest
from flask.testing import FlaskClient

from tests.factories.databases import LIBRARY
from tests.factories.tool import Tool
from tests.tracks.authoring.test_git import VERSION, Desk, author, desk
from tests.tracks.authoring.test_git_of_a_municipality import new_track
from tracks.catalogue import recording
from tracks.catalogue.histories import Histories
from tracks.catalogue.models import track_version
from tracks.catalogue.queries import Shelf
from tracks.people.actions import add_municipality
from tracks.subscriptions import reactions

pytestmark = pytest.mark.server
__all__ = ["author", "desk"]  # fixtures
MEGABYTE = 1024 * 1024


def libraries(tool: Tool) -> dict[str, bytes]:
    """All that the repositories hold, whoever's they are."""
    root = tool.settings.data_dir / "libraries"
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def fsck(tool: Tool, name: str = "sample") -> str:
    """What is wrong in a repository, and what nothing leads to."""
    told = run(
        ["git", "fsck", "--strict", "--unreachable"],
        cwd=tool.settings.data_dir / "libraries" / f"{name}.git",
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout + told.stderr


def heavy(desk: Desk) -> None:
    """What would be noticed if it stayed, in files enough for a pack and in one that is large."""
    folder = desk.copy / "notes"
    folder.mkdir(exist_ok=True)
    for n in range(60):
        (folder / f"{n}.bin").write_bytes(os.urandom(100))
    (folder / "large.bin").write_bytes(os.urandom(MEGABYTE))


def newer(desk: Desk, version: str) -> None:
    desk.change('version: "1.0.0"', f'version: "{version}"', VERSION)


def behind(desk: Desk) -> None:
    """The history begins elsewhere."""
    desk.git("checkout", "-q", "--orphan", "other")
    desk.commit()
    desk.git("branch", "-f", "main", "other")
    desk.git("checkout", "-q", "main")


def failing(desk: Desk) -> None:
    desk.change("- ( ) Sekund", "- (x) Sekund")


def without_ids(desk: Desk) -> None:
    desk.change("{#les ", "{#lesing ", ("01-enheter.nb.md", "01-enheter.sv.md"))
    newer(desk, "1.1.0")


def too_low(desk: Desk) -> None:
    """After another one, which might be published, in the order of their names."""
    new_track(desk, "aaspor", {})
    newer(desk, "0.9.0")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (behind, "fetch first"),
        (failing, "checks failed"),
        (without_ids, "checks failed"),
        (too_low, "version taken"),
    ],
)
def test_a_refused_push_takes_no_room(
    desk: Desk, tool: Tool, folder: Path, change: Callable[[Desk], None], why: str
) -> None:
    desk.clone()
    before, texts = libraries(tool), sorted(folder.rglob("*"))
    heavy(desk)
    change(desk)
    desk.commit() if change is not behind else None

    for _ in range(2):
        pushed = desk.push("--force", "origin", "main")

        assert pushed.returncode != 0
        assert why in pushed.stderr
        assert libraries(tool) == before
    assert sorted(folder.rglob("*")) == texts
    assert desk.versions() == ["1.0.0"]
    assert fsck(tool) == ""


def test_what_cannot_be_recorded_takes_no_room(
    desk: Desk, tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the first of two tracks has been."""
    desk.clone()
    before = libraries(tool)
    heavy(desk)
    new_track(desk, "aaspor", {})
    newer(desk, "1.1.0")
    desk.commit()
    real, told = recording._record, []

    def full(history, event):
        real(history, event)
        told.append(event.track)
        if len(told) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(recording, "_record", full)
    pushed = desk.push()

    assert pushed.returncode != 0
    assert "503" in pushed.stderr
    assert told == ["aaspor", "maaling"]
    assert libraries(tool) == before
    assert desk.versions() == ["1.0.0"]
    monkeypatch.undo()
    assert desk.push().returncode == 0
    assert desk.versions() == ["1.0.0", "1.0.0", "1.1.0"]
    assert fsck(tool) == ""


def test_what_is_taken_is_whole_and_nothing_else(desk: Desk, tool: Tool) -> None:
    desk.clone()
    heavy(desk)
    newer(desk, "1.1.0")
    desk.commit()

    assert desk.push().returncode == 0

    assert fsck(tool) == ""
    assert not [name for name in libraries(tool) if "/incoming/" in name]
    assert desk.git("fetch", "--tags").returncode == 0
    assert desk.git("rev-parse", "maaling/1.1.0^{commit}").stdout.strip() == desk.head()


def test_two_pushes_at_once(desk: Desk, tool: Tool) -> None:
    """One is taken whole; of the other nothing is left."""
    desk.clone()
    other = desk.home / "other"
    assert desk.git("clone", "-q", desk.url(), str(other), cwd=desk.home).returncode == 0
    for copy in (desk.copy, other):
        (copy / "notes.bin").write_bytes(os.urandom(MEGABYTE))
        assert desk.git("add", "-A", cwd=copy).returncode == 0
        assert desk.git("commit", "-qm", "Change", cwd=copy).returncode == 0
    before = sum(map(len, libraries(tool).values()))

    with ThreadPoolExecutor(2) as both:
        done = list(
            both.map(lambda copy: desk.git("push", "origin", "main", cwd=copy), (desk.copy, other))
        )

    assert sorted(each.returncode for each in done) == [0, 1]
    assert "fetch" in next(each.stderr for each in done if each.returncode)
    assert fsck(tool) == ""
    assert MEGABYTE < sum(map(len, libraries(tool).values())) - before < 1.1 * MEGABYTE


def crafted_tree(desk: Desk, entries: str) -> str:
    done = run(
        ["git", "mktree"], cwd=desk.copy, input=entries, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def one_file_often(desk: Desk) -> str:
    (desk.home / "zeros").write_bytes(bytes(9 * MEGABYTE))
    blob = desk.git("hash-object", "-w", str(desk.home / "zeros")).stdout.strip()
    return crafted_tree(desk, "".join(f"100644 blob {blob}\t{n:03}.md\n" for n in range(200)))


def one_folder_often(desk: Desk) -> str:
    """No file at all, and a hundred million folders."""
    tree = crafted_tree(desk, "")
    for _ in range(4):
        tree = crafted_tree(desk, "".join(f"040000 tree {tree}\t{n:03}\n" for n in range(100)))
    return tree


def folders_seen_before(desk: Desk) -> str:
    """Each chain is short where it is met first, and goes on in one that was met already."""
    blob = desk.git("rev-parse", "HEAD:library.yaml").stdout.strip()
    chains = []
    tree = crafted_tree(desk, f"100644 blob {blob}\ta.md\n")
    for _ in range(3):
        for _ in range(4):
            tree = crafted_tree(desk, f"040000 tree {tree}\tx\n")
        chains.append(tree)
    return crafted_tree(desk, "".join(f"040000 tree {t}\t{n}\n" for n, t in enumerate(chains)))


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        (one_file_often, "more than 100 MB when it is unpacked"),
        (one_folder_often, "too many files"),
        (folders_seen_before, "too deep"),
    ],
)
def test_a_few_bytes_that_name_much_are_not_laid_out(
    desk: Desk, tool: Tool, tree: Callable[[Desk], str], said: str
) -> None:
    desk.clone()
    before = libraries(tool)
    commit = desk.git("commit-tree", tree(desk), "-p", "HEAD", "-m", "x").stdout.strip()

    pushed = desk.push("origin", f"{commit}:main")

    assert pushed.returncode != 0
    assert said in pushed.stderr
    assert libraries(tool) == before


class TestFull:
    @pytest.fixture
    def tool(self, database_url: str, tmp_path: Path) -> Iterator[Tool]:
        made = Tool(database_url, tmp_path / "data", library=LIBRARY, repository_mb=2)
        yield made
        made.close()

    def test_more_than_there_may_be_is_told(self, desk: Desk, tool: Tool) -> None:
        desk.clone()
        (desk.copy / "a.bin").write_bytes(os.urandom(MEGABYTE))
        desk.commit()
        assert desk.push().returncode == 0
        before = libraries(tool)
        (desk.copy / "a.bin").write_bytes(os.urandom(MEGABYTE))  # the first one is in the history
        desk.commit()

        refused = desk.push()

        assert refused.returncode != 0
        assert "too large" in refused.stderr
        said = "The library's repository has 2 MB, this push brings 2 MB, and 2 MB is the most."
        assert said in " ".join(refused.stderr.replace("remote:", "").split())
        assert libraries(tool) == before
        desk.git("reset", "-q", "--hard", "HEAD~1")
        (desk.copy / "a.bin").write_bytes(os.urandom(MEGABYTE // 2))
        desk.commit()
        assert desk.push().returncode == 0
        assert fsck(tool) == ""


class TestOfAMunicipality:
    @pytest.fixture
    def desk(self, tool: Tool, author: FlaskClient, tmp_path: Path) -> Iterator[Desk]:
        tool.database._reactions = reactions(Shelf(), Histories(tool.settings.data_dir))
        with tool.database.writing() as session:
            neighbour = add_municipality(session, "Neighbour municipality", country="NO")
        yield from Desk(tool, tmp_path, neighbour).serve()

    def test_what_is_the_whole_librarys_takes_no_room(self, desk: Desk, tool: Tool) -> None:
        desk.clone()
        before = libraries(tool)
        heavy(desk)
        place = desk.copy / "library.yaml"
        place.write_text(place.read_text("utf-8").replace("name: ", "name: My "), "utf-8")
        desk.commit()

        pushed = desk.push()

        assert pushed.returncode != 0
        assert "not yours" in pushed.stderr
        assert libraries(tool) == before

    def test_nothing_is_recorded_of_two_when_one_cannot_be_published(
        self, desk: Desk, tool: Tool, folder: Path
    ) -> None:
        """Else the next fetch would write into the library what was refused."""
        desk.clone()
        too_low(desk)
        desk.commit()
        before = libraries(tool)

        pushed = desk.push()

        assert pushed.returncode != 0
        assert "version taken" in pushed.stderr
        assert libraries(tool) == before
        assert not (folder / "aaspor").exists()
        assert len(tool.rows(track_version.select())) == 1
