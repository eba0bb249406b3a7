"""One pytest, started once; it forks before it reads a test, and again for each mutant.

pytest, its plugins
  fork: reads the tests, measures them; has every module in memory
    fork for each mutant in a function, whose code is exchanged
  fork for each mutant that takes effect at import: reads the tests anew, with it planted
"""

import gc
import importlib
import json
import os
import pickle
import sys
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.mutants.covered import Covered, Measured
from tests.mutants.operators import Mutant
from tests.mutants.planting import Functions, Planted, code_of, functions_in_memory
from tests.mutants.processes import FirstFailure, forked

# the conftests are read in the forks: they import what is mutated
_ARGUMENTS = ["-s", "-p", "no:randomly", "--noconftest"]
_SLACK = 5.0  # seconds a mutant gets besides three times what its tests take
SURVIVED, NOT_TESTED, _AT_IMPORT = "survived", "not tested", "at import"


def verdicts(mutants: list[Mutant], tests: list[str]) -> Iterator[tuple[str, str]]:
    """The key of each mutant, and what killed it."""

    def act(writing: int) -> None:
        pytest.main([*_ARGUMENTS, *tests], plugins=[Session(mutants, tests, writing)])

    for line in forked(act):
        if not line.startswith("{"):
            raise SystemExit(line)
        said = json.loads(line)
        if "key" in said:
            yield said["key"], said["by"]


class Session:
    """The plugin that stops pytest before it reads a test and lets the mutants loose on it."""

    def __init__(self, mutants: list[Mutant], tests: list[str], writing: int) -> None:
        self._mutants = {mutant.key: mutant for mutant in mutants}
        self._tests = tests
        self._writing = writing
        # read once: somebody may work on the files while this runs
        self._sources = {mutant.path: Path(mutant.path).read_bytes() for mutant in mutants}
        self._killers: dict[tuple[str, str], list[str]] = defaultdict(list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        self._session = session
        at_import = [key for key, mutant in self._mutants.items() if mutant.function is None]
        covered, modules = Covered(), list[str]()
        for line in forked(self._in_functions):
            said = json.loads(line) if line.startswith("{") else {}
            if "covered" in said:
                covered = pickle.loads(bytes.fromhex(said["covered"]))
                modules = said["modules"]
            elif said.get("by") == _AT_IMPORT:
                at_import.append(said["key"])
            else:
                os.write(self._writing, line.encode())
        _import_beforehand(modules)
        gc.freeze()  # else each fork's collector copies every page
        for key in at_import:
            self._say(self._writing, key=key, by=self._at_import(self._mutants[key], covered))
        session.items = []
        return True

    def _say(self, writing: int, **what: object) -> None:
        os.write(writing, json.dumps(what).encode() + b"\n")

    def _read(self, tests: Iterable[str]) -> list[pytest.Item]:
        """What pytest does at its start, with the same examples for each mutant."""
        config = self._session.config
        config.pluginmanager._noconftest = False
        for test in tests:
            config.pluginmanager._loadconftestmodules(
                Path(test).resolve(),
                config.getoption("importmode"),
                config.rootpath,
                consider_namespace_packages=False,
            )
        if config.pluginmanager.hasplugin("hypothesispytest"):
            import hypothesis  # not before pytest has made its assertions speak

            phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
            hypothesis.settings.register_profile("mutants", derandomize=True, phases=phases)
            hypothesis.settings.load_profile("mutants")
        return [*self._session.perform_collect([*tests])]

    def _run(self, items: list[pytest.Item], *plugins: object) -> None:
        for plugin in plugins:
            self._session.config.pluginmanager.register(plugin)
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)

    # -- in functions

    def _in_functions(self, writing: int) -> None:
        self._items = {item.nodeid: item for item in self._read(self._tests)}
        if self._session.testsfailed or not self._items:
            raise RuntimeError("the tests cannot be collected")
        covered = self._covered()
        self._say(writing, covered=pickle.dumps(covered).hex(), modules=_modules_of_others())
        functions = functions_in_memory()
        gc.freeze()
        for mutant in self._mutants.values():
            if mutant.function is not None:
                self._say(writing, key=mutant.key, by=self._verdict(mutant, functions, covered))

    def _covered(self) -> Covered:
        """Measured in a fork, so that this process has run no test before any mutant does."""
        with tempfile.NamedTemporaryFile() as kept:

            def act(writing: int) -> None:
                found = Measured(writing, {*self._sources})
                self._run([*self._items.values()], found)
                Path(kept.name).write_bytes(pickle.dumps(found.ended()))

            for failure in forked(act):
                raise RuntimeError(f"fails without a mutant: {failure}")
            covered = pickle.loads(Path(kept.name).read_bytes())
        assert isinstance(covered, Covered)
        return covered

    def _verdict(self, mutant: Mutant, functions: Functions, covered: Covered) -> str:
        place = (mutant.path, mutant.function or "")
        code = code_of(mutant, self._sources[mutant.path])
        tests = covered.tests(mutant)
        if not tests:
            return NOT_TESTED
        if code is None or not functions[place]:
            return _AT_IMPORT
        likely = [test for test in self._killers[place] if test in tests]
        ordered = [*likely, *(test for test in tests if test not in likely)]

        def act(writing: int) -> None:
            try:
                for function in functions[place]:
                    function.__code__ = code
            except ValueError:  # other free variables
                os.write(writing, _AT_IMPORT.encode())
                return
            self._run([self._items[test] for test in ordered], FirstFailure(writing))

        limit = _SLACK + 3 * sum(covered.seconds[test] for test in tests)
        by = next(iter(forked(act, limit)), SURVIVED).strip()
        if by in self._items and by not in likely:
            self._killers[place].insert(0, by)
        return by

    # -- at import

    def _at_import(self, mutant: Mutant, covered: Covered) -> str:
        tests = covered.at_import(mutant)
        likely = [test for test in self._killers[mutant.path, ""] if test in tests]
        ordered = [*likely, *(test for test in tests if test not in likely)]
        # without the parameters, whose names may change with the mutant
        near = {test.partition("[")[0] for test in tests}

        def act(writing: int) -> None:
            sys.meta_path.insert(0, Planted(mutant, self._sources[mutant.path]))
            self._session.config.pluginmanager.register(FirstFailure(writing))
            # one after the other, for reading them takes longer than most tests
            for file in dict.fromkeys(test.partition("::")[0] for test in ordered):
                items = self._read([file])
                self._run([item for item in items if item.nodeid.partition("[")[0] in near])

        limit = 2 * _SLACK + 3 * sum(covered.seconds[test] for test in tests)
        by = next(iter(forked(act, limit)), SURVIVED).strip()
        if by in tests and by not in likely:
            self._killers[mutant.path, ""].insert(0, by)
        return by


def _modules_of_others() -> list[str]:
    """What this process has imported that is not of this project."""
    ours = {path.stem for path in Path.cwd().iterdir()}
    return [name for name in sys.modules if name.partition(".")[0] not in ours]


def _import_beforehand(modules: list[str]) -> None:
    """Most of the time that a mutant at import takes: once for all."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in modules:
            with suppress(Exception):
                importlib.import_module(name)
