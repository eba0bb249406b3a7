"""Every kind of job that is wished for has somebody who does it."""

import ast
from pathlib import Path

from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.grades import Grades
from lti.tool.groups import CourseGroups
from lti.tool.roster import Rosters
from lti.tool.service_calls import ServiceCalls
from tests.factories.keys import tool_keys
from tests.fakes.lti_ports import FixedClock, RecordingHttp
from tracks.app import DATA_MAP
from tracks.authoring import outside
from tracks.lms import actions as lms_actions
from tracks.lms.actions.life_cycle import HANDLER_JOB
from tracks.lms.actions.rosters import ROSTER_JOB
from tracks.lms.jobs import handlers, notice_handlers, roster_handlers
from tracks.lms.sealing import EncryptionKey, Sealer
from tracks.privacy.actions.copies import COPY_JOB
from tracks.privacy.erased import ErasedList
from tracks.privacy.jobs import END_JOB
from tracks.privacy.jobs import handlers as privacy_handlers
from tracks.rosters.connection import FETCH_JOB, SUBSCRIBE_JOB, UNSUBSCRIBE_JOB, Outward
from tracks.rosters.jobs import handlers as list_handlers
from tracks.rosters.staging import APPLY_JOB, READ_JOB

TRACKS = Path(__file__).parents[2] / "tracks"
# The name of the constant with the kind -> the kind.
KINDS = {
    "APPLY_JOB": APPLY_JOB,
    "ASK_JOB": outside.ASK_JOB,
    "FETCH_JOB": FETCH_JOB,
    "READ_JOB": READ_JOB,
    "COPY_JOB": COPY_JOB,
    "END_JOB": END_JOB,
    "COLUMN_JOB": lms_actions.COLUMN_JOB,
    "HANDLER_JOB": HANDLER_JOB,
    "ROSTER_JOB": ROSTER_JOB,
    "SCORE_JOB": lms_actions.SCORE_JOB,
    "SUBSCRIBE_JOB": SUBSCRIBE_JOB,
    "UNSUBSCRIBE_JOB": UNSUBSCRIBE_JOB,
}


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
    tokens = AccessTokenSource(http, tool_keys(), clock, MemoryAccessTokens())

    calls = ServiceCalls(http, tokens, clock)
    done = {
        **list_handlers(Outward(http, Sealer([EncryptionKey(bytes(32))]))),
        **privacy_handlers(DATA_MAP, ErasedList(Path("erased.jsonl")), small_number=5),
        **outside.handlers(http, http),
        **handlers(Grades(http, tokens, clock)),
        **notice_handlers(calls, "https://ours"),
        **roster_handlers(Rosters(http, tokens, clock), CourseGroups(http, tokens, clock)),
    }
    assert set(done) == wished() == set(KINDS.values())
