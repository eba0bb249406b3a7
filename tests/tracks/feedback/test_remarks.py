"""A teacher says what should be better; authors answer without knowing who it was (S-11)."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from tests.factories.editing import Edited
from tests.factories.tool import BASE_URL, Tool
from tests.tracks.authoring.test_coauthors import a_guest
from tests.tracks.feedback.pages import BOX, DESK, SESSION, TOO_LONG, fresh, ids, says, texts, told
from tracks.app import DATA_MAP
from tracks.audit.models import audit_entry
from tracks.catalogue.models import module
from tracks.feedback.actions import answer_remark, remove_remark
from tracks.feedback.forms import read_remark
from tracks.feedback.models import remark
from tracks.feedback.rules import LONGEST, MOST_A_DAY, Kind, State
from tracks.people.actions import add_municipality
from tracks.people.models import person
from tracks.people.rules import Actor
from tracks.privacy.actions import erase
from tracks.privacy.actions.retention import keep_no_longer
from tracks.web.typed import readable

NOW = datetime.now(UTC)
SENT = f"{SESSION}?said=sent#remarks"


@pytest.fixture
def teacher(tool: Tool) -> FlaskClient:
    return tool.launch(sub="teacher", changes={"name": "Sample teacher 9"})


def only_id(tool: Tool) -> str:
    (found,) = ids(tool)
    return str(found)


def actor_of(tool: Tool) -> Actor:
    return Actor(tool.person_id("author-1"), tool.municipality_id, None, frozenset())


def test_a_teacher_says_an_author_answers_the_teacher_reads(
    tool: Tool, author: FlaskClient, teacher: FlaskClient
):
    assert says(tool, teacher, "Forarbeidet er\r\nfor langt.", "long") == SENT
    assert told(tool, teacher) == ["Not answered yet."]

    page = tool.get(author, f"{DESK}?lang=en").text
    assert texts(page) == ["Forarbeidet er\nfor langt."]
    assert "<strong>Too long</strong>" in page
    assert "of version 1.0.0" in page
    assert NOW.strftime("%B %Y") in page
    assert "What teachers say (1)" in tool.get(author, "/authoring/maaling?lang=en").text

    done = tool.post(author, DESK, remark=only_id(tool), go="not-now", answer="  Først  i vår. ")

    assert done.headers["Location"] == "/authoring/maaling/remarks?show=open&page=1&said=answered"
    assert told(tool, teacher) == ["Not now. Først i vår."]
    assert "Nothing waits" in tool.get(author, f"{DESK}?lang=en").text
    assert told(tool, author, f"{DESK}?show=answered") == ["Not now. Først i vår."]


def test_nothing_that_an_author_gets_leads_to_the_sender(
    tool: Tool, author: FlaskClient, teacher: FlaskClient
):
    says(tool, teacher)
    guest = a_guest(tool)
    day = NOW.strftime("%d").lstrip("0")
    for reader in (author, guest.client):
        for query in ("?lang=en", "?lang=en&show=answered"):
            page = tool.get(reader, DESK + query)
            assert page.status_code == 200
            main = page.text[page.text.index("<main") : page.text.index("</main")]
            for leads in ("Sample teacher 9", "Sample school", "Sample municipality"):
                assert leads not in main
            assert not re.search(rf"\b{day}\b[.]? {NOW:%B}", main)
    assert texts(tool.get(guest.client, DESK).text) == [TOO_LONG]


def test_colleagues_do_not_see_it_and_cannot_take_it_back(tool: Tool, teacher: FlaskClient):
    says(tool, teacher)
    colleague = tool.launch(sub="colleague")
    guest = a_guest(tool)

    assert told(tool, colleague) == []
    for who in (colleague, guest.client):
        for each in (only_id(tool), "999999", "x", ""):
            assert tool.post(who, BOX, **{"take-back": each}).status_code == 404
    assert tool.count(remark) == 1

    back = tool.post(teacher, BOX, **{"take-back": only_id(tool)})
    assert back.headers["Location"] == f"{SESSION}?said=back#remarks"
    assert tool.count(remark) == 0
    assert tool.post(teacher, BOX, **{"take-back": "1"}).status_code == 404


@pytest.mark.parametrize(
    ("text", "kind", "problem"),
    [
        ("", "", "text"),
        (" \r\n\t ", "long", "text"),
        ("x" * (LONGEST + 1), "", "text"),
        ("Bra", "nothing-like-it", "kind"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(
    tool: Tool, teacher: FlaskClient, text: str, kind: str, problem: str
):
    answer = tool.post(teacher, BOX, text=text, kind=kind)

    assert answer.status_code == 422
    assert f'id="{problem}-problem"' in answer.text
    assert f"{text.strip()}</textarea>" in answer.text
    assert tool.count(remark) == 0


def test_a_thousand_characters_in_many_lines_are_taken(tool: Tool, teacher: FlaskClient):
    text = "\n".join(["æ" * 99] * 10)
    assert len(text) == LONGEST - 1

    assert says(tool, teacher, text.replace("\n", "\r\n")) == SENT

    assert tool.rows(select(remark.c.text)) == [(text,)]


def test_a_second_click_says_nothing_twice(tool: Tool, teacher: FlaskClient):
    assert says(tool, teacher) == SENT
    assert says(tool, teacher) == SENT
    assert tool.count(remark) == 1


def test_a_day_has_room_for_twenty(tool: Tool, teacher: FlaskClient):
    for number in range(MOST_A_DAY):
        assert says(tool, teacher, f"Nummer {number}") == SENT

    refused = tool.post(teacher, BOX, text="En til", kind="works")

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "86400")
    assert "En til</textarea>" in refused.text
    assert '<option value="works" selected>' in refused.text
    assert tool.count(remark) == MOST_A_DAY
    assert says(tool, tool.launch(sub="another")) == SENT
    with tool.database.writing() as session:
        old = datetime.now(UTC) - timedelta(days=1, minutes=1)
        who = remark.c.person_id == tool.person_id("teacher")
        session.execute(update(remark).where(who).values(said_at=old))
    assert says(tool, teacher, "En til") == SENT


def test_text_is_text_everywhere(tool: Tool, author: FlaskClient, teacher: FlaskClient):
    bad = "</p><script>alert(1)</script>\u202e<img src=x onerror=alert(2)>\x00\x1b[31m"
    kept = "</p><script>alert(1)</script>\u202e<img src=x onerror=alert(2)>[31m"
    says(tool, teacher, bad)
    assert tool.rows(select(remark.c.text)) == [(kept,)]
    tool.post(author, DESK, remark=only_id(tool), go="not-now", answer=bad)

    for who, path in ((teacher, SESSION), (teacher, BOX), (author, f"{DESK}?show=answered")):
        page = tool.get(who, path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert page.count("&lt;script&gt;alert(1)") >= 2  # the words and the answer


def test_whoever_is_suspended_says_no_more(tool: Tool, author: FlaskClient, teacher: FlaskClient):
    says(tool, teacher)
    with tool.database.writing() as session:
        mine = person.c.id == tool.person_id("teacher")
        session.execute(update(person).where(mine).values(is_suspended=True))
    # As a browser that has the page open: the form's token is a page's of the same sign-in.
    data = {"text": "Mer", "form_token": "0" * 64}
    answer = teacher.post(BOX, data=data, base_url=BASE_URL, headers={"Origin": BASE_URL})

    assert answer.status_code in (401, 403)
    assert tool.get(teacher, BOX).status_code == 401
    assert texts(tool.get(author, DESK).text) == [TOO_LONG]


def test_an_erasure_takes_it_along(tool: Tool, author: FlaskClient, teacher: FlaskClient):
    says(tool, teacher)
    says(tool, tool.launch(sub="colleague"), "Bra.")
    tool.post(author, DESK, remark=str(ids(tool)[0]), go="done", answer="Kortere nå.")
    with tool.database.writing() as session:
        assert erase(session, DATA_MAP, tool.person_id("teacher"), NOW)

    assert tool.rows(select(remark.c.text)) == [("Bra.",)]
    assert told(tool, author, f"{DESK}?show=answered") == []
    assert "Kortere nå." not in tool.get(author, "/authoring/maaling/publish").text


def test_it_ends_a_year_after_the_last_thing(tool: Tool, author: FlaskClient, teacher: FlaskClient):
    says(tool, teacher)
    says(tool, tool.launch(sub="colleague"), "Bra.")
    with tool.database.writing() as session:
        early = NOW.date() + timedelta(days=60)
        session.execute(update(remark).values(kept_until=early))
    tool.post(author, DESK, remark=str(ids(tool)[1]), go="not-now", answer="Takk.")

    def after(days: int) -> list[tuple[str]]:
        with tool.database.writing() as session:
            keep_no_longer(session, DATA_MAP, NOW + timedelta(days=days))
        return tool.rows(select(remark.c.text))

    assert after(59) == [(TOO_LONG,), ("Bra.",)]
    assert after(62) == [("Bra.",)]
    assert after(363) == [("Bra.",)]
    assert after(368) == []


def test_what_names_somebody_is_deleted_and_noted(
    tool: Tool, author: FlaskClient, teacher: FlaskClient
):
    says(tool, teacher, "Spør <navn>.", "other")
    each = only_id(tool)
    tool.post(author, DESK, remark=each, go="done", answer="Gjort med <navn>.")

    gone = tool.post(author, DESK, remark=each, go="remove")

    assert gone.headers["Location"].endswith("said=removed")
    assert tool.rows(select(remark.c.text, remark.c.answer)) == [("", "")]
    (became,) = told(tool, teacher)
    assert became.startswith("Those who write the track have deleted your words")
    for query in ("", "?show=answered"):
        assert texts(tool.get(author, DESK + query).text) == []
    assert tool.post(author, DESK, remark=each, go="remove").status_code == 404
    assert tool.post(author, DESK, remark=each, go="done", answer="x").status_code == 422
    noted = select(
        audit_entry.c.municipality_id,
        audit_entry.c.actor_id,
        audit_entry.c.person_id,
        audit_entry.c.parameters,
    ).where(audit_entry.c.code == "remark_removed")
    assert [tuple(row) for row in tool.rows(noted)] == [
        (
            tool.municipality_id,
            tool.person_id("author-1"),
            None,
            {"track_id": tool.edition.track_id},
        )
    ]


def test_an_answer_that_is_not_taken_stays_typed(
    tool: Tool, author: FlaskClient, teacher: FlaskClient
):
    says(tool, teacher)
    each = only_id(tool)
    for fields in ({"go": "not-now", "answer": "  "}, {"go": "done", "answer": "å" * 301}):
        answer = tool.post(author, DESK, remark=each, **fields)
        assert answer.status_code == 422
        assert f'id="answer-{each}-problem"' in answer.text
        assert f'value="{fields["answer"].strip()}"' in answer.text
    for fields in ({}, {"go": "removed"}, {"go": "x"}):
        assert tool.post(author, DESK, remark=each, **fields).status_code == 400
    for wrong in ("", "x", "-1", "9" * 30):
        assert tool.post(author, DESK, remark=wrong, go="remove").status_code == 404
    assert tool.post(author, DESK, remark="999999", go="remove").status_code == 404
    gone = tool.post(author, DESK, remark="999999", go="not-now", answer="Ikke nå nei")
    assert (gone.status_code, "Ikke nå nei" in gone.text) == (422, True)
    assert told(tool, teacher) == ["Not answered yet."]
    # the mind may be changed while no version has it
    tool.post(author, DESK, remark=each, go="done", answer="")
    assert told(tool, teacher) == ["It will be done in the next version."]
    tool.post(author, f"{DESK}?show=answered", remark=each, go="open", answer="")
    assert told(tool, teacher) == ["Not answered yet."]


def test_another_track_s_remark_is_no_remark(tool: Tool, author: FlaskClient, teacher: FlaskClient):
    """Also for its authors: an id leads only to what was said of the track in the address."""
    says(tool, teacher)
    tool.post(author, "/authoring", title="Ny", id="ny", language="nb")
    for fields in ({"go": "remove"}, {"go": "done", "answer": "x"}):
        answer = tool.post(author, "/authoring/ny/remarks", remark=only_id(tool), **fields)
        assert answer.status_code == 404
    assert "not been published" in tool.get(author, "/authoring/ny/remarks?lang=en").text
    each, other, who = int(only_id(tool)), tool.edition.track_id + 1, actor_of(tool)
    with tool.database.writing() as session:
        assert not answer_remark(session, other, each, State.DONE, "x", NOW)
        assert not remove_remark(session, who, other, each, NOW)
    assert told(tool, teacher) == ["Not answered yet."]


def test_another_name_of_a_session_loses_nothing(
    tool: Tool, author: FlaskClient, teacher: FlaskClient
):
    says(tool, teacher)
    tool.post(author, "/authoring/maaling", go="rename", module="enheter", id="maal")
    tool.post(author, "/authoring/maaling/publish", version="1.1")
    fresh(tool)

    assert told(tool, teacher, "/t/sample/maaling/maal") == ["Not answered yet."]
    old = tool.post(teacher, BOX, text="Mer")
    assert (old.status_code, old.headers["Location"]) == (
        308,
        "/t/sample/maaling/maal/-/remarks",
    )
    assert tool.get(teacher, BOX).headers["Location"] == "/t/sample/maaling/maal/-/remarks"
    assert texts(tool.get(author, f"{DESK}?session=maal").text) == [TOO_LONG]
    assert "1 remark by a teacher" in tool.get(author, "/authoring/maaling?lang=en").text


def test_a_session_that_is_gone_keeps_what_was_said(
    tool: Tool, author: FlaskClient, teacher: FlaskClient
):
    tool.post(teacher, f"{SESSION}/les", go="done")  # on version 1.0.0 from now on
    says(tool, teacher)
    tool.post(author, "/authoring/maaling", go="out", module="enheter")
    done = tool.post(author, "/authoring/maaling/publish", version="2.0")
    assert done.status_code == 303, done.text
    fresh(tool)

    # who still works on the older version, where it is, can say something of it
    page = tool.get(teacher, SESSION).text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    sent = tool.post(teacher, BOX, text="Dere tok den bort!", version=version[1])
    assert sent.headers["Location"] == SENT
    # a version of nothing, and none, lead where the newest does
    for wrong in ("", "999999", "x"):
        answer = tool.post(teacher, BOX, text="Hm", version=wrong)
        assert answer.status_code in (301, 308, 404)
    found = tool.get(author, f"{DESK}?lang=en")
    assert texts(found.text) == ["Dere tok den bort!", TOO_LONG]
    assert "enheter, which is in the track no more" in found.text


def test_a_thousand_remarks_come_page_by_page(tool: Tool, author: FlaskClient):
    with tool.database.writing() as session:
        away = add_municipality(session, "Other municipality", country="NO")
        who = session.execute(
            insert(person).values(municipality_id=away, created_at=NOW).returning(person.c.id)
        ).scalar_one()
        sessions = session.execute(
            select(module.c.id)
            .where(module.c.track_id == tool.edition.track_id)
            .order_by(module.c.slug)
        ).scalars()
        enheter, feil = sessions
        session.execute(
            insert(remark),
            [
                {
                    "municipality_id": away,
                    "person_id": who,
                    "module_id": feil if number % 10 == 0 else enheter,
                    "version_id": tool.edition.version_id,
                    "kind": list(Kind)[number % 5].value,
                    "text": f"Nummer {number}",
                    "said_at": NOW,
                    "state": "open",
                    "answer": "",
                    "kept_until": NOW.date(),
                }
                for number in range(1000)
            ],
        )
    seen = []
    path = f"{DESK}?show=open"
    while path:
        page = tool.get(author, path).text
        seen += texts(page)
        assert len(page) < 150_000
        following = re.search(r'href="([^"]+)">Neste side', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert seen == [f"Nummer {number}" for number in reversed(range(1000))]
    some = tool.get(author, f"{DESK}?session=feil&page=5&lang=en").text
    assert texts(some) == [f"Nummer {number}" for number in range(190, -1, -10)]
    assert "100 remarks · page 5 of 5" in " ".join(some.split())
    for odd in ("page=51", "page=0", "page=x", "page=99999999999999", "session=nothing", "show=x"):
        assert tool.get(author, f"{DESK}?{odd}").status_code == 200
    beyond = tool.get(author, f"{DESK}?page=51&lang=en").text
    assert "There is nothing on this page." in beyond
    assert "page=50" in beyond


def test_who_is_not_signed_in_is_asked_nothing(tool: Tool, author: FlaskClient):
    assert 'id="remarks"' not in tool.get(tool.client(), SESSION).text
    assert tool.get(tool.client(), BOX).status_code == 401


def test_a_version_by_git_or_command_settles_too(
    tool: Tool, author: FlaskClient, teacher: FlaskClient, tmp_path: Path
):
    says(tool, teacher)
    tool.post(author, DESK, remark=only_id(tool), go="done", answer="Kortere.")
    edited = Edited(tmp_path)
    edited.publish(tool)  # the same again is no version
    assert told(tool, teacher) == ["It will be done in the next version. Kortere."]

    edited.change("track", "finnes bare", "finnes")
    edited.publish(tool, "1.0.1")

    assert told(tool, teacher) == ["Done in version 1.0.1. Kortere."]
    late = tool.post(author, DESK, remark=only_id(tool), go="not-now", answer="Nei")
    assert late.status_code == 422
    assert told(tool, teacher) == ["Done in version 1.0.1. Kortere."]


@given(st.text(max_size=1200), st.text(max_size=12))
def test_no_text_breaks_the_form(text: str, kind: str):
    found, typed = read_remark({"text": text, "kind": kind})

    if not typed.problems:
        kept = typed.values["text"]
        assert 0 < len(kept) <= LONGEST
        assert kept == readable(kept).strip()
        assert not any(ord(c) < 32 and c != "\n" for c in kept)
        kept.encode("utf-8")
        assert (found is None) == (kind == "")
