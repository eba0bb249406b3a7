"""Bar 13: taking ten commits in, telling what changed, and putting two lines together, beside the
git command line; the tree must be the same."""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dulwich.objects import Commit, ObjectID
from dulwich.repo import Repo

from content.history.incoming import incoming
from content.history.packs import read_pack
from content.history.pushed import judge, objects_of
from content.history.repository import History, Writer
from content.history.signing import open_signer
from content.history.trees import with_changes
from content.merging import merged
from tests.bench.bench import Bench
from tests.bench.measuring import in_turn
from tests.bench.result import Comparison, Figure, Limit, NotMeasured, Result

LIBRARY = Path("content/library")
COPIES = 10  # of the shipped tracks: as large as a municipality's library
COMMITS = 10
WHO = Writer("Bench", "bench@example.org")
NAME = "13 ten commits from git: taken in, what changed, merged"


@dataclass(frozen=True, slots=True)
class World:
    folder: Path
    here: str  # the head of the repository that takes in
    base: str
    there: str  # the head of what comes, ten commits on from the base

    @property
    def mine(self) -> Path:
        return self.folder / "mine.git"

    @property
    def theirs(self) -> Path:
        return self.folder / "theirs.git"


def measure(bench: Bench) -> list[Result]:
    if shutil.which("git") is None:
        return [NotMeasured(NAME, "git is not installed")]
    world = _world(bench.folder / "git")
    trees: dict[str, str] = {}

    def round_of(name: str, run: Callable[[World, Path], str]) -> Callable[[], float]:
        def once() -> float:
            target = world.folder / f"round-{time.monotonic_ns()}.git"
            shutil.copytree(world.mine, target)
            began = _cpu()
            trees[name] = run(world, target)
            spent = _cpu() - began
            shutil.rmtree(target)
            return spent * 1e6

        return once

    pairs = in_turn(round_of("ours", _ours), round_of("git", _git), bench.pairs)
    return [
        Comparison(
            name=NAME,
            ours="our reader of packs, each object judged; dulwich keeps, compares and merges",
            theirs="git fetch with fsck, git diff-tree, git merge-tree",
            how=f"{COMMITS} commits on {COPIES} times the shipped library; CPU with children",
            limit=Limit(floor=2.0, goal=1.2, at_most=True),
            pairs=pairs,
        ),
        Figure(
            name="13 the merged tree is git's",
            value=float(trees["ours"] != trees["git"]),
            how="1 if the two trees differ",
            limit=Limit(floor=0, goal=0, at_most=True),
        ),
    ]


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _world(folder: Path) -> World:
    folder.mkdir(parents=True)
    signer = open_signer(folder / "key")
    theirs = History(folder / "theirs.git", signer)
    shipped = {
        path.relative_to(LIBRARY).as_posix(): path.read_bytes()
        for path in sorted(LIBRARY.rglob("*.md"))
    }
    files = {
        f"{track}-{n}/{rest}": data
        for path, data in shipped.items()
        for track, _, rest in [path.partition("/")]
        for n in range(COPIES)
    }
    at = datetime(2026, 11, 1, tzinfo=UTC)
    with theirs.writing():
        base = theirs.record(dict(files), "Begin", WHO, at)
    shutil.copytree(folder / "theirs.git", folder / "mine.git")
    mine = History(folder / "mine.git", signer)
    names = sorted(files)
    step = len(names) // (2 * COMMITS)
    with theirs.writing():
        there = base
        for n in range(COMMITS):
            name = names[2 * n * step]
            there = theirs.record({name: files[name] + b"\nTheirs.\n"}, f"T{n}", WHO, at)
    with mine.writing():
        here = base
        for n in range(COMMITS):
            name = names[(2 * n + 1) * step]
            here = mine.record({name: b"<!-- ours -->\n" + files[name]}, f"O{n}", WHO, at)
    return World(folder, here, base, there)


def _ours(world: World, target: Path) -> str:
    wanted = f"{world.there}\n^{world.base}\n".encode()
    pack = subprocess.run(
        ["git", "pack-objects", "--revs", "--thin", "--stdout", "-q"],
        cwd=world.theirs,
        input=wanted,
        capture_output=True,
        check=True,
    ).stdout
    history = History(target, open_signer(world.folder / "key"))

    tip, base = ObjectID(world.there.encode()), ObjectID(world.base.encode())
    with history.objects() as known:
        judged = judge(read_pack(pack, known), known, tip, base, WHO.line())
    objects = list(objects_of(judged))
    with history.writing(), incoming(history, objects, world.there) as coming, coming.moved_in():
        assert history.advance(world.here, world.there)
    with history.opened() as repo:
        changed = {}
        for side in (world.here, world.there):
            changes = repo.object_store.tree_changes(
                _tree(repo, world.base),
                _tree(repo, side),
            )
            changed[side] = {(new or old).decode(): ids for (old, new), _, ids in changes}
        taken: dict[str, bytes | None] = {}
        for path, (_, id_) in changed[world.there].items():
            data = None if id_ is None else repo[id_].as_raw_string()
            if path in changed[world.here] and data is not None:
                before, mine = changed[world.here][path]
                texts = [repo[each].as_raw_string().decode() for each in (before, mine)]
                data = merged(texts[0], texts[1], data.decode()).text().encode()
            taken[path] = data
        head = _tree(repo, world.here)
        return with_changes(repo.object_store, head, taken)[0].decode()


def _tree(repo: Repo, commit: str) -> ObjectID:
    found = repo[commit.encode()]
    assert isinstance(found, Commit)
    return found.tree


def _git(world: World, target: Path) -> str:
    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-c", "fetch.fsckObjects=true", *arguments],
            cwd=target,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    git("fetch", "-q", str(world.theirs), "main:refs/heads/theirs")
    git("diff-tree", "-r", "--name-only", world.base, world.there)
    return git("merge-tree", "--write-tree", world.here, world.there).split("\n")[0]
