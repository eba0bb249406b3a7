"""What a mutant is, and what is put in place of what.

Not mutated, because no test should care: docstrings, annotations, type aliases, decorators,
`__all__` and `__slots__`, Protocols, asserts (they narrow types), f-strings, log calls, and in a
`raise` every text but a code (the texts are for our own log). Tables of data are in `DATA`.
"""

import ast
import re
from dataclasses import dataclass
from typing import Final, Literal

# What LMSs are known to do, and which reason has which rule and status: data, not decisions.
DATA: Final = frozenset({("lti/quirks.py", "BY_FAMILY"), ("lti/errors.py", "_ALL")})
# Whoever removes one of these removes a check.
CHECKS: Final = re.compile(r"_?(check|require|refuse|ensure|verify)(_|$)")
LOGS: Final = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
_CODE: Final = re.compile(r"[a-z0-9_]+")
TYPING: Final = frozenset({"TypeVar", "NewType", "cast"})

Kind = Literal["check", "other"]

COMPARED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
CALCULATED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """`function` is the outermost function around it; None: it takes effect at import."""

    key: str
    path: str
    statement: int  # the first line of the innermost statement around it
    line: int
    last: int
    function: str | None
    names: tuple[str, ...]  # what the statement at import defines, and its classes
    kind: Kind
    start: int
    end: int
    text: str
    was: str
    now: str

    def applied(self, source: bytes) -> bytes:
        return source[: self.start] + self.text.encode() + source[self.end :]


def name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def is_not(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def is_text(node: ast.expr) -> bool:
    """Text for people; a code such as "sub_missing" is none."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str | bytes) and not _is_code(node.value)
    return isinstance(node, ast.JoinedStr)


def _is_code(value: str | bytes) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def defined_by(statement: ast.AST) -> list[str]:
    """The names that a statement of a module or a class gives a value."""
    if isinstance(statement, ast.FunctionDef):
        return [] if statement.name.startswith("__") else [statement.name]
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    return [target.id for target in targets if isinstance(target, ast.Name)]
