"""One pytest session that is collected once; each mutant gets a fork of it.

In the fork the code of the mutated function is exchanged, wherever the function was imported to.
What takes effect at import needs a fork of the clean process instead, with a loader that plants it.
Either way a mutant exists in the memory of a process that ends with it, and in no file.
"""

import gc
import json
import os
import pickle
import resource
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NoReturn

import coverage
import pytest

from tests.mutants.operators import Mutant

_ARGUMENTS = ["-s", "-p", "no:randomly"]
_SLACK = 5.0  # seconds a mutant gets besides three times what its tests take
_MEMORY = 3 * 1024**3
SURVIVED, NOT_TESTED, AT_IMPORT = "survived", "not tested", "at import"


@dataclass
class Covered:
    """Which tests run which line, and how long they take."""

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[int, list[str]]] = field(default_factory=dict)

    def tests(self, mutant: Mutant, first: int, last: int) -> list[str]:
        """Of its lines, else of its function: a fixture of many tests runs in the first only."""
        here = self.lines.get(mutant.path, {})
        near = {test for line in range(first, last + 1) for test in here.get(line, ())}
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


def forked(act: Callable[[int], None], seconds: float | None = None) -> Iterator[str]:
    """The lines that `act` writes to its descriptor, in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _alone(act, reading, writing, seconds)
    os.close(writing)
    try:
        with os.fdopen(reading) as lines:
            yield from lines
    finally:
        _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        yield f"signal {os.WTERMSIG(status)}"


def _alone(
    act: Callable[[int], None], reading: int, writing: int, seconds: float | None
) -> NoReturn:
    code = 1
    try:
        os.close(reading)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        if seconds is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, seconds)
        act(writing)
        code = 0
    except BaseException as failed:  # the parent must hear of it, whatever it is
        os.write(writing, f"error {failed!r}\n".encode())
    finally:
        os._exit(code)


class _FirstFailure:
    """The plugin of a run that ends with the first test that fails."""

    def __init__(self, writing: int) -> None:
        self._writing = writing

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        # before the report, whose traceback takes longer than most tests
        if call.excinfo is not None and not isinstance(call.excinfo.value, pytest.skip.Exception):
            self._end(item.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._end(report.nodeid or "collection")

    def _end(self, test: str) -> NoReturn:
        os.write(self._writing, f"{test.splitlines()[0]}\n".encode())
        os._exit(0)


class Session:
    """The plugin that keeps the collected session and lets the mutants loose on it."""

    def __init__(self, mutants: list[Mutant], writing: int) -> None:
        self._mutants = mutants
        self._writing = writing
        # read once: somebody may work on the files while this runs
        self._sources = {mutant.path: Path(mutant.path).read_bytes() for mutant in mutants}
        self._killers: dict[tuple[str, str], list[str]] = defaultdict(list)

    def pytest_collection(self) -> None:
        import hypothesis  # not before pytest has made its assertions speak

        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("mutants", derandomize=True, phases=phases)
        hypothesis.settings.load_profile("mutants")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted("the tests cannot be collected")
        self._items = {item.nodeid: item for item in session.items}
        covered = self._covered({mutant.path for mutant in self._mutants})
        self._say(covered=pickle.dumps(covered).hex())
        functions = _functions()
        gc.freeze()  # else each fork's collector copies every page
        for mutant in self._mutants:
            if mutant.function is not None:
                self._say(key=mutant.key, by=self._verdict(mutant, functions, covered))
        return True

    def _say(self, **what: str) -> None:
        os.write(self._writing, json.dumps(what).encode() + b"\n")

    def _verdict(
        self, mutant: Mutant, functions: dict[tuple[str, str], list[FunctionType]], covered: Covered
    ) -> str:
        source = self._sources[mutant.path]
        place = (mutant.path, mutant.function or "")
        code = _code(compile(mutant.applied(source), mutant.path, "exec"), place[1])
        first, last = mutant.line, mutant.line + source[mutant.start : mutant.end].count(b"\n")
        tests = covered.tests(mutant, first, last)
        if not tests:
            return NOT_TESTED
        if code is None or not functions[place]:
            return AT_IMPORT
        likely = [test for test in self._killers[place] if test in tests]
        ordered = [*likely, *(test for test in tests if test not in likely)]

        def act(writing: int) -> None:
            try:
                for function in functions[place]:
                    function.__code__ = code
            except ValueError:  # other free variables
                os.write(writing, AT_IMPORT.encode())
                return
            self._run([self._items[test] for test in ordered], _FirstFailure(writing))

        limit = _SLACK + 3 * sum(covered.seconds[test] for test in tests)
        by = next(iter(forked(act, limit)), SURVIVED).strip()
        if by in self._items and by not in likely:
            self._killers[place].insert(0, by)
        return by

    def _run(self, items: list[pytest.Item], *plugins: object) -> None:
        for plugin in plugins:
            items[0].config.pluginmanager.register(plugin)
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)

    def _covered(self, paths: set[str]) -> Covered:
        """Measured in a fork, so that this process has run no test before any mutant does."""
        with tempfile.NamedTemporaryFile() as kept:

            def act(writing: int) -> None:
                found = _Measured(writing, paths)
                self._run([*self._items.values()], found)
                Path(kept.name).write_bytes(pickle.dumps(found.ended()))

            for failure in forked(act):
                raise RuntimeError(f"fails without a mutant: {failure}")
            covered = pickle.loads(Path(kept.name).read_bytes())
        assert isinstance(covered, Covered)
        return covered


class _Measured(_FirstFailure):
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


def _functions() -> dict[tuple[str, str], list[FunctionType]]:
    found: dict[tuple[str, str], list[FunctionType]] = defaultdict(list)
    here = f"{Path.cwd()}{os.sep}"
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename.startswith(here):
            path = thing.__code__.co_filename.removeprefix(here)
            found[path, thing.__code__.co_qualname].append(thing)
    return found


def _code(module: CodeType, function: str) -> CodeType | None:
    for constant in module.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == function:
                return constant
            if function.startswith(f"{constant.co_qualname}."):
                return _code(constant, function)
    return None


def run_session(mutants: list[Mutant], tests: list[str]) -> Iterator[dict[str, Any]]:
    def act(writing: int) -> None:
        pytest.main([*_ARGUMENTS, *tests], plugins=[Session(mutants, writing)])

    for line in forked(act):
        if not line.startswith("{"):
            raise SystemExit(line)
        yield json.loads(line)


def run_at_import(mutant: Mutant, covered: Covered) -> str:
    files = covered.files(mutant)

    def act(writing: int) -> None:
        code = compile(mutant.applied(Path(mutant.path).read_bytes()), mutant.path, "exec")
        sys.meta_path.insert(0, _Planted(mutant.path, code))
        ended = pytest.main([*_ARGUMENTS, *files], plugins=[_FirstFailure(writing)])
        if ended != pytest.ExitCode.OK:
            os.write(writing, f"{files[0]} ended with {ended}\n".encode())

    limit = 2 * _SLACK + 3 * sum(covered.seconds.values())
    return next(iter(forked(act, limit)), SURVIVED).strip()


class _Planted:
    def __init__(self, path: str, code: CodeType) -> None:
        name = Path(path).with_suffix("")
        self._name = ".".join(name.parent.parts if name.stem == "__init__" else name.parts)
        self._path = str(Path(path).resolve())
        self._code = code

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name != self._name:
            return None
        loader = _Loader(name, self._path)
        loader.planted = self._code
        return spec_from_file_location(name, self._path, loader=loader)


class _Loader(SourceFileLoader):
    planted: CodeType

    def get_code(self, fullname: str) -> CodeType:
        return self.planted
