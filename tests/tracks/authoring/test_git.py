"""git's own client fetches the authors' library and pushes to it; what is wrong changes nothing."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess, run
from threading import Thread

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.serving import make_server

from content.history.wire import line
from content.loader import load_library
from tests.content.test_picture_sizes import bomb
from tests.content.workers.test_budget import ending, failing
from tests.factories.databases import LIBRARY
from tests.factories.tool import Tool
from tests.tracks.authoring.conftest import become_author
from tests.tracks.authoring.pages import FILE, send, text_of
from tracks.catalogue.histories import Histories
from tracks.catalogue.models import media_file, push_token, track_version
from tracks.catalogue.queries import Shelf
from tracks.catalogue.tokens import make_token, revoke_token
from tracks.subscriptions import reactions
from tracks.web.requests import now

pytestmark = pytest.mark.server


class Desk:
    """A site on loopback, with a token; and somebody with git who has a copy of the library."""

    def __init__(self, tool: Tool, folder: Path, municipality_id: int | None = None) -> None:
        self.tool = tool
        self.home = folder / "git"
        self.home.mkdir()
        self.copy = self.home / "copy"
        with tool.database.writing() as session:
            self.token = make_token(
                session, "sample", "Office", now(), municipality_id=municipality_id
            )

    def serve(self) -> Iterator["Desk"]:
        # as the client sees it: https, ended before us
        def forwarded(environ, start_response):
            environ["wsgi.url_scheme"] = "https"
            environ["HTTP_HOST"] = "tracks.example"
            return self.tool.app(environ, start_response)

        server = make_server("127.0.0.1", 0, forwarded, threaded=True)
        thread = Thread(target=server.serve_forever)
        thread.start()
        self.port = server.port
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def url(self, token: str | None = None, publisher: str = "sample") -> str:
        secret = self.token if token is None else token
        return f"http://x:{secret}@127.0.0.1:{self.port}/git/{publisher}.git"

    def git(self, *arguments: str, cwd: Path | None = None) -> CompletedProcess[str]:
        """As no settings of this machine make it; the writer is the publisher."""
        return run(
            [
                "git",
                "-c",
                "user.name=Sample publisher",
                "-c",
                "user.email=sample@example.org",
                *arguments,
            ],
            cwd=cwd or (self.copy if self.copy.exists() else self.home),
            capture_output=True,
            text=True,
            timeout=120,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_TERMINAL_PROMPT": "0",
                "LC_ALL": "C",
                "LANGUAGE": "en",  # git passes it on
            },
        )

    def clone(self) -> None:
        done = self.git("clone", "-q", self.url(), str(self.copy), cwd=self.home)
        assert done.returncode == 0, done.stderr

    def change(self, old: str, new: str, names: tuple[str, ...] = ("01-enheter.nb.md",)) -> None:
        for name in names:
            file = self.copy / "maaling" / name
            text = file.read_text("utf-8")
            assert old in text
            file.write_text(text.replace(old, new, 1), "utf-8")

    def commit(self, message: str = "Change") -> None:
        assert self.git("add", "-A").returncode == 0
        done = self.git("commit", "-q", "-m", message)
        assert done.returncode == 0, done.stderr + done.stdout

    def push(self, *more: str) -> CompletedProcess[str]:
        return self.git("push", *(more or ("origin", "main")))

    def head(self) -> str:
        found = Histories(self.tool.settings.data_dir).of("sample").head()
        assert found is not None
        return found

    def versions(self) -> list[str]:
        rows = self.tool.rows(select(track_version.c.version).order_by(track_version.c.id))
        return [row.version for row in rows]


@pytest.fixture
def author(tool: Tool) -> FlaskClient:
    return become_author(tool, "author-1")


@pytest.fixture
def desk(tool: Tool, author: FlaskClient, tmp_path: Path) -> Iterator[Desk]:
    histories = Histories(tool.settings.data_dir)
    recording = reactions(Shelf(), histories)
    tool.database._reactions = recording
    yield from Desk(tool, tmp_path).serve()


VERSION = ("track.nb.md", "track.sv.md")


def test_a_clone_is_the_library(desk: Desk) -> None:
    desk.clone()

    for name in ("library.yaml", "maaling/track.nb.md", "maaling/02-feil.sv.md"):
        assert (desk.copy / name).read_bytes() == (LIBRARY / name).read_bytes()
    assert desk.git("log", "--format=%an <%ae>").stdout.splitlines() == [
        "Sample publisher <sample@example.org>"
    ]
    assert desk.git("fetch").returncode == 0


def test_a_push_with_a_new_version_is_published(desk: Desk, folder: Path) -> None:
    desk.clone()
    desk.change("Fortell kort.", "Fortell lenge.")
    desk.change('version: "1.0.0"', 'version: "1.1.0"', VERSION)
    desk.commit()

    pushed = desk.push()

    assert pushed.returncode == 0, pushed.stderr
    assert "remote: sample/maaling@1.1.0: published" in pushed.stderr
    assert desk.versions() == ["1.0.0", "1.1.0"]
    assert "Fortell lenge." in (folder / "maaling" / "01-enheter.nb.md").read_text("utf-8")
    assert desk.head() == desk.git("rev-parse", "HEAD").stdout.strip()
    assert desk.git("fetch", "--tags").returncode == 0
    assert desk.git("tag").stdout.split() == ["maaling/1.1.0"]
    again = desk.push()
    assert "Everything up-to-date" in again.stderr


def test_a_push_without_a_new_version_is_in_the_library_only(desk: Desk, folder: Path) -> None:
    desk.clone()
    desk.change("Fortell kort.", "Fortell lenge.")
    desk.commit()

    pushed = desk.push()

    assert pushed.returncode == 0, pushed.stderr
    assert "No version is new" in pushed.stderr
    assert desk.versions() == ["1.0.0"]
    assert "Fortell lenge." in (folder / "maaling" / "01-enheter.nb.md").read_text("utf-8")


def test_a_push_that_git_sends_in_pieces(desk: Desk) -> None:
    """More than a megabyte comes chunked, without a length."""
    desk.clone()
    (desk.copy / "notes.bin").write_bytes(os.urandom(2 * 1024 * 1024))
    desk.commit()

    pushed = desk.push()

    assert pushed.returncode == 0, pushed.stderr
    assert desk.head() == desk.git("rev-parse", "HEAD").stdout.strip()


def test_the_checks_are_a_gate_and_are_told(desk: Desk, folder: Path) -> None:
    desk.clone()
    head = desk.head()
    desk.change("- ( ) Sekund", "- (x) Sekund")
    desk.change('version: "1.0.0"', 'version: "1.1.0"', VERSION)
    desk.commit()

    pushed = desk.push()

    assert pushed.returncode != 0
    assert "remote: maaling/01-enheter.nb.md:" in pushed.stderr
    assert "2 right answers" in pushed.stderr
    assert "checks failed" in pushed.stderr
    assert (desk.head(), desk.versions()) == (head, ["1.0.0"])
    assert "- ( ) Sekund" in (folder / "maaling" / "01-enheter.nb.md").read_text("utf-8")


def test_a_track_that_somebody_has_only_begun_stops_nobody(
    desk: Desk, tool: Tool, author: FlaskClient, folder: Path
) -> None:
    tool.post(author, "/authoring", title="Ny", language="nb")
    assert load_library(folder).has_errors
    desk.clone()
    desk.change("Fortell kort.", "Fortell lenge.")
    desk.change('version: "1.0.0"', 'version: "1.1.0"', VERSION)
    desk.commit()

    pushed = desk.push()

    assert pushed.returncode == 0, pushed.stderr
    assert desk.versions() == ["1.0.0", "1.1.0"]
    # who changes it is told, and once it is no draft it stands in the way
    begun = desk.copy / "ny" / "track.nb.md"
    begun.write_text(begun.read_text("utf-8") + "\n![](media/a.png)\n", "utf-8")
    desk.commit()
    refused = desk.push()
    assert refused.returncode != 0
    assert "ny/track.nb.md" in refused.stderr


def test_lost_ids_are_told(desk: Desk) -> None:
    desk.clone()
    both = ("01-enheter.nb.md", "01-enheter.sv.md")
    desk.change("{#les ", "{#lesing ", both)
    desk.change('version: "1.0.0"', 'version: "1.1.0"', VERSION)
    desk.commit()

    pushed = desk.push()

    assert "the step les was there in the last version" in pushed.stderr
    assert desk.versions() == ["1.0.0"]


def test_what_an_author_wrote_in_the_browser_is_not_pushed_over(
    desk: Desk, tool: Tool, author: FlaskClient, folder: Path
) -> None:
    desk.clone()
    page = tool.get(author, FILE)
    send(tool, author, page, text_of(page.text).replace("Fortell kort.", "Fra siden."), go="save")
    desk.change("Hva vil du prøve?", "Hva vil du gjøre?")
    desk.commit()

    first = desk.push()
    pulled = desk.git("pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
    second = desk.push()

    assert first.returncode != 0
    assert "fetch first" in first.stderr or "fetch" in first.stderr
    assert pulled.returncode == 0, pulled.stderr
    assert second.returncode == 0, second.stderr
    text = (folder / "maaling" / "01-enheter.nb.md").read_text("utf-8")
    assert "Fra siden." in text
    assert "Hva vil du gjøre?" in text


def test_only_main_forwards(desk: Desk) -> None:
    desk.clone()
    desk.change("Fortell kort.", "En.")
    desk.commit()
    assert desk.push().returncode == 0
    head = desk.head()

    desk.git("reset", "-q", "--hard", "HEAD~1")
    desk.change("Fortell kort.", "To.")
    desk.commit()

    forced = desk.push("--force", "origin", "main")
    assert forced.returncode != 0
    assert "fetch first" in forced.stderr
    for ref in ("main:refs/heads/other", "main:refs/tags/maaling/1.0.0", "main:refs/heads/x/y"):
        other = desk.push("origin", ref)
        assert other.returncode != 0
        assert "only main" in other.stderr
    assert desk.push("origin", ":main").returncode != 0
    assert desk.head() == head


def test_a_token_opens_one_publisher_until_it_is_taken_back(desk: Desk, tool: Tool) -> None:
    desk.clone()
    for wrong in ("", "ltgit_x", "æ"):
        assert desk.git("ls-remote", desk.url(wrong)).returncode != 0
    assert desk.git("ls-remote", desk.url(publisher="other")).returncode != 0
    stored = tool.rows(select(push_token.c.token_hash, push_token.c.name))
    assert desk.token not in str(stored)

    with tool.database.writing() as session:
        assert revoke_token(session, 1, now())
        assert not revoke_token(session, 1, now())

    assert desk.git("ls-remote", desk.url()).returncode != 0


def test_persons_do_not_stand_in_the_history(desk: Desk) -> None:
    desk.clone()
    head = desk.head()
    desk.change("Fortell kort.", "En.")
    desk.git("add", "-A")
    desk.git("-c", "user.name=Some One", "-c", "user.email=one@example.org", "commit", "-qm", "x")

    pushed = desk.push()

    assert pushed.returncode != 0
    assert "another writer than Sample publisher <sample@example.org>" in pushed.stderr
    assert desk.head() == head


def plant_link(copy: Path) -> None:
    (copy / "maaling" / "passwd.nb.md").symlink_to("/etc/passwd")


def plant_program(copy: Path) -> None:
    (copy / "maaling" / "01-enheter.nb.md").chmod(0o755)


def plant_capitals(copy: Path) -> None:
    (copy / "README.md").write_text("a")
    (copy / "readme.md").write_text("b")


def plant_name(copy: Path) -> None:
    (copy / "maaling" / "a\nb.md").write_text("a")


def plant_attributes(copy: Path) -> None:
    (copy / ".gitattributes").write_text("* filter=x\n")


def plant_modules(copy: Path) -> None:
    (copy / ".gitmodules").write_text('[submodule "x"]\n\turl = ext::sh -c touch% /tmp/x\n')


def plant_large(copy: Path) -> None:
    (copy / "large.bin").write_bytes(b"\0" * (11 * 1024 * 1024))


def plant_deep(copy: Path) -> None:
    place = copy.joinpath(*"abcdefgh")
    place.mkdir(parents=True)
    (place / "a.md").write_text("a")


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (plant_link, "a symbolic link"),
        (plant_program, "marked as a program"),
        (plant_capitals, "differs in capitals only"),
        (plant_name, "names have a-z"),
        (plant_attributes, "names have a-z"),
        (plant_modules, "names have a-z"),
        (plant_large, "more than 10 MB"),
        (plant_deep, "too deep"),
    ],
)
def test_hostile_files_change_nothing(desk: Desk, folder: Path, plant, said: str) -> None:
    desk.clone()
    head, before = desk.head(), sorted(p.name for p in folder.rglob("*"))
    plant(desk.copy)
    desk.commit()

    pushed = desk.push()

    assert pushed.returncode != 0
    assert said in pushed.stderr
    assert desk.head() == head
    assert sorted(p.name for p in folder.rglob("*")) == before


def entry(mode: bytes, name: bytes, id_: str) -> bytes:
    return mode + b" " + name + b"\0" + bytes.fromhex(id_)


HOSTILE_NAMES = [b"..", b".git", b".GIT", b"a/b", b"git~1", b".git::$INDEX_ALLOCATION", b"", b"."]


@pytest.mark.parametrize("name", [*HOSTILE_NAMES, b"x" * 5000, b"con.", b"-x", b"\xff"])
def test_trees_that_git_would_not_make(desk: Desk, name: bytes) -> None:
    desk.clone()
    head = desk.head()
    blob = desk.git("rev-parse", "HEAD:library.yaml").stdout.strip()
    crafted(desk, entry(b"100644", name, blob))

    pushed = desk.push("origin", "evil:main")

    assert pushed.returncode != 0
    assert desk.head() == head


@pytest.mark.parametrize(
    "mode", [b"120000", b"160000", b"100755", b"100664", b"040000", b"100600", b"0", b"999999999"]
)
def test_kinds_of_files_that_are_not_taken(desk: Desk, mode: bytes) -> None:
    desk.clone()
    head = desk.head()
    blob = desk.git("rev-parse", "HEAD:library.yaml").stdout.strip()
    crafted(desk, entry(mode, b"x.md", blob))

    assert desk.push("origin", "evil:main").returncode != 0
    assert desk.head() == head


def crafted(desk: Desk, tree: bytes) -> None:
    """A branch `evil` on top of main with that tree, whatever git thinks of it."""

    def written(kind: str, data: bytes) -> str:
        file = desk.home / "object"
        file.write_bytes(data)
        made = desk.git("hash-object", "--literally", "-w", "-t", kind, str(file))
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    who = "Sample publisher <sample@example.org> 1700000000 +0000"
    parent = desk.git("rev-parse", "HEAD").stdout.strip()
    id_ = written("tree", tree)
    text = f"tree {id_}\nparent {parent}\nauthor {who}\ncommitter {who}\n\nx\n"
    commit = written("commit", text.encode())
    desk.git("update-ref", "refs/heads/evil", commit)
    desk.git("config", "pack.threads", "1")


def test_a_drawing_that_holds_a_program_is_refused(
    desk: Desk, tool: Tool, author: FlaskClient
) -> None:
    desk.clone()
    head = desk.head()
    media = desk.copy / "maaling" / "media"
    media.mkdir()
    drawing = '<svg xmlns="http://www.w3.org/2000/svg">{}<!-- drawn here --><rect width="9"/></svg>'
    (media / "a.svg").write_text(drawing.format("<script>alert(1)</script>"), "utf-8")
    desk.commit()

    refused = desk.push()

    assert refused.returncode != 0
    assert "maaling/media/a.svg:1" in refused.stderr
    assert "svg-unsafe" in refused.stderr
    assert "script" in refused.stderr
    assert desk.head() == head
    # without it the file is taken as it is, and what readers get is written anew
    (media / "a.svg").write_text(drawing.format(""), "utf-8")
    desk.change('version: "1.0.0"', 'version: "1.1.0"', VERSION)
    desk.commit()
    assert desk.push().returncode == 0
    kept = tool.rows(select(media_file.c.body).where(media_file.c.name == "a.svg"))
    assert [row.body for row in kept] == [
        b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" /></svg>\n'
    ]


def test_a_picture_with_too_many_dots_is_refused(desk: Desk, folder: Path) -> None:
    desk.clone()
    head = desk.head()
    media = desk.copy / "maaling" / "media" / "inne"
    media.mkdir(parents=True)
    (media / "a.png").write_bytes(bomb())
    (media / "b.png").write_bytes(bomb()[:-9])
    desk.commit()

    refused = desk.push()

    assert refused.returncode != 0
    assert "maaling/media/inne/a.png:1: image-pixels: a picture of 50000 x 50000" in refused.stderr
    assert "maaling/media/inne/b.png:1: image-broken" in refused.stderr
    assert desk.head() == head
    assert [*folder.rglob("*.png")] == []


@pytest.mark.parametrize("break_off", [failing, ending])
def test_a_check_that_breaks_off_takes_nothing(
    desk: Desk,
    folder: Path,
    break_off: Callable[[pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk.clone()
    head, before = desk.head(), (folder / "maaling" / "01-enheter.nb.md").read_bytes()
    desk.change("Fortell kort.", "Fortell lenge.")
    desk.change('version: "1.0.0"', 'version: "1.1.0"', VERSION)
    desk.commit()
    with monkeypatch.context() as patch:
        break_off(patch)
        refused = desk.push()

    assert refused.returncode != 0
    assert "! [remote rejected] main -> main (not checked)" in refused.stderr
    assert "What reads tracks here broke off: our mistake, not yours." in refused.stderr
    told = [r for r in caplog.records if r.message.startswith("a push could not be checked")]
    assert f"the error id {told[0].message.rpartition('=')[2]}." in refused.stderr.replace(
        "remote: ", ""
    )
    assert desk.head() == head
    assert (folder / "maaling" / "01-enheter.nb.md").read_bytes() == before
    assert desk.versions() == ["1.0.0"]
    # the same push is taken when it is mended here
    assert desk.push().returncode == 0
    assert desk.versions() == ["1.0.0", "1.1.0"]


def test_junk_on_the_wire(desk: Desk, tool: Tool) -> None:
    desk.clone()
    head = desk.head()
    client = tool.client()
    from base64 import b64encode

    token = b64encode(f"x:{desk.token}".encode()).decode()
    headers = {"Authorization": f"Basic {token}"}
    move = line(b"%s %s refs/heads/main\0report-status side-band-64k" % (head.encode(), b"1" * 40))
    bodies = [
        b"",
        b"0000",
        b"zzzz",
        b"0003",
        b"ffff",
        b"\0" * 100,
        line(b"x"),
        move,
        move + b"0000",
        move + b"0000PACK",
        move + b"0000PACK\0\0\0\2\xff\xff\xff\xff" + b"\0" * 20,
        line(b"x" * 60000) * 30,
    ]
    for body in bodies:
        for service in ("git-receive-pack", "git-upload-pack"):
            answer = client.post(
                f"/git/sample.git/{service}",
                data=body,
                headers=headers,
                base_url="https://tracks.example",
            )
            assert answer.status_code in (200, 400, 413), (service, body[:40], answer.status_code)
    packed = client.post(
        "/git/sample.git/git-receive-pack",
        data=b"\x1f\x8b junk",
        headers={**headers, "Content-Encoding": "gzip"},
        base_url="https://tracks.example",
    )
    assert packed.status_code in (400, 413)
    assert desk.head() == head
    assert tool.get(client, "/git/sample.git/info/refs").status_code == 403
    assert tool.get(client, "/git/sample.git/info/refs?service=git-upload-pack").status_code == 401
