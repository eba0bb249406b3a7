"""Which tests run which line, and how long they take."""

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
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

    def files(self, mutant: Mutant) -> list[str]:
        """For a mutant at import: the test files that run anything of its module, else all."""
        here = self.lines.get(mutant.path, {})
        near = {test for tests in here.values() for test in tests} or set(self.seconds)
        total: dict[str, float] = defaultdict(float)
        for test in near:
            total[test.split("::")[0]] += self.seconds[test]
        return sorted(total, key=lambda file: (not _is_near(file, mutant), total[file]))


def _is_near(test: str, mutant: Mutant) -> bool:
    return Path(mutant.path).stem in test.split("::")[0]


class Measured(FirstFailure):
    """The plugin that measures a run without a mutant."""

    def __init__(self, writing: int, paths: set[str]) -> None:
        super().__init__(writing)
        self._found = Covered()
        self._paths = {str(Path(path).resolve()): path for path in paths}
        self._coverage = coverage.Coverage(
            data_file=None, include=[*self._paths], config_file=False, messages=False
        )
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
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
