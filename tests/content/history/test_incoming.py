"""What a push brings is in the repository once a ref leads to it, and leaves nothing otherwise."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tree

from content.history.aside import aside_in
from content.history.incoming import Incoming, incoming
from content.history.repository import History, HistoryBroken
from tests.content.history.conftest import Git
from tests.content.history.test_repository import AT, FIRST, WHO, record


def brought(history: History, files: int) -> tuple[list[ShaFile], str]:
    """A version that goes on from the head, with so many files."""
    blobs = [Blob.from_string(b"%d" % n) for n in range(files)]
    tree, commit = Tree(), Commit()
    for n, blob in enumerate(blobs):
        tree.add(b"%03d.md" % n, 0o100644, blob.id)
    head = history.head()
    commit.tree, commit.parents = tree.id, [ObjectID(head.encode())] if head else []
    commit.author = commit.committer = WHO.line()
    commit.author_time = commit.commit_time = commit.author_timezone = commit.commit_timezone = 0
    commit.message = b"Pushed\n"
    return [*blobs, tree, commit], commit.id.decode()


def files_of(history: History) -> dict[str, bytes]:
    return {
        p.relative_to(history.path).as_posix(): p.read_bytes()
        for p in history.path.rglob("*")
        if p.is_file()
    }


@pytest.fixture(params=[3, 60], ids=["loose", "pack"])
def push(request: pytest.FixtureRequest, history: History) -> tuple[list[ShaFile], str]:
    record(history, FIRST)
    return brought(history, request.param)


def test_only_who_asks_the_incoming_sees_it(history: History, push: tuple[list[ShaFile], str]):
    objects, tip = push
    before, head = files_of(history), history.head()
    with history.writing(), incoming(history, objects, tip) as coming:
        assert coming.files(tip)["002.md"] == b"2"
        assert coming.files(head or "") == FIRST
        assert coming.is_ancestor(head or "", tip)
        assert coming.sizes().here == sum(map(len, before.values()))
        assert coming.sizes().comes > len(objects) * 10
        (coming.folder() / "x").write_text("x")
        with history.objects() as found:
            assert {found(each.id) for each in objects} == {None}

    assert files_of(history) == before
    assert not aside_in(history.path).exists()


def test_what_main_leads_to_stays(history: History, git: Git, push: tuple[list[ShaFile], str]):
    objects, tip = push
    with history.writing(), incoming(history, objects, tip) as coming, coming.moved_in():
        assert history.advance(history.head(), tip)

    assert history.head() == tip
    assert history.files(tip)["002.md"] == b"2"
    assert not aside_in(history.path).exists()
    assert git("fsck", "--strict", "--unreachable") == ""


def test_what_a_tag_leads_to_stays_also_if_main_has_not_moved(
    history: History, git: Git, push: tuple[list[ShaFile], str]
):
    objects, tip = push
    with history.writing(), incoming(history, objects, tip) as coming, coming.moved_in():
        history.tag("spor/1.0", tip, "spor 1.0", WHO, AT)

    assert git("fsck", "--strict", "--unreachable") == ""
    assert history.tagged("spor/1.0") == tip


def test_what_fails_is_taken_back(history: History, git: Git, push: tuple[list[ShaFile], str]):
    objects, tip = push
    head = history.head() or ""
    with history.writing():
        history.tag("spor/1.0", head, "spor 1.0", WHO, AT)
    before = files_of(history)

    def publish() -> None:
        with history.writing(), incoming(history, objects, tip) as coming, coming.moved_in():
            history.tag("spor/1.0", tip, "spor 1.0", WHO, AT)
            history.tag("spor/1.1", tip, "spor 1.1", WHO, AT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        publish()

    assert files_of(history) == before
    assert history.tagged("spor/1.0") == head
    assert git("fsck", "--strict", "--unreachable") == ""


def test_what_was_here_before_stays_when_the_rest_goes(history: History):
    head = record(history, FIRST)
    known: ShaFile = Blob.from_string(FIRST["annet/track.nb.md"] or b"")
    objects, tip = brought(history, 3)
    before = files_of(history)

    both = [known, *objects]
    with history.writing(), incoming(history, both, tip) as coming, coming.moved_in():
        assert files_of(history) != before

    assert files_of(history) == before
    assert history.files(head) == FIRST


def nothing(history: History, coming: Incoming, tip: str) -> None:
    """The process ends while the push is looked at."""


def moved_in(history: History, coming: Incoming, tip: str) -> None:
    coming.moved_in().__enter__()


def taken(history: History, coming: Incoming, tip: str) -> None:
    coming.moved_in().__enter__()
    assert history.advance(history.head(), tip)


@pytest.mark.parametrize("until", [nothing, moved_in, taken])
def test_a_process_that_ends_leaves_nothing_that_is_not_taken(
    history: History,
    git: Git,
    push: tuple[list[ShaFile], str],
    until: Callable[[History, Incoming, str], None],
):
    objects, tip = push
    before = files_of(history)
    child = os.fork()
    if child == 0:
        try:
            with history.writing(), incoming(history, objects, tip) as coming:
                until(history, coming, tip)
                os._exit(7)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert files_of(history) != before

    with history.writing():
        pass

    assert not aside_in(history.path).exists()
    assert git("fsck", "--strict", "--unreachable") == ""
    if until is taken:
        assert history.head() == tip
        assert history.files(tip)["002.md"] == b"2"
    else:
        assert files_of(history) == before


def test_a_disk_that_takes_nothing_leaves_nothing(
    history: History, push: tuple[list[ShaFile], str], monkeypatch: pytest.MonkeyPatch
):
    objects, tip = push
    before = files_of(history)
    real = Path.rename

    def full(self: Path, target: Path) -> Path:
        if self.suffix == ".idx" or len(self.name) == 38:
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", full)

    def take() -> None:
        with history.writing(), incoming(history, objects, tip) as coming, coming.moved_in():
            raise AssertionError("it is not in")

    with pytest.raises(HistoryBroken, match="No space"):
        take()
    assert files_of(history) == before
