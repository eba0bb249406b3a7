"""A hundred changes through bad days of each kind of LMS (check 11, F4, F5).

The long run, 1,000 changes of 100 people: `python -m tests.convergence`.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from tests.convergence.run import ALWAYS_IN, Run
from tests.factories.tool import Tool
from tests.fakes.scripted_lms import MODES, Mode, ScriptedLms


@pytest.mark.parametrize(("mode", "seed"), [(mode, n) for n, mode in enumerate(MODES, 1)])
def test_the_gradebook_ends_where_we_are(database_url: str, tmp_path: Path, mode: Mode, seed: int):
    tool = Tool(database_url, tmp_path / "data", **ALWAYS_IN)
    with time_machine.travel(datetime.now(UTC), tick=False) as clock, ScriptedLms(mode) as lms:
        ended = Run(tool, lms, clock, seed).go(people=10, changes=100)
    tool.close()

    assert ended.problems == ()
    assert (ended.people, ended.changes) == (10, 100)
    assert ended.changed > 30, "the faults left enough room for changes to arrive one by one"
