"""What is recorded is what git reads, signed, one at a time, and outlives what goes wrong."""

from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest

from content.history.repository import History, HistoryBroken, Writer
from content.history.signing import SigningKeyUnusable, open_signer
from tests.content.history.conftest import Git

WHO = Writer("Asker", "content@example.org")
AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
FIRST: dict[str, bytes | None] = {
    "library.yaml": b"id: asker\n",
    "spor/track.nb.md": "Å lære\n".encode(),
    "spor/media/a.png": b"\x89PNG\x00\xff",
    "annet/track.nb.md": b"Annet\n",
}


def record(history: History, changes: dict[str, bytes | None], said: str = "Change") -> str:
    with history.writing():
        return history.record(changes, said, WHO, AT)


def test_files_come_out_as_they_went_in(history: History, git: Git) -> None:
    commit = record(history, FIRST)

    assert history.files(commit) == FIRST
    assert history.files(commit, "spor") == {
        "media/a.png": b"\x89PNG\x00\xff",
        "track.nb.md": "Å lære\n".encode(),
    }
    assert history.files(commit, "none") == {}
    assert history.file(commit, "spor/track.nb.md") == "Å lære\n".encode()
    assert history.file(commit, "spor/none") is None
    assert history.head() == commit == git("rev-parse", "HEAD").strip()
    assert git("show", "main:annet/track.nb.md") == "Annet\n"
    assert git("fsck", "--strict", "--no-dangling") == ""


def test_git_knows_the_signatures_of_commits_and_tags(history: History, git: Git) -> None:
    commit = record(history, FIRST)
    with history.writing():
        history.tag("spor/1.0", commit, "spor 1.0", WHO, AT)

    assert 'Good "git" signature' in git("verify-commit", commit)
    assert 'Good "git" signature' in git("verify-tag", "spor/1.0")
    assert git("log", "-1", "--format=%an <%ae> %at").strip() == (
        f"Asker <content@example.org> {int(AT.timestamp())}"
    )


def test_a_changed_commit_has_no_good_signature(history: History, git: Git) -> None:
    commit = record(history, FIRST)
    forged = git("cat-file", "commit", commit).replace("Change", "Charge")
    file = history.path / "forged"
    file.write_text(forged)
    other = git("hash-object", "-t", "commit", "-w", "forged").strip()

    with pytest.raises(AssertionError, match=r"incorrect signature|BAD"):
        git("verify-commit", other)


def test_the_key_is_kept_and_private(tmp_path: Path) -> None:
    file = tmp_path / "data" / "signing-key"
    made = open_signer(file).public_line

    assert file.stat().st_mode & 0o777 == 0o600
    assert open_signer(file).public_line == made
    file.write_bytes(b"no key")
    with pytest.raises(SigningKeyUnusable, match="signing-key"):
        open_signer(file)
    assert file.read_bytes() == b"no key"


def test_the_same_again_is_no_commit(history: History) -> None:
    first = record(history, FIRST)

    assert record(history, {"spor/track.nb.md": FIRST["spor/track.nb.md"]}) == first
    assert record(history, {"spor/none.md": None}) == first


def test_what_is_taken_away_is_gone_with_its_folder(history: History, git: Git) -> None:
    record(history, FIRST)
    last = record(history, {"spor/media/a.png": None, "annet/track.nb.md": None})

    assert sorted(history.files(last)) == ["library.yaml", "spor/track.nb.md"]
    assert history.paths(last, "spor") == ["spor/track.nb.md"]
    assert git("ls-tree", "--name-only", "main").split() == ["library.yaml", "spor"]
    emptied = record(history, {"library.yaml": None, "spor/track.nb.md": None})
    assert history.files(emptied) == {}
    assert git("fsck", "--strict", "--no-dangling") == ""


def test_a_file_in_a_folder_s_place_and_back(history: History) -> None:
    record(history, FIRST)
    flat = record(history, {"spor": b"a file now\n"})
    back = record(history, {"spor/track.nb.md": b"a folder\n"})

    assert history.file(flat, "spor") == b"a file now\n"
    assert history.files(back, "spor") == {"track.nb.md": b"a folder\n"}


def test_versions_of_a_file(history: History) -> None:
    file = "spor/track.nb.md"
    one = record(history, FIRST, "One")
    record(history, {"library.yaml": b"id: b\n"}, "Not this file")
    two = record(history, {file: b"Two\n"}, "Two\n\nmore")
    three = record(history, {file: None}, "Three")

    found = [(v.commit, v.said, v.data) for v in history.versions(file)]

    assert found == [
        (three, "Three", None),
        (two, "Two", b"Two\n"),
        (one, "One", FIRST[file]),
    ]
    assert history.versions(file)[0].at == AT
    assert history.versions(file, most=1)[0].commit == three
    assert history.versions("none") == []


def test_a_tag_is_replaced_and_found(history: History) -> None:
    assert history.tagged("spor/1.0") is None
    one = record(history, FIRST)
    two = record(history, {"spor/track.nb.md": b"Two\n"})
    for commit in (one, two):
        with history.writing():
            history.tag("spor/1.0", commit, "spor 1.0", WHO, AT + timedelta(1))
        assert history.tagged("spor/1.0") == commit
    assert history.tagged("spor/1.1") is None
    assert history.is_ancestor(one, two)
    assert history.is_ancestor(two, two)
    assert not history.is_ancestor(two, one)


def test_many_files_at_once_are_one_pack(history: History, git: Git) -> None:
    files: dict[str, bytes | None] = {f"spor/{n:03}-a.nb.md": b"%d" % n for n in range(300)}
    commit = record(history, files)

    assert history.files(commit) == files
    assert "in-pack: 302" in git("count-objects", "-v") or "in-pack: 303" in git(
        "count-objects", "-v"
    )


def _write(history: History, number: int) -> None:
    for n in range(5):
        record(history, {f"spor-{number}/{n}.md": b"x"})


def test_several_processes_lose_nothing(history: History, git: Git) -> None:
    context = get_context("fork")
    writers = [context.Process(target=_write, args=(history, n)) for n in range(3)]
    for each in writers:
        each.start()
    for each in writers:
        each.join(60)

    head = history.head()
    assert head is not None
    assert len(history.files(head)) == 15
    assert git("rev-list", "--count", "main").strip() == "15"


def test_a_name_cannot_break_the_commit(history: History, git: Git) -> None:
    with history.writing():
        history.record(FIRST, "One", Writer("A <b>\nparent x", "\x00a@b>"), AT)

    assert git("log", "-1", "--format=%an|%ae").strip() == "A bparent x|a@b"
    assert git("fsck", "--strict", "--no-dangling") == ""


def test_a_damaged_repository_is_told(history: History) -> None:
    commit = record(history, FIRST)
    for pack in (history.path / "objects").rglob("*"):
        if pack.is_file():
            pack.unlink()

    with pytest.raises(HistoryBroken, match="asker"):
        history.files(commit)
    with pytest.raises(HistoryBroken, match="asker"):
        record(history, {"a/b.md": b"x"})


def test_a_folder_that_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "libraries").write_text("a file in the folder's place")
    history = History(tmp_path / "libraries" / "a.git", open_signer(tmp_path / "key"))

    assert history.head() is None
    with pytest.raises(HistoryBroken, match="libraries"):
        record(history, FIRST)
