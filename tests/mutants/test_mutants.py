"""The tool itself: a test that is too weak is found, and nothing is left behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.covered import Covered
from tests.mutants.finder import all_in, find
from tests.mutants.records import REVIEWED, Results, Reviewed, read_reviewed, unmatched

ROOT = Path(__file__).parents[2]
CHECKED = b"""
def check_age(age):
    if age < 18:
        raise ValueError("too young")
"""
SOURCE = {
    "lib/__init__.py": "",
    "lib/ages.py": "from functools import cache\n\nGROWN = 18\n\n\n@cache\ndef oldest():\n"
    "    return 150\n\n\ndef check_age(age):\n    if age < GROWN:\n"
    "        raise ValueError\n    if age > oldest():\n        raise ValueError\n",
    "test_ages.py": "import pytest\nfrom lib.ages import GROWN, check_age, oldest\n\n\n"
    "def test_first_to_ask():\n    assert oldest() > 100\n\n\n"
    "def test_young():\n    assert GROWN == 18\n    with pytest.raises(ValueError):\n"
    "        check_age(17)\n\n\ndef test_old():\n    check_age(18)\n    check_age(150)\n",
    "pytest.ini": "[pytest]\npythonpath = .\naddopts = --import-mode=importlib\n",
}


@pytest.mark.parametrize(
    ("source", "checks", "others"),
    [
        (
            CHECKED,
            ["if False:"],
            ["if (age <= 18):", "if age < 19:"],
        ),
        (b"try:\n    f()\nexcept OSError:\n    raise X from None", ["pass"], ["pass"]),
        (b"check.check_age(age)", ["pass"], []),
        (b"_verify(age)", ["pass"], []),
        (
            b"if a or b:\n    raise X",
            ["if False:", "if (b):", "if (a):"],
            ["if (a and b):"],
        ),
        (b"x = a and not b", [], ["x = (a or not b)", "x = (not b)", "x = (a)", "x = a and (b)"]),
        (
            b"if a:\n    raise X('sub_missing', 'a text')",
            ["if False:"],
            ["if not (a):", "raise X('XXsub_missingXX', 'a text')"],
        ),
        (b'"""Text."""\n__all__ = ["a"]\nx: Literal["b"]\nlog.info("c")\nassert d == 1', [], []),
        (b"class A(Protocol):\n    def f(self) -> int: return 1", [], []),
        (b"def f(n=1):\n    return g", [], ["def f(n=2):", "return None"]),
        (b"f(\n    1,\n)", [], ["pass", "2,"]),
    ],
)  # fmt: skip
def test_these_are_the_mutants(source: bytes, checks: list[str], others: list[str]):
    found = find("a.py", source)

    assert [mutant.now for mutant in found if mutant.kind == "check"] == checks
    assert [mutant.now for mutant in found if mutant.kind == "other"] == others


def test_every_mutant_is_a_program():
    for path in sorted((ROOT / "lti").rglob("*.py")):
        source = path.read_bytes()
        for mutant in find("a.py", source)[::20]:
            compile(mutant.applied(source), "a.py", "exec")


def test_a_line_of_constants_is_tried_with_the_tests_of_its_statement():
    (mutant,) = (m for m in find("a.py", b"x = (\n    'a',\n)") if m.line == 2)
    covered = Covered({"t": 0.1, "u": 0.1}, {"a.py": {1: ["t"], 3: ["u"]}})

    assert (mutant.statement, mutant.last) == (1, 2)
    assert covered.tests(mutant) == ["t"]
    assert Covered({"t": 0.1}, {"a.py": {2: ["t"]}}).tests(mutant) == ["t"]
    assert Covered({"t": 0.1}, {"a.py": {3: ["t"]}}).tests(mutant) == []


def test_results_are_kept_as_they_come_and_two_runs_may_write(tmp_path: Path):
    path = tmp_path / "made" / "results.jsonl"
    one, other = Results(path), Results(path)
    one.keep("a", "survived")
    other.keep("b", "test_x")
    one.keep("a", "test_y")

    assert Results(path).by == {"a": "test_y", "b": "test_x"}


def test_a_result_counts_until_its_function_changes():
    moved = find("a.py", b"\n\n" + CHECKED)
    changed = find("a.py", CHECKED.replace(b"young", b"old"))
    keys = {mutant.key for mutant in find("a.py", CHECKED)}

    assert {mutant.key for mutant in moved} == keys
    assert len(keys) == 3
    assert keys.isdisjoint(mutant.key for mutant in changed)


def test_a_reviewed_mutant_that_is_no_more_or_no_longer_one_is_named():
    mutants = find("a.py", CHECKED)
    there = Reviewed("a.py", "if age < 18:", "if False:", "why")
    gone = Reviewed("a.py", "if age < 17:", "if False:", "why")
    elsewhere = Reviewed("b.py", "if age < 17:", "if False:", "why")

    assert unmatched([there, gone, elsewhere], mutants) == [gone]
    assert unmatched([there], find("a.py", CHECKED + CHECKED)) == [there]


def test_every_reviewed_mutant_is_one_of_today(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)

    assert unmatched(read_reviewed(REVIEWED), list(all_in(["lti"]))) == []


def test_a_weak_test_is_found_and_the_next_run_does_only_what_survived(tmp_path: Path):
    for name, text in SOURCE.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    weak = _run(tmp_path)
    survivors = [mutant["now"] for mutant in weak["alive"]]
    with (tmp_path / "test_ages.py").open("a") as tests:
        tests.write("    with pytest.raises(ValueError):\n        check_age(151)\n")
    sharp = _run(tmp_path)

    # the check that no test needs, and its limit; at import and in the function
    assert survivors == ["return 151", "if False:"]
    assert weak["figures"] == [
        {"part": "lib", "kind": "check", "killed": 1, "of": 2},
        {"part": "lib", "kind": "other", "killed": 3, "of": 4},
    ]
    assert sharp["alive"] == []
    assert {name: (tmp_path / name).read_text() for name in SOURCE if name != "test_ages.py"} == {
        name: text for name, text in SOURCE.items() if name != "test_ages.py"
    }


def _run(folder: Path) -> dict[str, list[dict[str, object]]]:
    command = [sys.executable, "-m", "tests.mutants", "--json", "--paths", "lib"]
    command += ["--tests", "test_ages.py", "--reviewed", "none.toml"]
    ended = subprocess.run(
        command,
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # needs none, and they take most of the time
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout, ended.stderr
    found: dict[str, list[dict[str, object]]] = json.loads(ended.stdout)
    return found
