"""Every text the code has for authors, read out of the code itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from content.form_faults import _FAULTS
from content.reading.forms import LibraryForm, ModuleForm, TrackForm

CONTENT = Path(__file__).parents[2] / "content"
# where a text stands among the arguments
_PLACES = {
    **dict.fromkeys(("error", "warning", "Problem", "_refuse", "note", "note_at"), (2, 3)),
    "cannot": (0, 1),
    "BadArchive": (1,),
    "BadFormula": (0,),
    "ValueError": (0,),
    "say": (0,),
}
_NAMES = re.compile(r"_?(?:[A-Z]+_)*HINT|hint|message|what")


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(CONTENT.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def told(tree: ast.Module) -> Iterator[ast.expr]:
    """What is said to authors, as it stands in the code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            for place in _PLACES.get(name, ()):
                if place < len(node.args):
                    yield from _leaves(node.args[place])
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(t, ast.Name) and _NAMES.fullmatch(t.id) for t in targets):
                yield from _leaves(node.value)


def _leaves(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from _leaves(node.body)
        yield from _leaves(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _leaves(value)
    else:
        yield node


def texts() -> set[str]:
    """As they stand in the catalogues."""
    found = set(_FAULTS.values())
    for _, tree in sources():
        for node in told(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    for form in (LibraryForm, TrackForm, ModuleForm):
        found |= {info.description or "" for info in form.model_fields.values()}
    return {text for text in found if re.search(r"[A-Za-z]", re.sub(r"\{[^{}]*\}", "", text))}
