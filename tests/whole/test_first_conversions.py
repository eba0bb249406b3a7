"""Two threads that make msgspec read the same types at once end the whole process, without a word.

Each class that something is converted to must therefore have been read when its module is imported.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HOME = Path(__file__).parents[2]
AREAS = ("content", "lti", "tracks")
# Converts to the class named, in a process that has done nothing else, and names the functions of
# msgspec in Python that this took. It has some for reading types, and none for converting.
_TRIED = """
import importlib, sys, msgspec
module, name = sys.argv[1:]
cls = getattr(importlib.import_module(module), name)
read = []
def seen(frame, event, _):
    if event == "call" and frame.f_globals.get("__name__", "").startswith("msgspec"):
        read.append(frame.f_code.co_name)
sys.setprofile(seen)
try:
    msgspec.convert({}, cls)
except msgspec.ValidationError:
    pass
sys.setprofile(None)
print(*read)
"""


def _conversions(tree: ast.AST, inside: str = "") -> Iterator[str]:
    """The names of the classes that something is converted to."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call):
            match node.func, node.args:
                case ast.Name(id="convert"), [_, ast.Name(id=name)]:
                    yield inside if name == "cls" else name
        yield from _conversions(node, node.name if isinstance(node, ast.ClassDef) else inside)


def _all_conversions() -> set[tuple[str, str]]:
    found = set()
    for area in AREAS:
        for path in sorted((HOME / area).rglob("*.py")):
            source = path.read_text("utf-8")
            if "from msgspec import" in source:
                module = ".".join(path.relative_to(HOME).with_suffix("").parts)
                found |= {(module, name) for name in _conversions(ast.parse(source))}
    return found


def _read_late(module: str, name: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _TRIED, module, name],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_no_class_is_read_for_the_first_time_beside_other_threads() -> None:
    found = _all_conversions()
    assert ("content.rendered", "RenderedStep") in found
    late = {f"{module}.{name}" for module, name in found if _read_late(module, name)}
    assert late == set(), "msgspec.json.Decoder(...) of them, where they are imported"


def test_a_class_that_is_not_read_before_is_noticed() -> None:
    assert _read_late("content.rendered", "RenderedVideo") == ""  # part of RenderedStep
    assert "get_class_annotations" in _read_late("tracks.rosters.rules", _any_struct())


def _any_struct() -> str:
    tree = ast.parse((HOME / "tracks/rosters/rules.py").read_text("utf-8"))
    return next(
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "Struct" for base in node.bases)
    )
