"""What the documents say is so: links, tables and names."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from content.languages import BLOCK_NAMES
from content.reading.forms import LibraryForm, ModuleForm, TrackForm
from lti.errors import REASONS
from lti.quirks import BY_FAMILY
from tests.content.cases import all_cases
from tests.docs.pages import (
    DOCS,
    ROOT,
    anchors,
    code_words,
    links,
    named_commands,
    pages,
    prose,
    read,
    rows,
    sections,
)
from tracks.cli import cli
from tracks.lms.views.outcomes import SUSPENDED
from tracks.migrations import target_metadata
from tracks.people.rules import GIVES, Permission
from tracks.web.errors import REASON_OF_STATUS, NotPublished


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    lost = []
    for link in links(page.read_text(encoding="utf-8")):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            lost.append(link)
    assert lost == []


def test_manuals_build_without_a_warning(tmp_path: Path) -> None:
    build = ["-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", str(DOCS), str(tmp_path)]
    done = subprocess.run([sys.executable, *build], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_readme_names_the_targets_of_make() -> None:
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets is not None
    said = set(re.findall(r"`make (\w+)", (ROOT / "README.md").read_text()))
    assert said == set(targets[1].split()) - {"help"}


def _commands(group: click.Group, path: str) -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            found |= _commands(command, f"{path} {name}")
        elif command is not None:
            found[f"{path} {name}"] = command
    return found


def _options(command: click.Command) -> set[str]:
    options = (p for p in command.params if isinstance(p, click.Option))
    return {name for option in options for name in option.opts if name.startswith("--")}


@pytest.fixture(scope="module")
def commands() -> dict[str, click.Command]:
    return _commands(cli, "tracks")


def test_every_command_has_its_section_with_every_option(
    commands: dict[str, click.Command],
) -> None:
    said = {
        title: {word for row in rows(text, "Option") for word in code_words(row[0])}
        for title, text in sections(read("operators/commands.md"))
    }
    assert said == {name: _options(command) for name, command in commands.items()}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_named_commands_exist(page: Path, commands: dict[str, click.Command]) -> None:
    groups = {name.rsplit(" ", 1)[0] for name in commands}
    unknown = []
    for text in named_commands(page.read_text(encoding="utf-8")):
        if text in groups:
            continue
        name = next((name for name in commands if f"{text} ".startswith(f"{name} ")), None)
        given = {word.split("=")[0] for word in text.split() if word.startswith("--")}
        if name is None or not given - {"--help"} <= _options(commands[name]):
            unknown.append(text)
    assert unknown == []


def test_every_reason_stands_in_its_family() -> None:
    said = {
        (title.lower().replace(" ", "_"), *code_words(row[0]), row[1], row[2])
        for title, text in sections(read("operators/lti-reasons.md"))
        for row in rows(text, "Code", "Status", "Rule")
    }
    assert said == {(r.family, r.code, str(r.status), r.rule) for r in REASONS.values()}


def test_every_reason_says_what_happened_why_what_to_do_and_who() -> None:
    columns = ("What happened", "Likely cause", "What to do", "Who")
    heading = ("Code", "Status", "Rule", *columns)
    said = {
        code_words(row[0])[0]: row[3:] for row in rows(read("operators/lti-reasons.md"), *heading)
    }
    lacking = [code for code in REASONS if len([c for c in said.get(code, []) if c]) != 4]
    assert lacking == []
    assert {row[3] for row in said.values()} == {
        "LMS",
        "course",
        "municipality",
        "Learning Tracks",
        "the person",
    }


def test_every_code_of_another_page_on_the_way_is_explained() -> None:
    text = read("operators/lti-reasons.md")
    said = {
        (*code_words(row[0]), status, len([cell for cell in row if cell]))
        for row in rows(text, "Code", "Statuses")
        for status in row[1].split(", ")
    }
    raised = {
        word.value.value
        for path in (ROOT / "tracks").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "PageError"
        for word in node.keywords
        if word.arg == "reason" and isinstance(word.value, ast.Constant)
    }
    others = {(code, str(status), 5) for status, code in REASON_OF_STATUS.items()}
    others |= {(NotPublished.reason, "404", 5), (SUSPENDED, "403", 5)}

    assert {one for one in said if one[0] not in raised} == others
    assert raised <= {code for code, _, _ in said}
    assert len(raised) > 0


def _raised_codes() -> tuple[set[str], set[str]]:
    """Problem codes in the source of content: errors and warnings."""
    errors: set[str] = set()
    warnings: set[str] = set()
    for path in (ROOT / "content").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                given = {"warning": warnings}.get(name, errors)
                if name in ("error", "warning", "_refuse", "Problem", "BadArchive"):
                    given |= _texts(node.args[0])
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "code":
                errors |= _texts(node.value)
    return errors, warnings


def _texts(node: ast.expr) -> set[str]:
    parts = (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,)
    return {p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)}


def test_every_problem_code_is_explained() -> None:
    said = [(code_words(row[0])[0], row[1]) for row in rows(read("authors/problems.md"), "Code")]
    errors, warnings = _raised_codes()
    assert sorted(code for code, _ in said) == sorted(errors | warnings)
    assert {code for code, text in said if text.startswith("*Warning.*")} == warnings
    told = {line.split()[1] for case in all_cases() for line in case.expected}
    assert told <= errors | warnings


def test_every_field_of_the_front_matter_is_explained() -> None:
    said = [code_words(row[0])[0] for row in rows(read("authors/index.md"), "Field")]
    forms = (LibraryForm, TrackForm, ModuleForm)
    known = [info.alias or name for form in forms for name, info in form.model_fields.items()]
    assert sorted(said) == sorted(known)


def test_required_fields_are_called_so() -> None:
    text = read("authors/index.md")
    said = [code_words(row[0])[0] for row in rows(text, "Field", "Must") if row[1] == "yes"]
    forms = (LibraryForm, TrackForm, ModuleForm)
    must = [
        info.alias or name
        for form in forms
        for name, info in form.model_fields.items()
        if info.is_required()
    ]
    assert sorted(said) == sorted(must)


def test_every_name_of_a_block_is_there() -> None:
    said = [name for row in rows(read("authors/index.md"), "Block") for name in code_words(row[1])]
    assert sorted(said) == sorted(BLOCK_NAMES)


def test_roles_may_what_the_table_says() -> None:
    shown = [p for p in Permission if p not in (Permission.PUBLIC, Permission.KNOWN)]
    heading = ("Role", *(p.value for p in shown))
    said = rows(read("decisions/0001-actors-and-what-each-may-see.md"), *heading)
    assert {code_words(row[0])[0]: row[1 : 1 + len(shown)] for row in said} == {
        role.value: ["yes" if p in given else "no" for p in shown] for role, given in GIVES.items()
    }


def test_the_ladder_is_the_one_that_is_checked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    ladder = next(c for c in contracts if c["name"] == "areas of tracks form a ladder")
    checked = [re.findall(r"\w+", layer) for layer in ladder["layers"]]
    text = read("architecture.md")
    assert [code_words(row[0]) for row in rows(text, "Rung")] == checked
    named = re.search(r"Not built yet: (.+?)\.", text, re.DOTALL)
    missing = [area for rung in checked for area in rung if not _is_built(area)]
    assert named is not None
    assert code_words(named[1]) == missing


def _is_built(area: str) -> bool:
    return any((ROOT / "tracks" / name).exists() for name in (f"{area}.py", f"{area}/__init__.py"))


def test_every_table_is_in_the_overview() -> None:
    said = [t for row in rows(read("architecture.md"), "Area", "Table") for t in code_words(row[1])]
    assert sorted(said) == sorted(target_metadata().tables)


OUTBOUND = ("lti/platform_keys", "lti/http", "lti/addresses", "lti/tool/access_tokens")


def test_every_reason_of_the_self_test_is_explained() -> None:
    said = {code for row in rows(read("operators/index.md"), "Code") for code in code_words(row[0])}
    raised = {
        code
        for name in (*OUTBOUND, "tracks/lms/tool_keys")
        for node in ast.walk(ast.parse((ROOT / f"{name}.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "").endswith("ServiceError")
        for code in _texts(node.args[0])
    }
    flaws = set(re.findall(r'"(key_\w+|kid_ambiguous)"', (ROOT / "lti/jose.py").read_text()))
    flaws -= {"key_ops", "key_for_other_algorithm"}
    assert raised | flaws <= said
    assert len(raised) > 15


SERVICES = ("grades", "line_items", "roster", "groups", "service_calls")
# An LMS without them is not refused anything: the list is good without, and nobody is told.
OF_GROUPS_ONLY = {"too_many_groups", "answer_without_groups"}


def _service_codes(path: Path) -> set[str]:
    return {
        code
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "").endswith(("ServiceError", "StaleTimestamp"))
        and node.args
        for code in _texts(node.args[0])
    }


def test_every_reason_of_scores_and_lists_is_explained() -> None:
    text = read("operators/lti-reasons.md")
    said = {code for row in rows(text, "Code", "What it means") for code in code_words(row[0])}
    said |= {"timestamp_not_later"} & set(code_words(prose(text)))
    paths = [ROOT / f"lti/tool/{name}.py" for name in SERVICES]
    raised = {code for path in paths for code in _service_codes(path)}
    raised |= _service_codes(ROOT / "tracks/lms/jobs/rosters.py")
    understood = {code for quirks in BY_FAMILY.values() for code in quirks.refusals.values()}

    assert raised - OF_GROUPS_ONLY - said == set()
    assert understood - said == set()
    assert raised >= OF_GROUPS_ONLY
    assert len(raised) > 12
