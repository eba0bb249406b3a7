"""Check 28: JSON and YAML made to do harm, each through the entry where it comes in."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
# Who reads JSON or YAML, and by which entry the bombs get there. A new reader needs one.
READERS = {
    "content/front_matter.py": "content check",
    "content/front_matter_writing.py": "the editor",
    "content/rendered.py": "",  # what we have written
    "content/rendering/pieces.py": "",  # what our own second process has drawn
    "lti/jose.py": "the claims of a launch",
    "lti/platform/dynamic_registration.py": "a tool that registers with the demo LMS",
    "lti/platform/endpoints.py": "a column that a tool makes in the demo LMS",
    "lti/platform/hints.py": "",  # sealed by us
    "lti/platform/tool_key_set.py": "a tool's keys for the demo LMS",
    "lti/platform_keys.py": "a platform's keys",
    "lti/tool/access_tokens.py": "an access token",
    "lti/tool/dynamic_registration.py": "what an LMS answers to our registration",
    "lti/tool/groups.py": "the groups of a course",
    "lti/tool/line_items.py": "columns of a gradebook",
    "lti/tool/notices.py": "notices",
    "lti/tool/platform_configuration.py": "what an LMS says of itself",
    "lti/tool/roster.py": "a course list",
    "lti/tool/service_calls.py": "columns of a gradebook",
    "lti/tool/state.py": "",  # signed by us
    "lti/tool/tickets.py": "",  # sealed by us
    "tracks/catalogue/drawn.py": "",  # what we have stored
    "tracks/catalogue/harvest/protocol.py": "a place in what is harvested",
    "tracks/db/columns.py": "",  # what we have stored
    "tracks/demo_lms/added.py": "",  # what it has stored
    "tracks/demo_lms/tools.py": "a tool's word for itself to the demo LMS",
    "tracks/privacy/erased.py": "",  # a file of the operator's
    "tracks/rosters/feide.py": "Feide's groups",
    "tracks/rosters/school_system.py": "a page of a school system",
    "tracks/signin/logout_tokens.py": "a sign-out elsewhere",
    "tracks/signin/oidc.py": "what a login service says of itself",
    "tracks/signin/passkeys.py": "a passkey's answer",
    "tracks/signin/tickets.py": "",  # sealed by us
}
_READS = re.compile(
    r"\b(?:parse_object|parse_array|json\.loads?|json\.decode|YAML)\(|\.get_json\(|request\.json"
)


@pytest.fixture(scope="module")
def cases() -> list[dict[str, Any]]:
    """In a process of its own, which forks one for each."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.bombs"], capture_output=True, text=True, cwd=ROOT
    )
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    assert "Traceback" not in told.stderr, told.stderr[-2000:]
    return rows


def test_none_takes_more_than_a_second_or_100_megabytes_or_is_answered_with_a_failure(
    cases: list[dict[str, Any]],
) -> None:
    assert [f"{case['entry']}: {fault}" for case in cases for fault in case["faults"]] == []


def test_each_entry_has_forty_or_what_there_is(cases: list[dict[str, Any]]) -> None:
    number = Counter(case["entry"] for case in cases)
    assert {entry: count for entry, count in number.items() if count < 40} == {"over a wire": 7}
    # an entry that nothing large gets through would be measured for nothing
    most = dict.fromkeys(number, 0.0)
    for case in cases:
        most[case["entry"]] = max(most[case["entry"]], case["megabytes"])
    assert most["a page of a school system"] > 30
    assert most["content check"] > 1


def test_whoever_reads_such_text_has_an_entry(cases: list[dict[str, Any]]) -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for package in ("content", "lti", "tracks")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "strict_json.py" and _READS.search(path.read_text("utf-8"))
    }
    assert found == set(READERS)
    assert {entry for entry in READERS.values() if entry} <= {case["entry"] for case in cases}
