"""The self-test says of every reason what to mend and who can, as the operators' manual does."""

import ast

import pytest

from lti.errors import REASONS
from lti.quirks import BY_FAMILY
from tests.docs.pages import ROOT, code_words, read, rows, sections
from tests.fakes.lti_ports import FixedClock
from tracks.lms.advice import ADMINISTRATOR, LMS_STAFF, OPERATOR
from tracks.lms.checkup import Known, Line, Refused, Standing, checkup
from tracks.lms.mending import COURSE, PERSON
from tracks.lms.rules import Service

NOW = FixedClock().now()
WHO = {
    "LMS": LMS_STAFF,
    "course": COURSE,
    "who runs the course": COURSE,
    "municipality": ADMINISTRATOR,
    "Learning Tracks": OPERATOR,
    "the person": PERSON,
}
PAGE = read("operators/lti-reasons.md")
LAUNCHES = {
    code_words(row[0])[0]: row[6]
    for row in rows(PAGE, "Code", "Status", "Rule", "What happened", "Likely cause", "What to do")
}
OUTBOUND = ("grades", "line_items", "service_calls", "roster", "access_tokens", "answers")


def refusals(title: str) -> dict[str, str]:
    """Of a section: who can help, by code."""
    (text,) = [text for name, text in sections(PAGE) if name == title]
    found = rows(text, "Code", "What it means", "What to do", "Who")
    return {code: row[3] for row in found for code in code_words(row[0]) if row[3] != "-"}


def line(what: str, known: Known) -> Line:
    return next(each for each in checkup(known, None) if each.what == what)


def failing(what: str, service: Service, reason: str) -> Line:
    standing = Standing(None, NOW, reason, None)
    return line(what, Known({service: standing}, {}, is_active=True))


def is_said(found: Line) -> bool:
    return bool(found.mend) and "manual" not in found.mend and bool(found.who)


@pytest.mark.parametrize("reason", REASONS)
def test_of_a_refused_launch(reason: str):
    refused = Refused(reason, 30, NOW)
    found = line("Refused launches", Known({}, {}, is_active=True, refused=(refused,)))

    assert is_said(found)
    assert found.who == WHO[LAUNCHES[reason]]


SCORES = refusals("When scores are refused")
LISTS = refusals("When a course's list is refused")


@pytest.mark.parametrize("reason", [code for code in SCORES if code != "status_…"])
def test_of_a_score(reason: str):
    found = failing("Last score", Service.SCORES, reason)

    assert is_said(found)
    assert found.who == WHO[SCORES[reason]]


@pytest.mark.parametrize("reason", LISTS)
def test_of_a_list(reason: str):
    found = failing("Last list of participants", Service.ROSTER, reason)

    assert is_said(found)
    assert found.who == WHO[LISTS[reason]]


def _raised(name: str) -> set[str]:
    tree = ast.parse((ROOT / f"{name}.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    return {
        call.args[0].value
        for call in calls
        if getattr(call.func, "id", "").endswith("ServiceError")
        and isinstance(call.args[0], ast.Constant)
    }


def test_no_failure_of_a_service_is_without_words_of_its_own():
    """But for a status that says nothing by itself."""
    named = {word for quirks in BY_FAMILY.values() for word in quirks.refusals.values()}
    files = [f"lti/tool/{name}" for name in OUTBOUND]
    codes = named.union(*(_raised(n) for n in (*files, "lti/http", "lti/addresses")))
    unknown = failing("Last score", Service.SCORES, "status_418").mend

    assert len(codes) > 25
    for what, service in (
        ("Last score", Service.SCORES),
        ("Last list of participants", Service.ROSTER),
    ):
        said = {code: failing(what, service, code) for code in codes}
        assert [code for code, each in said.items() if each.mend == unknown] == []
        assert all(is_said(each) for each in said.values())


@pytest.mark.parametrize(
    ("reason", "keys", "token"),
    [
        ("timeout", "can be reached", "can be reached"),
        ("url_not_https", "begins with https", "begins with https"),
        ("jwks_status", "Open that address in a browser", "Check the address for tokens"),
        ("token_refused", "Open that address in a browser", "Check the client id"),
        ("own_key_sealed", "Open that address in a browser", "encryption key"),
    ],
)
def test_of_keys_and_token_as_they_were_noted(reason: str, keys: str, token: str):
    for what, service, words in (
        ("The LMS's public keys", Service.KEYS, keys),
        ("Trust of the LMS in us", Service.TOKEN, token),
    ):
        found = failing(what, service, reason)
        assert is_said(found)
        assert words in found.mend
        assert found.says != "Did not work."
