from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti.errors import LtiRejected
from lti.tool.tickets import MAX_TICKET, Stage, Ticket, TicketSealer
from tests.fakes.lti_ports import FixedClock

SECRET = b"0123456789abcdef0123456789abcdef"
NOW = FixedClock().now()
SEALER = TicketSealer(SECRET)


def sealed(stage: Stage = "check", id_token: str = "a.b.c", sealer: TicketSealer = SEALER) -> str:
    return sealer.seal(
        stage, registration_id=7, state="state", id_token=id_token, checked_at=NOW, now=NOW
    )


def test_what_was_sealed_is_opened():
    ticket = SEALER.open("check", sealed(), NOW)

    assert ticket == Ticket(ticket.id, 7, "state", "a.b.c", NOW, NOW + timedelta(minutes=2))
    assert len(ticket.id) <= 64  # the host keeps it beside nonces
    assert ticket.id.startswith("ticket.")


def test_no_two_are_alike():
    made = [sealed() for _ in range(1000)]

    assert len(set(made)) == len({SEALER.open("check", text, NOW).id for text in made}) == 1000


@given(st.data())
def test_no_character_can_be_changed(data: st.DataObject):
    text = sealed()
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(max_codepoint=126).filter(lambda char: char != text[place]))

    with pytest.raises(LtiRejected, match="ticket_invalid"):
        SEALER.open("check", text[:place] + other + text[place + 1 :], NOW)


@given(st.text(max_size=80))
def test_any_text_is_refused(text: str):
    with pytest.raises(LtiRejected, match="ticket_invalid"):
        SEALER.open("check", text, NOW)


def test_another_spelling_of_the_same_bytes_is_refused():
    text = next(text for text in iter(sealed, "") if "-" in text)

    for other in (text.replace("-", "+"), text + "=", text + "\n", " " + text):
        with pytest.raises(LtiRejected, match="ticket_invalid"):
            SEALER.open("check", other, NOW)


def test_of_another_stage_or_secret():
    for stage, text in (
        ("check", sealed("open")),
        ("open", sealed("check")),
        ("check", sealed(sealer=TicketSealer(SECRET[::-1]))),
    ):
        with pytest.raises(LtiRejected, match="ticket_invalid"):
            SEALER.open(stage, text, NOW)  # type: ignore[arg-type] # one of the two


@pytest.mark.parametrize(("stage", "minutes"), [("check", 2), ("open", 10)])
def test_lifetimes(stage: Stage, minutes: int):
    text, end = sealed(stage), NOW + timedelta(minutes=minutes)

    assert SEALER.open(stage, text, end - timedelta(seconds=1)).expires_at == end
    with pytest.raises(LtiRejected, match="ticket_expired"):
        SEALER.open(stage, text, end)


def test_the_largest_form_fits_and_more_does_not():
    largest = sealed(id_token="x" * 64 * 1024)

    assert SEALER.open("check", largest, NOW).id_token == "x" * 64 * 1024
    with pytest.raises(LtiRejected, match="ticket_invalid"):
        SEALER.open("check", "A" * (MAX_TICKET + 1), NOW)


def test_a_ticket_as_long_as_may_be():
    roughly = sealed(id_token="x" * 90_000)
    missing = (MAX_TICKET - len(roughly)) // 4 * 3  # four characters are three bytes
    around = [sealed(id_token="x" * (90_000 + missing + more)) for more in range(-9, 9)]
    longest = [text for text in around if len(text) == MAX_TICKET]

    assert longest
    assert SEALER.open("check", longest[0], NOW).state == "state"


def test_every_length_and_every_last_character_is_opened():
    for length in range(600):
        text = sealed(id_token="x" * (length % 12))
        assert SEALER.open("check", text, NOW).id_token == "x" * (length % 12)


def test_our_own_ticket_is_refused_when_it_is_longer_than_any():
    with pytest.raises(LtiRejected, match="ticket_invalid"):
        SEALER.open("check", sealed(id_token="x" * MAX_TICKET), NOW)


def test_nothing_of_it_can_be_read():
    assert "a.b.c" not in repr(SEALER.open("check", sealed(), NOW))
    assert "secret-canary" not in sealed(id_token="secret-canary" * 50)
