"""Every kind of job that is wished for has somebody who does it."""

import ast
from pathlib import Path

from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.grades import Grades
from tests.factories.gradebook import tool_key
from tests.fakes.lti_ports import FixedClock, RecordingHttp
from tracks.lms import actions as lms_actions
from tracks.lms.jobs import handlers

TRACKS = Path(__file__).parents[2] / "tracks"
# The name of the constant with the kind -> the kind.
KINDS = {"SCORE_JOB": lms_actions.SCORE_JOB}


def wished() -> set[str]:
    """The kinds named where `enqueue` is called, anywhere in the application."""
    found = set()
    for path in TRACKS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "enqueue":
                kind = node.args[1]
                assert isinstance(kind, ast.Name), f"{path}: the kind is to be a constant"
                found.add(KINDS[kind.id])
    return found


def test_every_kind_of_job_has_a_handler_and_every_handler_a_job():
    clock, http = FixedClock(), RecordingHttp()
    tokens = AccessTokenSource(http, tool_key(), clock, MemoryAccessTokens())

    assert set(handlers(Grades(http, tokens, clock))) == wished() == set(KINDS.values())
