"""Web assets, Node, Chromium, the checks: small scripts stand for the outside programs."""

import io
import json
import os
import sys
from pathlib import Path

import pytest

from tests.cli.programs import ROOT, program
from tracks.cli.setup.browser import VARIABLE, install_chromium, installed_chromium
from tracks.cli.setup.checks import Result, checks_of, run_checks
from tracks.cli.setup.faults import SetupError
from tracks.cli.setup.install import Venv
from tracks.cli.setup.progress import Progress
from tracks.cli.setup.web import (
    ASSETS,
    WebAssets,
    is_new_enough_node,
    outside_references,
    system_npm,
)


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(tmp_path / "setup.log", 1, io.StringIO())


@pytest.fixture
def path_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the PATH besides the shell's own tools."""
    folder = tmp_path / "path"
    folder.mkdir()
    for tool in ("mkdir", "chmod"):
        (folder / tool).symlink_to(f"/bin/{tool}")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv(VARIABLE, raising=False)
    return folder


@pytest.mark.parametrize(
    ("answer", "is_enough"),
    [
        ("v20.0.0\n", True),
        ("v24.19.0\n", True),
        ("v18.20.4\n", False),
        ("", False),
        ("20.1", False),
    ],
)
def test_node_from_20_on_is_new_enough(answer: str, is_enough: bool) -> None:
    assert is_new_enough_node(answer) is is_enough


def test_the_systems_npm_is_taken_only_with_a_new_node(path_folder: Path) -> None:
    assert system_npm() is None
    npm = program(path_folder, "npm", "exit 0")
    assert system_npm() is None
    program(path_folder, "node", "echo v18.19.0")
    assert system_npm() is None
    program(path_folder, "node", "echo v22.1.0")
    assert system_npm() == npm


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("a{color:red}", []),
        ("""a{mask:url("data:image/svg+xml,%3Csvg%20xmlns='http://x'%3E")}""", []),
        ("""a{mask:url('data:image/svg+xml,<svg xmlns="http://x">')}""", []),
        ("a{mask:url(data:image/png;base64,AA)}", []),
        ("@import 'x.css';", ["@import"]),
        ("@font-face{src:url(inter.woff2)}", ["url(inter.woff2)"]),
        ("a{background:URL( //cdn/x.png)}", ["URL( //cdn/x.png)"]),
        ("a{background:image-set('https://x/y.png' 1x)}", ["https:"]),
    ],
)
def test_css_may_hold_pictures_but_ask_no_other_host(css: str, expected: list[str]) -> None:
    assert outside_references(css) == expected


def web_sources(root: Path) -> None:
    folder = root / "tracks" / "web"
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (folder / name).write_text(name)


def fake_npm(root: Path, css: str) -> list[str | Path]:
    lines = [f'test "$1 $2" = "ci --ignore-scripts" || exit 9; echo "$@" >> {root}/calls']
    for source in ASSETS:
        lines += [f"mkdir -p node_modules/{Path(source).parent}"]
        lines += [f"echo '{css}' > node_modules/{source}"]
    return [program(root, "npm", "\n".join(lines))]


def test_assets_are_fetched_once_and_only_the_needed_files_copied(
    tmp_path: Path, progress: Progress
) -> None:
    web_sources(tmp_path)
    assets = WebAssets(tmp_path, "run")
    assert not assets.are_there()
    assets.fetch(fake_npm(tmp_path, "a{color:red}"), progress)
    vendor = tmp_path / "tracks/web/static/vendor"
    assert assets.are_there()
    assert {str(p.relative_to(vendor)) for p in vendor.rglob("*") if p.is_file()} == {
        "designsystemet/theme.css",
        "designsystemet/components.css",
        "designsystemet/LICENSE",
    }
    assert (vendor / "designsystemet/theme.css").read_text() == "a{color:red}\n"
    calls = (tmp_path / "calls").read_text()
    assert calls == "ci --ignore-scripts --no-audit --no-fund --omit=dev\n"


def test_assets_for_tests_cover_the_pages_and_not_the_reverse(
    tmp_path: Path, progress: Progress
) -> None:
    web_sources(tmp_path)
    for_pages, for_tests = WebAssets(tmp_path, "run"), WebAssets(tmp_path, "test")
    npm = fake_npm(tmp_path, "a{}")
    for_pages.fetch(npm, progress)
    assert (for_pages.are_there(), for_tests.are_there()) == (True, False)
    for_tests.fetch(npm, progress)
    assert (for_pages.are_there(), for_tests.are_there()) == (True, True)


def test_a_changed_lock_or_a_lost_file_fetches_again(tmp_path: Path, progress: Progress) -> None:
    web_sources(tmp_path)
    assets = WebAssets(tmp_path, "run")
    assets.fetch(fake_npm(tmp_path, "a{}"), progress)
    (tmp_path / "tracks/web/package-lock.json").write_text("another")
    assert not assets.are_there()
    assets.fetch(fake_npm(tmp_path, "a{}"), progress)
    assert assets.are_there()
    (tmp_path / "tracks/web/static/vendor/designsystemet/theme.css").unlink()
    assert not assets.are_there()


def test_css_that_asks_other_hosts_is_refused(tmp_path: Path, progress: Progress) -> None:
    web_sources(tmp_path)
    assets = WebAssets(tmp_path, "run")
    with pytest.raises(SetupError, match=r"designsystemet\.css refers to other hosts \(@import\)"):
        assets.fetch(fake_npm(tmp_path, '@import "x";'), progress)
    assert not assets.are_there()


def test_npms_refusal_becomes_one_sentence_and_its_words_are_logged(
    tmp_path: Path, progress: Progress
) -> None:
    web_sources(tmp_path)
    npm = program(tmp_path, "npm", "echo npm error code EINTEGRITY >&2; exit 1")
    with pytest.raises(SetupError, match=r"its checksum differs"):
        WebAssets(tmp_path, "run").fetch([npm], progress)
    assert "npm error code EINTEGRITY" in progress.log.read_text()


