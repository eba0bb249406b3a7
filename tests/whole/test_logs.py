"""Nothing in the log leads to a person (section 4, no. 10; check 39)."""

import logging
import re
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest
import time_machine

from lti.errors import REASONS, LtiRejected
from tests.conformance.cases import CERTIFICATION_BAD
from tests.conformance.forged import FORGED
from tests.factories.gradebook import Gradebook, worker_for
from tests.factories.tool import BASE_URL, Tool
from tests.fakes.forge import PREFIX
from tracks.app import DATA_MAP, erased_list
from tracks.db import Session
from tracks.lms.views import launch
from tracks.privacy.jobs import chores
from tracks.progress.models import step_work

CANARIES = {
    "sub": "canary-sub-4711",
    "name": "Canary Fullname",
    "given_name": "Canarygiven",
    "family_name": "Canaryfamily",
    "email": "canary@mail.example",
    "text": "canary text of a reflection",
    "file": "canary-file.pdf",
}
PERSON = {name: CANARIES[name] for name in ("name", "given_name", "family_name", "email")}


def live_a_day(tool: Tool) -> list[str]:
    """Everything that is logged about: in, through, refused, broken, sent and not sent. The
    secrets that were used on the way."""
    book, worker = Gradebook(tool.http), worker_for(tool.database, tool.http)
    browser = tool.launch(sub=CANARIES["sub"], changes=PERSON, leads=True)
    secrets = [browser.get_cookie("__Host-tracks", "tracks.example").value]
    secrets += [tool.form_token(browser), tool.state]
    base = "/t/sample/maaling/enheter"
    tool.post(browser, f"{base}/tanker", text=CANARIES["text"], revision="0", go="save")
    tool.post(browser, f"{base}/tanker", text=CANARIES["text"] + "!", revision="0", go="save")
    tool.post(browser, f"{base}/tanker", text="", revision="0", go="save")
    for path in (f"/files/{CANARIES['file']}", f"/r/{CANARIES['sub']}/x", "/schools/999"):
        tool.get(browser, path)
    browser.post(f"{base}/tanker", data={"text": CANARIES["text"]}, base_url=BASE_URL)
    tool.post(browser, "/privacy/correct", name=CANARIES["name"])
    tool.post(browser, "/privacy/export")
    feedback = {"text": CANARIES["text"], "contact": CANARIES["email"]}
    browser.post("/accessibility/feedback", data=feedback, base_url=BASE_URL)
    for faults in ([500], ["lost"], [404]):
        book.faults.extend(faults)
        worker.drain()
    tool.post(browser, "/privacy/delete", sure="1")
    for chore in chores(DATA_MAP, erased_list(tool.settings)):
        with tool.database.writing() as session:
            chore(session, datetime.now(UTC) + timedelta(days=31))
    assert tool.count(step_work) == 0
    return secrets


def refuse_launches(tool: Tool) -> list[str]:
    secrets = []
    for case in (*CERTIFICATION_BAD, *FORGED):
        client = tool.client()
        setting = tool.login(client, login_hint=CANARIES["sub"])
        made = case.token(setting)
        form = {"id_token": made, "state": tool.state}
        client.post("/lti/launch", data=form, base_url=BASE_URL)
        secrets += [made, tool.state, setting.nonce]
    for changes in ({PREFIX + "version": "1"}, {PREFIX + "deployment_id": "x"}):
        prepared = tool.prepare({**PERSON, "sub": CANARIES["sub"], **changes})
        tool.click(prepared)
        tool.click(prepared)
        secrets.append(prepared.form["id_token"])
    described = {"error": "login_required", "error_description": CANARIES["name"]}
    tool.client().post("/lti/launch", data=described, base_url=BASE_URL)
    odd = {"iss": CANARIES["email"], "login_hint": CANARIES["sub"], "target_link_uri": "x"}
    tool.client().get("/lti/login", query_string=odd, base_url=BASE_URL)
    return secrets


def break_everything(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug whose message holds what it should not."""
    browser = tool.launch(sub=CANARIES["sub"], changes=PERSON)
    token = tool.form_token(browser)

    def fail(*_anything: object) -> None:
        raise RuntimeError(f"{CANARIES['name']} {CANARIES['email']} {CANARIES['text']}")

    data = {"form_token": token, "text": CANARIES["text"], "revision": "0", "go": "save"}
    with monkeypatch.context() as patched:
        patched.setattr(Session, "execute", fail)
        answer = browser.post("/t/sample/maaling/enheter/tanker", data=data, base_url=BASE_URL)
    assert answer.status_code == 500
    assert CANARIES["text"] in answer.text  # theirs, on their page
    assert CANARIES["email"] not in answer.text


def test_a_whole_day_leaves_no_trace_of_anybody_in_the_log(
    tool: Tool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    caplog.set_level(logging.DEBUG)
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        secrets = live_a_day(tool)
        clock.shift(timedelta(minutes=1))
        secrets += refuse_launches(tool)
    break_everything(tool, monkeypatch)

    lines = [caplog.handler.format(record) for record in caplog.records]
    text = "\n".join(lines)
    assert len(lines) > 100
    found = {name: value for name, value in CANARIES.items() if value.lower() in text.lower()}
    assert found == {}
    assert [secret for secret in secrets if secret and secret in text] == []
    assert re.findall(r"\b127\.0\.0\.1\b", text) == []


def test_a_launch_that_is_refused_is_logged_with_its_registration(
    tool: Tool, caplog: pytest.LogCaptureFixture
):
    tool.click(tool.prepare({PREFIX + "version": "1"}))

    (line,) = [r.getMessage() for r in caplog.records if "rejected" in r.getMessage()]
    assert line.startswith("launch.rejected reason=version_unknown rule=T22 registration=1 ")


@pytest.mark.parametrize("way", ["/lti/login", "/lti/launch"])
def test_every_refusal_has_a_reason_and_an_id_that_also_stand_on_its_page(
    tool: Tool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, way: str
):
    """All of them, whoever finds the fault: what is done with one is the same for each."""
    client, seen = tool.client(), []

    def refuse(*_: object, **__: object) -> NoReturn:
        raise LtiRejected(seen[-1])

    monkeypatch.setattr(launch, "begin_login", refuse)
    monkeypatch.setattr(launch, "accept_launch", refuse)
    for reason in REASONS.values():
        seen.append(reason.code)
        caplog.clear()
        answer = client.post(way, base_url=BASE_URL)

        (line,) = [r.getMessage() for r in caplog.records if "rejected" in r.getMessage()]
        said = dict(re.findall(r"(\w+)=(\S+)", line))
        assert (said["reason"], said["rule"], answer.status_code) == (
            reason.code,
            reason.rule,
            reason.status,
        )
        assert f"<code>{said['error_id']}</code>" in answer.text
        assert f"<code>{reason.code}</code>" in answer.text
    assert len(seen) > 70
