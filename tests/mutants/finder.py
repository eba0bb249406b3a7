"""Which mutants a source file has. They are pieces of text to put in place of others."""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.mutants.operators import (
    CALCULATED,
    CHECKS,
    COMPARED,
    DATA,
    LOGS,
    TYPING,
    Kind,
    Mutant,
    defined_by,
    is_not,
    is_text,
    name_of,
    squeezed,
)


def all_in(paths: Iterable[str]) -> Iterator[Mutant]:
    for given in map(Path, paths):
        for path in sorted(given.rglob("*.py")) if given.is_dir() else [given]:
            yield from find(path.as_posix(), path.read_bytes())


def find(path: str, source: bytes) -> list[Mutant]:
    finder = _Finder(path, source)
    finder.visit(ast.parse(source))
    return finder.found


class _Finder(ast.NodeVisitor):
    def __init__(self, path: str, source: bytes) -> None:
        self.found: list[Mutant] = []
        self._path = path
        self._source = source
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._names: list[str] = []
        self._function: str | None = None
        self._statement = 1
        self._home: ast.AST | None = None  # what must stay the same for a result to count on

    # -- where

    def _span(self, node: ast.AST) -> tuple[int, int]:
        return (
            self._starts[node.lineno - 1] + node.col_offset,  # type: ignore[attr-defined]
            self._starts[node.end_lineno - 1] + node.end_col_offset,  # type: ignore[attr-defined]
        )

    def _add(self, node: ast.AST, text: str, kind: Kind = "other") -> None:
        start, end = self._span(node)
        home_start, home_end = self._span(self._home or node)
        home = self._source[home_start:home_end]
        place = f"{self._path} {start - home_start} {end - home_start} {text}"
        key = hashlib.sha256(place.encode() + home).hexdigest()[:16]
        first = node.lineno  # type: ignore[attr-defined]
        left = self._starts[first - 1]
        right = self._starts[node.end_lineno]  # type: ignore[attr-defined]
        was = self._source[left:right].decode()
        now = (self._source[left:start] + text.encode() + self._source[end:right]).decode()
        names = (*defined_by(self._home or node), *self._names)
        self.found.append(
            Mutant(
                key, self._path, self._statement, first, node.end_lineno,  # type: ignore[attr-defined]
                self._function, names, kind, start, end, text, squeezed(was), squeezed(now),
            )
        )  # fmt: skip

    def visit(self, node: ast.AST) -> None:
        around = self._statement
        if isinstance(node, ast.stmt):
            self._statement = node.lineno
        super().visit(node)
        self._statement = around

    # -- what is left alone

    def visit_Module(self, node: ast.Module) -> None:
        for statement in node.body:
            self._home = statement
            self.visit(statement)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if any("Protocol" in ast.unparse(base) for base in node.bases):
            return
        self._names.append(node.name)
        for statement in node.body:
            self._home = statement if self._function is None else self._home
            self.visit(statement)
        self._names.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._visit_all([*node.args.defaults, *filter(None, node.args.kw_defaults)])
        self._names.append(node.name)
        outermost = self._function is None
        if outermost:
            self._function = ".".join(self._names)
        self._visit_all(node.body)
        if outermost:
            self._function = None
        self._names.pop()

    def visit_Assign(self, node: ast.Assign) -> None:
        names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        is_alias = self._function is None and isinstance(node.value, ast.Subscript)
        if not (names & {"__all__", "__slots__"} or is_alias or self._is_data(names)):
            self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        names = {node.target.id} if isinstance(node.target, ast.Name) else set()
        if node.value is not None and not self._is_data(names):
            self.visit(node.value)

    def _is_data(self, names: Iterable[str]) -> bool:
        return self._function is None and any((self._path, name) in DATA for name in names)

    def visit_Assert(self, node: ast.Assert) -> None: ...

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None: ...

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    # -- statements

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) == "TYPE_CHECKING":
            return
        refuses = isinstance(node.body[-1], ast.Raise)
        if refuses:
            self._add(node.test, "False", "check")
        elif isinstance(node.body[-1], ast.Return | ast.Continue | ast.Break) and not node.orelse:
            self._add(node.test, "False")
        is_any = refuses and isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or)
        self._condition(node.test, "check" if is_any else "other")
        body = node.body
        if len(body) == 1 and isinstance(body[0], ast.Raise):
            self._raised(body[0])
        else:
            self._visit_all(body)
        self._visit_all(node.orelse)

    def visit_While(self, node: ast.While) -> None:
        self._condition(node.test)
        self._visit_all([*node.body, *node.orelse])

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._condition(node.test)
        self._visit_all([node.body, node.orelse])

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.visit(node.iter)
        for test in node.ifs:
            self._add(test, "True")
            self._condition(test)

    def _condition(self, test: ast.expr, dropped: Kind = "other") -> None:
        """Compared or combined ones have mutants of their own."""
        if isinstance(test, ast.BoolOp):
            self._combined(test, dropped)
        elif isinstance(test, ast.Compare) or is_not(test):
            self.visit(test)
        else:
            self._add(test, f"not ({ast.unparse(test)})")
            self.visit(test)

    def visit_Raise(self, node: ast.Raise) -> None:
        self._add(node, "pass", "check")
        self._raised(node)

    def _raised(self, node: ast.Raise) -> None:
        if not isinstance(node.exc, ast.Call):
            return
        for at, argument in enumerate(node.exc.args):
            if not (is_text(argument) or (at > 0 and isinstance(argument, ast.Constant))):
                self.visit(argument)
        self._visit_all(node.exc.keywords)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Call):
            if isinstance(node.value, ast.Yield | ast.YieldFrom):
                self.visit(node.value)
            return
        name = name_of(node.value.func)
        if name in LOGS:
            return
        self._add(node, "pass", "check" if CHECKS.match(name) else "other")
        self.visit(node.value)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is None:
            return
        if not isinstance(node.value, ast.Constant):
            self._add(node.value, "None")
        self.visit(node.value)

    def visit_Break(self, node: ast.Break) -> None:
        self._add(node, "continue")

    def visit_Continue(self, node: ast.Continue) -> None:
        self._add(node, "break")

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        other = CALCULATED.get(type(node.op))
        if other is not None and not is_text(node.value):
            self._add(node, ast.unparse(ast.AugAssign(node.target, other(), node.value)))
        self.visit(node.value)

    # -- expressions

    def visit_Call(self, node: ast.Call) -> None:
        name = name_of(node.func)
        if name in LOGS and isinstance(node.func, ast.Attribute):
            return
        if name not in TYPING:
            self._visit_all([node.func, *node.args, *node.keywords])
        elif name == "cast":
            self.visit(node.args[1])

    def visit_Compare(self, node: ast.Compare) -> None:
        for at, operator in enumerate(node.ops):
            ops = [*node.ops]
            ops[at] = COMPARED[type(operator)]()
            self._add(node, f"({ast.unparse(ast.Compare(node.left, ops, node.comparators))})")
        self._visit_all([node.left, *node.comparators])

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self._combined(node, "other")

    def _combined(self, node: ast.BoolOp, dropped: Kind) -> None:
        other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        self._add(node, f"({ast.unparse(ast.BoolOp(other, node.values))})")
        for at in range(len(node.values)):
            rest = node.values[:at] + node.values[at + 1 :]
            left = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
            self._add(node, f"({ast.unparse(left)})", dropped)
        self._visit_all(node.values)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if is_not(node):
            self._add(node, f"({ast.unparse(node.operand)})")
        self.visit(node.operand)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        other = CALCULATED.get(type(node.op))
        if other is not None and not (is_text(node.left) or is_text(node.right)):
            self._add(node, f"({ast.unparse(ast.BinOp(node.left, other(), node.right))})")
        self._visit_all([node.left, node.right])

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self._add(node, str(not value))
        elif isinstance(value, int | float):
            self._add(node, str(value + 1))
        elif isinstance(value, str):
            self._add(node, repr(f"XX{value}XX"))
        elif isinstance(value, bytes):
            self._add(node, repr(b"XX" + value + b"XX"))