def test_lock_files_pin_everything_and_name_no_host() -> None:
    web = ROOT / "tracks" / "web"
    files = [web / "package.json", web / "package-lock.json", web / ".npmrc"]
    files += (ROOT / ".locks").glob("*.txt")
    named = [path.name for path in files if "://" in path.read_text()]
    assert named == []
    packages = json.loads((web / "package-lock.json").read_text())["packages"]
    unpinned = [name for name, entry in packages.items() if name and "integrity" not in entry]
    assert unpinned == []
    declared = json.loads((web / "package.json").read_text())
    assert packages[""]["dependencies"] == declared["dependencies"]
    assert packages[""]["devDependencies"] == declared["devDependencies"]


def test_the_first_chromium_that_starts_is_taken(path_folder: Path) -> None:
    assert installed_chromium() == ""
    program(path_folder, "chromium-browser", "echo get it from the shop; exit 1")
    assert installed_chromium() == ""
    chrome = program(path_folder, "google-chrome", "echo Chrome 150")
    assert installed_chromium() == str(chrome)
    chromium = program(path_folder, "chromium", "echo Chromium 150")
    assert installed_chromium() == str(chromium)


def test_a_named_chromium_wins_and_must_start(
    path_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(path_folder, "chromium", "exit 0")
    named = program(path_folder, "my-own", "exit 0")
    monkeypatch.setenv(VARIABLE, str(named))
    assert installed_chromium() == str(named)
    named.unlink()
    with pytest.raises(SetupError, match=r"my-own, which does not start"):
        installed_chromium()


def own_chromium(root: Path, monkeypatch: pytest.MonkeyPatch, euid: int) -> Venv:
    """A venv whose Python installs and names a Chromium the way Playwright's does."""
    monkeypatch.setattr(os, "geteuid", lambda: euid)
    venv = Venv(root)
    browser = program(root, "playwrights", "echo Chromium 150")
    program(root / ".venv" / "bin", "python", f'test "$2" = playwright || echo "{browser}"')
    return venv


def apt_with_chromium(path_folder: Path) -> Path:
    chromium = path_folder / "chromium"
    install = f'printf "#!/bin/sh\\nexit 0\\n" > {chromium}; chmod +x {chromium}'
    program(path_folder, "apt-get", f'case "$*" in *chromium) {install};; esac')
    return chromium


def test_root_gets_chromium_from_the_distribution(
    tmp_path: Path, path_folder: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    chromium = apt_with_chromium(path_folder)
    venv = own_chromium(tmp_path, monkeypatch, euid=0)
    assert install_chromium(venv, progress) == str(chromium)


def test_others_get_playwrights_chromium(
    tmp_path: Path, path_folder: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    apt_with_chromium(path_folder)
    venv = own_chromium(tmp_path, monkeypatch, euid=1000)
    assert install_chromium(venv, progress) == str(tmp_path / "playwrights")


@pytest.mark.usefixtures("path_folder")
def test_no_chromium_at_all_is_one_sentence(
    tmp_path: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = own_chromium(tmp_path, monkeypatch, euid=1000)
    program(venv.python.parent, "python", "exit 1")
    with pytest.raises(SetupError, match=r"^The browser tests need Chromium .*\.$"):
        install_chromium(venv, progress)


def test_checks_run_all_and_fail_when_one_fails(tmp_path: Path) -> None:
    good = [sys.executable, "-c", "print('fine')"]
    bad = [sys.executable, "-c", "import sys; sys.exit('x.py:1: wrong')"]
    said: list[str] = []
    assert run_checks({"good": good, "bad": bad}, tmp_path, said.append) == 1
    lines = sorted(text for block in said for text in block.split("\n") if text)
    assert [text.split()[:2] for text in lines] == [
        ["bad", "FAILED"],
        ["good", "ok"],
        ["x.py:1:", "wrong"],
    ]
    assert run_checks({"good": good}, tmp_path, said.append) == 0


def test_a_good_check_says_one_line() -> None:
    assert str(Result("mypy", True, 1.26, "noise")) == "mypy          ok      1.3 s"
    assert str(Result("mypy", False, 1.26, "a\nb\n")) == "mypy          FAILED  1.3 s\na\nb\n"


def test_checks_are_started_by_the_venvs_python(tmp_path: Path) -> None:
    python = str(tmp_path / "python")
    commands = checks_of(tmp_path)
    assert {command[0] for command in commands.values()} == {python}
    assert commands["mypy"][:3] == [python, "-m", "mypy"]
    assert commands["lint-imports"][:2] == [python, str(tmp_path / "lint-imports")]


def test_without_a_terminal_a_step_has_a_first_and_a_last_line(
    tmp_path: Path, progress: Progress
) -> None:
    with progress.step("Web assets"):
        answer = progress.run([sys.executable, "-c", "print('hello')"], folder=tmp_path)
    assert answer == (0, "hello\n")
    assert isinstance(progress.out, io.StringIO)
    first, last = progress.out.getvalue().splitlines()
    assert (first, last[: last.index("in")]) == ("[1/1] Web assets ...", "[1/1] Web assets: done ")
    assert progress.log.read_text() == "\n[Web assets]\nhello\n"


def test_the_persons_settings_reach_the_installer(
    tmp_path: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "file:///mirror")
    ask = "import os; print(os.environ['PIP_INDEX_URL'], os.environ['EXTRA'])"
    answer = progress.run([sys.executable, "-c", ask], folder=tmp_path, extra={"EXTRA": "1"})
    assert answer == (0, "file:///mirror 1\n")
