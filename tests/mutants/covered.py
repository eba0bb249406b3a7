"""Which tests run which line, and how long they take."""

import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import coverage
import pytest

from tests.mutants.operators import Mutant
from tests.mutants.processes import FirstFailure


@dataclass
class Covered:
    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[int, list[str]]] = field(default_factory=dict)

    def tests(self, mutant: Mutant) -> list[str]:
        """Those that run its lines; a line of constants is not run, so then those of the statement.

        The quick ones first, and those of its module.
        """
        here = self.lines.get(mutant.path, {})
        for first in (mutant.line, mutant.statement):
            lines = range(first, mutant.last + 1)
            near = {test for line in lines for test in here.get(line, ())}
            if near:
                break
        return sorted(near, key=lambda test: (not _is_near(test, mutant), self.seconds[test]))

    def at_import(self, mutant: Mutant) -> list[str]:
        """Those that run a line which says its name, or that of a constant made from it.

        Besides, all of a test file that says it; where there is none, all of its module's.
        """
        near: set[str] = set()
        wanted = [*mutant.names]
        for name in wanted:
            word = re.compile(rf"\b{name}\b")
            for path, lines in self.lines.items():
                text = Path(path).read_text().splitlines()
                for number, line in enumerate(text, 1):
                    if word.search(line):
                        near.update(lines.get(number, ()))
                        wanted += [made for made in _constant(text, number) if made not in wanted]
            near.update(test for test in self.seconds if word.search(_text_of(test)))
        if not near:
            here = self.lines.get(mutant.path, {})
            near = {test for tests in here.values() for test in tests} or set(self.seconds)
        return sorted(near, key=lambda test: (not _is_near(test, mutant), self.seconds[test]))


def _constant(text: list[str], number: int) -> list[str]:
    """The constant of the module, if any, in whose value this line stands."""
    while number > 1 and text[number - 1][:1] in ("", " ", ")", "}", "]"):
        number -= 1
    found = re.match(r"(_?[A-Z][A-Z0-9_]*)\b\s*[:=]", text[number - 1])
    return [found[1]] if found else []


@cache
def _text_of(test: str) -> str:
    return Path(test.split("::")[0]).read_text()


def _is_near(test: str, mutant: Mutant) -> bool:
    return Path(mutant.path).stem in test.split("::")[0]


def _forget_what_is_kept(tops: set[str]) -> None:
    """Else a function with `lru_cache` is run by the first test that asks, and seems to be its."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in tops:
            for value in list(vars(module).values()):
                forget = getattr(value, "cache_clear", None)
                if callable(forget):
                    forget()


class Measured(FirstFailure):
    """The plugin that measures a run without a mutant."""

    def __init__(self, writing: int, paths: set[str]) -> None:
        super().__init__(writing)
        self._found = Covered()
        # with the modules around them, which may use what is mutated
        self._tops = {Path(path).parts[0] for path in paths}
        every = [file.as_posix() for top in self._tops for file in Path(top).rglob("*.py")]
        self._paths = {str(Path(path).resolve()): path for path in (*every, *paths)}
        self._coverage = coverage.Coverage(
            data_file=None, include=[*self._paths], config_file=False, messages=False
        )
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        _forget_what_is_kept(self._tops)
        self._coverage.switch_context(item.nodeid)
        began = time.perf_counter()
        result = yield
        self._found.seconds[item.nodeid] = time.perf_counter() - began
        return result  # to pytest, from the wrapped hook

    def ended(self) -> Covered:
        self._coverage.stop()
        measured = self._coverage.get_data()
        for full, path in self._paths.items():
            self._found.lines[path] = measured.contexts_by_lineno(full)
        return self._found
