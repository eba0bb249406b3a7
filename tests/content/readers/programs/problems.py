"""Open edX's own problem block reads, draws and grades the problems of courses in OLX. Its
calculators (formulas, chemistry, polygons) are large, and no problem of ours asks them: they are
not installed."""

import cmath
import importlib.abc
import importlib.machinery
import sys
import tarfile
import types
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

from reading import answer, every_choice

_CALCULATORS = {"numpy", "shapely", "calc", "symmath", "chem"}


class _NoCalculators(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, name: str, path: object, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] in _CALCULATORS:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module = types.ModuleType(spec.name)
        module.__getattr__ = lambda name: MagicMock(name=name)  # type: ignore[method-assign]
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        pass


sys.meta_path.insert(0, _NoCalculators())

import django  # noqa: E402
from django.conf import settings  # noqa: E402

settings.configure(
    SECRET_KEY="x",
    STATIC_URL="/static/",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)
django.setup()

from xblocks_contrib.problem.capa import responsetypes, util  # noqa: E402
from xblocks_contrib.problem.capa.capa_problem import (  # noqa: E402
    LoncapaProblem,
    LoncapaSystem,
)


class _Words:
    @staticmethod
    def gettext(text: str) -> str:
        return text

    ugettext = gettext

    @staticmethod
    def ngettext(one: str, more: str, count: int) -> str:
        return one if count == 1 else more


class _Block:
    """What a problem asks of the course it is in."""

    location = "x"
    runtime = types.SimpleNamespace(publish=lambda *_: None)

    @staticmethod
    def correctness_available() -> bool:
        return True


def _system() -> LoncapaSystem:
    return LoncapaSystem(
        ajax_url="/",
        anonymous_student_id="s",
        cache=None,
        can_execute_unsafe_code=lambda: False,
        get_python_lib_zip=lambda: None,
        DEBUG=False,
        i18n=_Words(),
        render_template=lambda _template, _context: "<div/>",
        resources_fs=None,
        seed=1,
        xqueue=None,
    )


def _figure(_names: object, _functions: object, text: str) -> float:
    """Of its calculator this much is enough: a number that is written as one."""
    return float(text)


responsetypes.evaluator = util.evaluator = _figure
util.isinf, util.isnan = cmath.isinf, cmath.isnan
responsetypes.isnan = cmath.isnan


def _read(text: str, tried: list[list[str]]) -> dict[str, Any]:
    problem = LoncapaProblem(text, "p", _system(), _Block(), seed=1)
    kinds = {type(response).__name__ for response in problem.responders.values()}
    if kinds <= {"MultipleChoiceResponse", "ChoiceResponse"}:
        return _ticked(problem)
    return _written(problem, tried)


def _written(problem: LoncapaProblem, tried: list[list[str]]) -> dict[str, Any]:
    """`tried`: an answer for each field, one list after the other."""
    fields = list(problem.inputs.values())
    shares = []
    for given in tried:
        problem.grade_answers(dict(zip([each.input_id for each in fields], given, strict=True)))
        scored = problem.calculate_score()
        shares.append(float(scored["score"]) / float(scored["total"]))
    answers = problem.get_question_answers()
    return {
        "title": problem.tree.get("display_name"),
        "weight": float(problem.tree.get("weight")),
        "kinds": [type(each).__name__ for each in problem.responders.values()],
        "labels": [problem.problem_data[each.input_id]["label"] for each in fields],
        "options": [
            [str(one) for one, _ in each.loaded_attributes.get("options", ())] for each in fields
        ],
        "shares": shares,
        "prompt": problem.get_html(),
        "solution": [str(said) for name, said in answers.items() if "_solution_" in name],
    }


def _ticked(problem: LoncapaProblem) -> dict[str, Any]:
    (response,) = problem.responders.values()
    (asked,) = problem.inputs.values()
    is_one = type(response).__name__ == "MultipleChoiceResponse"
    options = [str(name) for name, _ in asked.choices]
    answers = problem.get_question_answers()
    graded = []
    for chosen in every_choice(options, is_one):
        given = {asked.input_id: chosen[0] if is_one else list(chosen)}
        said = problem.grade_answers(given).get_dict()[asked.input_id]["msg"]
        scored = problem.calculate_score()
        share = float(scored["score"]) / float(scored["total"])
        places = [options.index(one) for one in chosen]
        graded.append({"chosen": places, "share": share, "said": said})
    return {
        "title": problem.tree.get("display_name"),
        "weight": float(problem.tree.get("weight")),
        "form": "one" if is_one else "several",
        "options": [str(html) for _, html in asked.choices],
        "graded": graded,
        "prompt": problem.get_html(),
        "solution": [str(said) for name, said in answers.items() if "_solution_" in name],
    }


def _problems(asked: list[tuple[str, dict[str, list[list[str]]]]]) -> list[dict[str, Any]]:
    """A course each: name of a problem -> what it is to Open edX. With each course what is tried
    where answers are written: name of a problem -> answers for its fields."""
    found = []
    for path, tried in asked:
        course = {}
        with tarfile.open(path) as archive:
            for member in archive.getmembers():
                file = archive.extractfile(member)
                if "/problem/" in member.name and file is not None:
                    name = Path(member.name).stem
                    course[name] = _read(file.read().decode(), tried.get(name, []))
        found.append(course)
    return found


answer(_problems)
