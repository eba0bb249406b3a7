"""/imports/service, as a coordinator meets it."""

from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.tool import Tool
from tests.tracks.organisation.people import with_role
from tracks.audit.models import audit_entry
from tracks.jobs.models import outbox
from tracks.people.rules import Role
from tracks.rosters.connection import FETCH_JOB
from tracks.rosters.models import roster_service

URL = "https://schools.example/v2.0"
SECRET = "canary-of-a-secret"


def save(tool: Tool, browser: FlaskClient, **form: str):
    typed = {"address": URL, "way": "token", "secret": SECRET, **form}
    return tool.post(browser, "/imports/service", **typed)


def test_set_up_kept_changed_and_removed(tool: Tool):
    browser = with_role(tool, Role.COORDINATOR)
    assert save(tool, browser, address=f"{URL}/").status_code == 303
    (row,) = tool.rows(select(roster_service))
    assert (row.address, row.token_url, row.is_approved) == (URL, None, False)
    wished = tool.rows(select(outbox.c.kind, outbox.c.payload).where(outbox.c.kind == FETCH_JOB))
    assert [tuple(each) for each in wished] == [
        (FETCH_JOB, {"municipality_id": tool.municipality_id})
    ]
    page = tool.get(browser, "/imports/service?lang=en").text
    assert URL in page
    assert SECRET not in page

    # The secret stays while the address does, and only then.
    assert save(tool, browser, secret="").status_code == 303
    assert tool.rows(select(roster_service.c.sealed)) == [(row.sealed,)]
    moved = save(tool, browser, address="https://other.example", secret="")
    assert moved.status_code == 422
    assert 'id="secret-problem"' in moved.text
    assert "https://other.example" in moved.text

    assert tool.post(browser, "/imports/service/remove").status_code == 303
    assert tool.count(roster_service) == 0
    codes = tool.rows(select(audit_entry.c.code).order_by(audit_entry.c.id))
    assert [row.code for row in codes if row.code.startswith("school_system")] == [
        "school_system_set_up",
        "school_system_set_up",
        "school_system_removed",
    ]


def test_what_cannot_be_asked_is_told_beside_the_field_and_never_shows_the_secret(tool: Tool):
    browser = with_role(tool, Role.COORDINATOR)
    for address in (
        "",
        "http://schools.example/v2.0",
        "https://user:word@schools.example",
        f"{URL}?token=1",
        f"{URL}#a",
        "file:///etc/passwd",
        "https://" + "x" * 400,
    ):
        refused = save(tool, browser, address=address)
        assert refused.status_code == 422, address
        assert 'id="address-problem"' in refused.text
        assert SECRET not in refused.text
    for form, field in (
        ({"way": "client", "client_id": "a"}, "token_url"),
        ({"way": "client", "token_url": f"{URL}/token"}, "client_id"),
        ({"secret": "two\nlines"}, "secret"),
        ({"secret": "bokstavenå"}, "secret"),
    ):
        refused = save(tool, browser, **form)
        assert refused.status_code == 422, form
        assert f'id="{field}-problem"' in refused.text
    assert tool.count(roster_service) == 0


def test_fetch_now_asks_for_nothing_where_nothing_is_set_up(tool: Tool):
    browser = with_role(tool, Role.COORDINATOR)
    assert tool.post(browser, "/imports/service/fetch").status_code == 303
    assert tool.post(browser, "/imports/service/remove").status_code == 303
    assert tool.rows(select(outbox.c.kind).where(outbox.c.kind == FETCH_JOB)) == []
