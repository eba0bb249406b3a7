"""One-time codes, the link that sets them up, and how many tries there are."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.threads import at_once
from tests.factories.tool import Tool
from tests.tracks.signin.people import (
    NOW_IS,
    a_link,
    code_now,
    cookie,
    field,
    is_signed_in,
    key_of,
    sends,
    sets_up_codes,
)
from tracks.audit.models import audit_entry
from tracks.cli.admin import first_links
from tracks.db import Session
from tracks.lms.key_files import open_sealer
from tracks.lms.models import registration_request
from tracks.people.models import municipality, person, role_grant, sign_in
from tracks.people.rules import Role
from tracks.signin.actions.logins import is_right_code, take_link
from tracks.signin.actions.resealing import reseal_logins
from tracks.signin.actions.tries import spend
from tracks.signin.models import login_link, login_try, one_time_secret, recovery_code
from tracks.signin.queries import secret_of
from tracks.signin.rules import code_at, step_of


def in_by_code(tool: Tool, name: str, code: str, **fields: str) -> FlaskClient | None:
    client = tool.client()
    answer = sends(client, "/sign-in/code", name=name, code=code, **fields)
    assert answer.status_code in (303, 422), answer.status_code
    return client if answer.status_code == 303 else None


# RFC 6238 appendix B, SHA-1, cut to six digits.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_rfc(seconds: int, code: str):
    assert code_at(b"12345678901234567890", seconds // 30) == code


def test_a_code_is_good_for_its_step_and_its_neighbours():
    secret, now = b"s" * 20, NOW_IS()
    step = int(now.timestamp()) // 30
    good = [n for n in range(-3, 4) if step_of(secret, code_at(secret, step + n), now, 0)]
    assert good == [-1, 0, 1]
    assert step_of(secret, code_at(secret, step), now, step) is None
    for typed in ("", "12345", "1234567", "abcdef", "１２３４５６", "\x00"):
        assert step_of(secret, typed, now, 0) is None


def test_the_link_of_the_first_start_makes_an_administrator_and_works_once(tool: Tool):
    (link,) = (each.url for each in first_links(tool.settings, tool.database))
    assert link
    path = link.removeprefix(tool.settings.base_url)
    client = tool.client()

    secret, name, recovery = sets_up_codes(tool, client, path, name="Sample administrator")

    assert tool.rows(select(person.c.name)) == [("Sample administrator",)]
    assert tool.rows(select(role_grant.c.role, role_grant.c.school_id)) == [("administrator", None)]
    assert tool.get(client, "/lms").status_code == 200
    assert len(set(recovery)) == 8
    # Used twice: gone, for reading and for setting up; and no second administrator.
    assert tool.get(tool.client(), path).status_code == 404
    other = tool.client()
    answer = sends(other, path, go="code", key="x", code="123456")
    assert (answer.status_code, cookie(other)) == (404, None)
    assert tool.count(role_grant) == 1
    # There is one now: the next start prints no link.
    assert first_links(tool.settings, tool.database) == []
    codes = [row.code for row in tool.rows(select(audit_entry.c.code))]
    assert codes[-4:] == ["login_link_made", "role_granted", "login_set_up", "signed_in"]
    assert in_by_code(tool, name, code_now(secret))


def test_of_the_links_of_several_starts_the_newest_works(tool: Tool):
    first, second = (first_links(tool.settings, tool.database)[0].url for _ in range(2))
    assert first
    assert second
    paths = [link.removeprefix(tool.settings.base_url) for link in (first, second)]
    assert [tool.get(tool.client(), path).status_code for path in paths] == [404, 200]


def test_a_link_ends_after_a_day_and_its_row_goes(tool: Tool):
    path = a_link(tool)
    later = NOW_IS() + timedelta(hours=24, minutes=1)
    with time_machine.travel(later, tick=False):
        assert tool.get(tool.client(), path).status_code == 404
    from tracks.signin.actions.tries import forget_tries

    with tool.database.writing() as session:
        forget_tries(session, later)
    assert tool.count(login_link) == 0


def test_of_two_at_the_same_time_one_gets_the_link(tool: Tool):
    """The page was open in two browsers; both send a right form."""
    path = a_link(tool)
    one, two = tool.client(), tool.client()
    pages = [tool.get(client, path).text for client in (one, two)]
    answers = []
    for client, page in zip((one, two), pages, strict=True):
        code = code_now(key_of(page))
        answers.append(sends(client, path, go="code", key=field(page, "key"), code=code))
    assert [a.status_code for a in answers] == [200, 404]
    assert tool.count(one_time_secret) == 1


def test_of_many_at_once_one_uses_a_link_a_state_and_a_code(tool: Tool):
    """In one statement each, whatever was read before (check 4 for what works once)."""
    secret, _, recovery = sets_up_codes(tool, tool.client(), a_link(tool))
    token = a_link(tool).rsplit("/", 1)[1]
    ((who,),) = tool.rows(select(person.c.id))
    with tool.database.reading() as session:
        stored = secret_of(session, who)
    assert stored is not None
    sealer, moment = open_sealer(tool.settings), NOW_IS()

    def wins(act: Callable[[Session], bool]) -> int:
        def one(_number: int) -> bool:
            with tool.database.writing() as session:
                return act(session)

        return sum(at_once(4, one))

    assert wins(lambda session: take_link(session, token, moment)) == 1
    assert wins(lambda session: spend(session, "a state", moment)) == 1
    code = code_now(secret, 1)
    assert wins(lambda session: is_right_code(session, sealer, stored, code, moment)) == 1
    assert wins(lambda session: is_right_code(session, sealer, stored, recovery[0], moment)) == 1


def test_whoever_comes_last_by_a_launch_is_who_sits_here(tool: Tool):
    client = tool.client()
    sets_up_codes(tool, client, a_link(tool))
    assert tool.get(client, "/lms").status_code == 200

    tool.launch(client, sub="teacher-9")

    assert cookie(client) is None
    assert tool.get(client, "/lms").status_code == 403
    assert tool.get(client, "/sign-ins").status_code == 200


def test_a_new_installation_names_its_municipality(tool: Tool):
    with tool.database.writing() as session:
        from tracks.signin.actions.logins import make_link

        made = make_link(session, None, NOW_IS(), role=Role.ADMINISTRATOR, is_first=True)
    path = f"/sign-in/link/{made.token}"
    client = tool.client()
    page = tool.get(client, path).text
    answer = sends(
        client,
        path,
        go="code",
        key=field(page, "key"),
        code=code_now(key_of(page)),
        municipality=" ",
        country="NO",
        name="Kept text",
    )
    assert answer.status_code == 422
    assert 'value="Kept text"' in answer.text
    # The same key: the app has it already.
    assert key_of(answer.text) == key_of(page)
    sets_up_codes(tool, client, path, municipality="New municipality", country="SE")
    rows = tool.rows(
        select(municipality.c.country).where(municipality.c.name == "New municipality")
    )
    assert rows == [("SE",)]


def test_a_code_opens_once_and_a_wrong_one_never(tool: Tool, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    secret, name, _ = sets_up_codes(tool, tool.client(), a_link(tool))
    code = code_now(secret)

    assert in_by_code(tool, name, "000000" if code != "000000" else "000001") is None
    client = in_by_code(tool, name.replace("-", " ").lower(), f"{code[:3]} {code[3:]}")
    assert client is not None
    assert is_signed_in(tool, client)
    # RFC 6238 5.2: within its step it is refused the second time, also in another browser.
    assert in_by_code(tool, name, code) is None
    assert in_by_code(tool, name, code_now(secret, -1)) is None
    with time_machine.travel(NOW_IS() + timedelta(seconds=60), tick=False):
        assert in_by_code(tool, name, code_now(secret)) is not None
    assert in_by_code(tool, "AAAAA-AAAAA", code_now(secret, 1)) is None
    for said in (code, name, key_text(secret)):
        assert said not in caplog.text


def key_text(secret: bytes) -> str:
    from tracks.signin.rules import as_text

    return as_text(secret)


def test_a_recovery_code_opens_once(tool: Tool):
    _, name, recovery = sets_up_codes(tool, tool.client(), a_link(tool))

    assert in_by_code(tool, name, recovery[0].lower()) is not None
    assert in_by_code(tool, name, recovery[0]) is None
    assert tool.count(recovery_code) == 7
    assert in_by_code(tool, name, recovery[1]) is not None


def test_nothing_that_opens_lies_readable_in_the_database(tool: Tool):
    path = a_link(tool)
    client = tool.client()
    secret, name, recovery = sets_up_codes(tool, client, path)
    stored = ""
    for table in (one_time_secret, recovery_code, login_link, sign_in):
        stored += str(tool.rows(select(table)))
    value = cookie(client)
    assert value
    for said in (name, *recovery, path.rsplit("/", 1)[1], value, repr(secret), key_text(secret)):
        assert said not in stored


def test_twenty_tries_in_five_minutes_and_a_restart_changes_nothing(tool: Tool):
    """Check 40."""
    secret, name, _ = sets_up_codes(tool, tool.client(), a_link(tool))
    with tool.database.writing() as session:
        session.execute(login_try.delete())
    start: datetime = NOW_IS()
    with time_machine.travel(start, tick=False):
        client = tool.client()
        statuses = [
            sends(client, "/sign-in/code", name=name, code="000000").status_code for _ in range(20)
        ]
        assert statuses == [422] * 20
        refused = sends(client, "/sign-in/code", name=name, code=code_now(secret))
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) in range(295, 302)
        # Another process, with nothing in its memory, on the same database.
        from tracks.app import create_app

        tool.app = create_app(tool.settings, tool.database)
        answer = sends(tool.client(), "/sign-in/code", name=name, code=code_now(secret))
        assert answer.status_code == 429
        # The name is held up from elsewhere too; another name is not.
        elsewhere = tool.client()
        elsewhere.environ_base["REMOTE_ADDR"] = "192.0.2.7"
        form = {"name": name, "code": code_now(secret)}
        assert sends(elsewhere, "/sign-in/code", **form).status_code == 429
        other = {"name": "BBBBB-BBBBB", "code": "000000"}
        assert sends(elsewhere, "/sign-in/code", **other).status_code == 422
    with time_machine.travel(start + timedelta(seconds=301), tick=False):
        assert in_by_code(tool, name, code_now(secret)) is not None
    assert "127.0.0.1" not in str(tool.rows(select(login_try)))


def test_the_header_of_a_proxy_that_is_not_trusted_gets_nobody_round_it(tool: Tool):
    client = tool.client()
    statuses = [
        client.post(
            "/sign-in/code",
            data={"name": f"N{n}", "code": "000000"},
            base_url="https://tracks.example",
            headers={"Origin": "https://tracks.example", "X-Forwarded-For": f"192.0.2.{n}"},
        ).status_code
        for n in range(22)
    ]
    assert statuses == [422] * 20 + [429] * 2


def test_no_other_site_sends_these_forms(tool: Tool):
    secret, name, _ = sets_up_codes(tool, tool.client(), a_link(tool))
    client = tool.client()
    answer = client.post(
        "/sign-in/code",
        data={"name": name, "code": code_now(secret)},
        base_url="https://tracks.example",
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert cookie(client) is None


def test_whoever_wants_to_go_elsewhere_stays_here(tool: Tool):
    secret, name, _ = sets_up_codes(tool, tool.client(), a_link(tool))
    client = tool.client()
    answer = sends(
        client, "/sign-in/code", name=name, code=code_now(secret), then="//evil.example/x"
    )
    assert answer.headers["Location"] == "/"


def test_a_lost_login_is_set_up_anew_by_the_same_person(tool: Tool):
    client = tool.client()
    secret, name, _ = sets_up_codes(tool, client, a_link(tool))
    ((who,),) = tool.rows(select(person.c.id))

    new_secret, new_name, _ = sets_up_codes(tool, tool.client(), a_link(tool, person=who))

    assert tool.rows(select(person.c.id)) == [(who,)]
    assert tool.count(role_grant) == 1
    assert new_name != name
    assert in_by_code(tool, name, code_now(secret)) is None
    assert in_by_code(tool, new_name, code_now(new_secret)) is not None


def test_signing_out_everywhere_ends_every_sign_in(tool: Tool):
    client = tool.client()
    secret, name, _ = sets_up_codes(tool, client, a_link(tool))
    other = in_by_code(tool, name, code_now(secret))
    assert other is not None
    assert tool.count(sign_in) == 2

    answer = tool.post(other, "/sign-ins", go="everywhere")

    assert answer.status_code == 303
    assert tool.count(sign_in) == 0
    for browser in (client, other):
        assert not is_signed_in(tool, browser)


def test_the_only_login_cannot_be_removed(tool: Tool):
    client = tool.client()
    sets_up_codes(tool, client, a_link(tool))
    assert tool.post(client, "/sign-ins", go="remove-codes").status_code == 422
    assert tool.count(one_time_secret) == 1


def test_what_is_sealed_is_sealed_anew_and_still_opens(tool: Tool):
    from dataclasses import replace

    from tracks.lms.sealing import Sealer, new_secret, read_keys

    secret, name, _ = sets_up_codes(tool, tool.client(), a_link(tool))
    old = open_sealer(tool.settings)
    fresh = read_keys(new_secret())
    sealer = Sealer([*fresh, old.first])
    with tool.database.writing() as session:
        assert reseal_logins(session, sealer) == 1
        assert reseal_logins(session, sealer) == 0
    from tracks.signin.views import EXTENSION

    side = tool.app.extensions[EXTENSION]
    tool.app.extensions[EXTENSION] = replace(side, sealer=Sealer(fresh))
    assert in_by_code(tool, name, code_now(secret)) is not None
    # With the old key alone: said in the log, no page of a bug, and nobody comes in.
    tool.app.extensions[EXTENSION] = replace(side, sealer=old)
    answer = sends(tool.client(), "/sign-in/code", name=name, code=code_now(secret, 1))
    assert answer.status_code == 503


def by_lms(tool: Tool) -> FlaskClient:
    from tracks.people.actions import grant_role

    client = tool.launch(sub="admin")
    with tool.database.writing() as session:
        grant_role(
            session,
            person_id=tool.person_id("admin"),
            municipality_id=tool.municipality_id,
            role=Role.ADMINISTRATOR,
            school_id=None,
            now=NOW_IS(),
        )
    return client


SENSITIVE = ("/lms", "/audit", "/municipality/privacy", "/municipality/sign-in")


def test_who_came_by_an_lms_opens_no_administrators_page(tool: Tool):
    """Check 40: whoever runs an LMS can be anybody in it."""
    client = by_lms(tool)
    for path in SENSITIVE:
        answer = tool.get(client, path)
        assert answer.status_code == 403
        assert f'href="/sign-in?then={path.replace("/", "%2F")}"' in answer.text
    assert tool.post(client, "/lms/invitations").status_code == 403
    assert tool.get(client, "/units").status_code == 200

    who = tool.person_id("admin")
    own = tool.client()
    sets_up_codes(tool, own, a_link(tool, person=who))
    for path in SENSITIVE:
        assert tool.get(own, path).status_code == 200


def test_after_a_quarter_of_an_hour_it_must_be_shown_again(tool: Tool):
    """Check 40: approvals of an LMS, the log taken along, logins of others."""
    client = tool.client()
    secret, name, _ = sets_up_codes(tool, client, a_link(tool))
    token = tool.form_token(client)
    with time_machine.travel(NOW_IS() + timedelta(minutes=16), tick=False):
        assert tool.get(client, "/lms").status_code == 200
        assert tool.get(client, "/municipality/sign-in").status_code == 403
        for path in ("/lms/invitations", "/audit/export", "/municipality/sign-in"):
            answer = sends(client, path, form_token=token)
            assert answer.status_code == 403
            assert "again=1" in answer.text
        answer = sends(client, "/sign-ins", form_token=token, go="remove-codes")
        assert answer.status_code == 403
        again = sends(client, "/sign-in/code", name=name, code=code_now(secret), then="/lms")
        assert again.headers["Location"] == "/lms"
        assert tool.post(client, "/lms/invitations").status_code == 200
    assert tool.count(registration_request) == 0
    assert tool.count(sign_in) == 1


def test_only_a_fresh_own_login_makes_administrators(tool: Tool):
    client = by_lms(tool)
    tool.launch(sub="teacher-1")
    who = tool.person_id("teacher-1")
    for role in ("administrator", "privacy_officer"):
        assert tool.post(client, f"/people/{who}", role=role).status_code == 403
    assert tool.count(role_grant) == 1
    own = tool.client()
    sets_up_codes(tool, own, a_link(tool, person=tool.person_id("admin")))
    assert tool.post(own, f"/people/{who}", role="administrator").status_code == 303
    assert tool.count(role_grant) == 2
