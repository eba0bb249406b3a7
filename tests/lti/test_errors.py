import re
from pathlib import Path

from lti.errors import REASONS, LtiRejected, PermanentServiceError, TransientServiceError

ROOT = Path(__file__).parents[2]


def _words(folder: Path) -> set[str]:
    text = "\n".join(path.read_text() for path in sorted(folder.rglob("*.py")))
    return set(re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", text))


def test_every_reason_is_expected_by_a_test():
    folders = ("tests/conformance", "tests/lti", "tests/tracks/lms")
    tests = set[str]().union(*(_words(ROOT / folder) for folder in folders))

    assert set(REASONS) - tests == set()


def test_every_raised_code_is_listed():
    sources = [path for path in (ROOT / "lti").rglob("*.py") if "platform" not in path.parts]
    raised = {
        code
        for path in sources
        for code in re.findall(r'LtiRejected\(\s*"([a-z_]+)"', path.read_text())
    }

    assert raised - set(REASONS) == set()
    assert len(raised) > 50


def test_statuses_are_those_of_the_api():
    assert {reason.status for reason in REASONS.values()} == {400, 401, 403, 413}


def test_rejection_carries_its_reason():
    refused = LtiRejected("iat_in_future", "75 s ahead of our clock")

    assert (refused.reason, refused.status, refused.rule, refused.family, refused.detail) == (
        "iat_in_future",
        401,
        "T13",
        "clock",
        "75 s ahead of our clock",
    )
    assert str(refused) == "T13 iat_in_future: 75 s ahead of our clock"


def test_rejection_without_a_detail():
    refused = LtiRejected("iat_in_future")

    assert (str(refused), refused.detail) == ("T13 iat_in_future", "")


def test_service_errors_carry_theirs():
    later = TransientServiceError("status_429", retry_after=30.0)
    never = PermanentServiceError("scope_not_granted")

    assert (str(later), later.reason, later.retry_after) == ("status_429", "status_429", 30.0)
    assert (str(never), never.reason) == ("scope_not_granted", "scope_not_granted")
