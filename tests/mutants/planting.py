"""Where a mutant goes: into the functions that are there, or into its module before the import."""

import gc
import os
from collections import defaultdict
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, FunctionType

from tests.mutants.operators import Mutant

Functions = dict[tuple[str, str], list[FunctionType]]


def functions_in_memory() -> Functions:
    """By file and name; each also where it was imported to."""
    found: Functions = defaultdict(list)
    here = f"{Path.cwd()}{os.sep}"
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename.startswith(here):
            path = thing.__code__.co_filename.removeprefix(here)
            found[path, thing.__code__.co_qualname].append(thing)
    return found


def code_of(mutant: Mutant, source: bytes) -> CodeType | None:
    """Of the mutated function; None where there is none of its own."""
    module = compile(mutant.applied(source), mutant.path, "exec")
    return _code(module, mutant.function or "")


def _code(module: CodeType, function: str) -> CodeType | None:
    for constant in module.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == function:
                return constant
            if function.startswith(f"{constant.co_qualname}."):
                return _code(constant, function)
    return None


class Planted:
    """A finder that gives the mutated module in the original's place."""

    def __init__(self, mutant: Mutant, source: bytes) -> None:
        name = Path(mutant.path).with_suffix("")
        self._name = ".".join(name.parent.parts if name.stem == "__init__" else name.parts)
        self._path = str(Path(mutant.path).resolve())
        self._code = compile(mutant.applied(source), mutant.path, "exec")

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
