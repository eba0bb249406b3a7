"""A track that a municipality has begun is written in by its authors and by those whom they have
invited, of other municipalities; what these contribute carries their municipality (S-02)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.factories.tool import BASE_URL, Tool
from tests.tracks.authoring.conftest import become_author
from tests.tracks.authoring.pages import send, text_of
from tests.whole.test_routes import PLACE, ROUTES, filled
from tracks.audit.models import audit_entry
from tracks.authoring.actions import end_co_author
from tracks.authoring.models import co_author, co_author_code, library_change, track_owner
from tracks.catalogue.queries import Shelf
from tracks.people.actions import Person, add_municipality, add_person, start_own_sign_in
from tracks.people.grants import grant_role
from tracks.people.rules import Role, Way
from tracks.web.cookies import OWN

NOW = datetime.now(UTC)
TRACK = "felles-lesing"
FILE = f"/authoring/{TRACK}/track.nb.md"
PEOPLE = f"/authoring/{TRACK}/people"


@dataclass
class Guest:
    client: FlaskClient
    person_id: int
    municipality_id: int


def a_guest(tool: Tool, name: str = "Guest author", place: str = "Neighbour municipality") -> Guest:
    """An author of another municipality."""
    with tool.database.writing() as session:
        home = add_municipality(session, place, country="NO")
        who: Person = add_person(session, home, name, NOW)
        grant_role(
            session,
            person_id=who.id,
            municipality_id=home,
            role=Role.AUTHOR,
            school_id=None,
            now=NOW,
        )
        token = start_own_sign_in(session, who, Way.PASSKEY, proved_at=NOW, now=NOW)
    client = tool.client()
    client.set_cookie(OWN, token, domain="tracks.example", secure=True)
    return Guest(client, who.id, home)


def post(tool: Tool, client: FlaskClient, path: str, **fields: str) -> str:
    """Where it led to, or the status."""
    answer = tool.post(client, path, **fields)
    return answer.headers.get("Location", str(answer.status_code))


def begin(tool: Tool, author: FlaskClient) -> None:
    made = post(tool, author, "/authoring", title="Felles lesing", id=TRACK, language="nb")
    assert made == f"/authoring/{TRACK}?said=made"


def invited(tool: Tool, author: FlaskClient) -> str:
    page = tool.post(author, PEOPLE, go="invite").text
    return re.search(r'id="code" value="([^"]+)"', page)[1]  # type: ignore[index]


def shown(tool: Tool, client: FlaskClient) -> set[str]:
    return set(re.findall(r'href="/authoring/([a-z-]+)"', tool.get(client, "/authoring").text))


def write(tool: Tool, client: FlaskClient, old: str, new: str) -> None:
    """Straight into the library."""
    page = tool.get(client, FILE)
    assert page.status_code == 200
    answer = send(tool, client, page, text_of(page.text).replace(old, new), go="save")
    assert answer.status_code in (200, 303), answer.text


def test_what_a_municipality_begins_is_not_there_for_others(tool: Tool, author: FlaskClient):
    """On every page of a track, reading and writing (check 14): a new page is in it by itself."""
    guest = a_guest(tool)
    begin(tool, author)
    place = {**PLACE, "track": TRACK, "file": "track.nb.md", "name": "a.png", "change": "1"}
    nowhere = {**place, "track": "ingen-slik"}
    tried = []
    for path, methods in ROUTES:
        if not path.startswith("/authoring/<track>"):
            continue
        for method in methods.split():
            said = []
            for where in (place, nowhere):
                data = {"form_token": tool.form_token(guest.client), "go": "add", "title": "x"}
                answer = guest.client.open(
                    filled(path, where),
                    method=method,
                    data=data if method == "POST" else None,
                    base_url=BASE_URL,
                    headers={"Origin": BASE_URL},
                )
                said.append(answer.status_code)
            assert said == [404, 404], (method, path)
            tried.append((method, path))
    assert len(tried) > 20
    assert TRACK not in shown(tool, guest.client)
    assert "maaling" in shown(tool, guest.client)  # nobody's: every author's
    assert TRACK in shown(tool, become_author(tool, "colleague"))


def test_an_invited_author_writes_and_their_municipality_is_named(
    tool: Tool, author: FlaskClient, folder: Path
):
    guest = a_guest(tool)
    begin(tool, author)
    code = invited(tool, author)
    assert post(tool, guest.client, "/authoring/-/join", code=code.lower()) == PEOPLE

    assert TRACK in shown(tool, guest.client)
    write(tool, guest.client, "summary: Felles lesing", "summary: Lesing for alle")
    assert "Lesing for alle" in (folder / TRACK / "track.nb.md").read_text("utf-8")
    history = unescape(tool.get(author, f"{FILE}/history?lang=en").text)
    assert "by another author · Neighbour municipality" in history
    assert "by you · Sample municipality" in history
    people = tool.get(author, f"{PEOPLE}?lang=en").text
    assert "Guest author" in people
    assert "Neighbour municipality" in people.split("Who has contributed")[1]
    codes = [tuple(row) for row in tool.rows(select(audit_entry.c.code, audit_entry.c.person_id))]
    assert ("co_author_joined", guest.person_id) in codes


def test_who_has_contributed_stands_among_the_authors_of_the_next_version(
    tool: Tool, author: FlaskClient, folder: Path
):
    guest = a_guest(tool)
    begin(tool, author)
    post(tool, guest.client, "/authoring/-/join", code=invited(tool, author))
    write(tool, guest.client, "summary: Felles lesing", "summary: Lesing for alle")
    post(tool, author, f"/authoring/{TRACK}", go="add", title="En økt", id="en-okt")
    module = folder / TRACK / "01-en-okt.nb.md"
    module.write_text((folder / "maaling" / "01-enheter.nb.md").read_text("utf-8"), "utf-8")
    for file in (folder / "maaling" / "media").glob("*"):
        (folder / TRACK / "media").mkdir(exist_ok=True)
        (folder / TRACK / "media" / file.name).write_bytes(file.read_bytes())
    checked = tool.get(author, f"/authoring/{TRACK}/publish?lang=en").text

    done = tool.post(author, f"/authoring/{TRACK}/publish?lang=en", version="1.0")

    assert done.status_code == 303, re.findall(r'class="problem[^>]*>.*?</li>', checked + done.text)
    tool.app.extensions["tracks.shelf"] = Shelf()  # that there is none is known for two seconds
    byline = tool.get(tool.client(), f"/t/sample/{TRACK}?lang=en").text
    names = re.findall(r'href="/authors\?name=[^"]*">(.*?)</a>', byline)
    assert names[-1] == "Neighbour municipality"
    assert len(names) == 2
    # Published again, they stand there once.
    tool.post(author, f"/authoring/{TRACK}/publish", version="1.1")
    assert (folder / TRACK / "track.nb.md").read_text("utf-8").count("Neighbour municipality") == 1


def test_withdrawn_is_withdrawn_at_the_next_click(tool: Tool, author: FlaskClient, folder: Path):
    guest, other = a_guest(tool), a_guest(tool, "Other guest", "Third municipality")
    begin(tool, author)
    for each in (guest, other):
        post(tool, each.client, "/authoring/-/join", code=invited(tool, author))
    open_page = tool.get(guest.client, FILE)
    assert open_page.status_code == 200

    # Nobody of another municipality ends it: neither a guest nor a stranger.
    stranger = a_guest(tool, "Stranger", "Fourth municipality")
    for each in (guest, other, stranger):
        status = post(tool, each.client, PEOPLE, go="end", person=str(guest.person_id))
        assert status in {"403", "404"}
        assert post(tool, each.client, PEOPLE, go="invite") in {"403", "404"}
    assert post(tool, author, PEOPLE, go="end", person=str(guest.person_id)) == PEOPLE

    assert tool.get(guest.client, FILE).status_code == 404
    text = text_of(open_page.text)
    assert send(tool, guest.client, open_page, f"{text}\nmer", go="save").status_code == 404
    assert TRACK not in shown(tool, guest.client)
    assert TRACK in shown(tool, other.client)
    assert post(tool, author, PEOPLE, go="end", person=str(guest.person_id)) == "404"
    # And by oneself.
    assert post(tool, other.client, PEOPLE, go="leave") == "/authoring"
    assert tool.count(co_author) == 0
    assert "mer" not in (folder / TRACK / "track.nb.md").read_text("utf-8").split("\n")


def test_only_the_tracks_own_municipality_ends_it(tool: Tool, author: FlaskClient):
    guest = a_guest(tool)
    begin(tool, author)
    post(tool, guest.client, "/authoring/-/join", code=invited(tool, author))
    ended = []
    for by in (guest.municipality_id, tool.municipality_id):
        with tool.database.writing() as session:
            ended.append(end_co_author(session, by, TRACK, guest.person_id, guest.person_id, NOW))
    assert ended == [False, True]


def test_a_code_works_once_and_for_a_time(tool: Tool, author: FlaskClient):
    guest, other = a_guest(tool), a_guest(tool, "Other guest", "Third municipality")
    begin(tool, author)
    code = invited(tool, author)
    assert code not in str(tool.rows(select(co_author_code)))  # a hash only
    assert post(tool, guest.client, "/authoring/-/join", code=code) == PEOPLE
    assert post(tool, other.client, "/authoring/-/join", code=code) == "422"
    old = invited(tool, author)
    with tool.database.writing() as session:
        session.execute(update(co_author_code).values(expires_at=NOW - timedelta(seconds=1)))
    assert post(tool, other.client, "/authoring/-/join", code=old) == "422"
    assert tool.rows(select(co_author.c.person_id)) == [(guest.person_id,)]
    for _ in range(9):
        post(tool, other.client, "/authoring/-/join", code="AAAAA-AAAAA")
    assert post(tool, other.client, "/authoring/-/join", code=invited(tool, author)) == "429"


def test_ones_own_code_makes_nobody_a_guest_at_home(tool: Tool, author: FlaskClient):
    begin(tool, author)
    assert post(tool, author, "/authoring/-/join", code=invited(tool, author)) == PEOPLE
    assert tool.count(co_author) == 0


@pytest.mark.parametrize("go", ["invite", "end"])
def test_a_track_of_nobody_has_no_guests(tool: Tool, author: FlaskClient, go: str):
    assert post(tool, author, "/authoring/maaling/people", go=go) == "403"
    assert (
        "belongs to no municipality" in tool.get(author, "/authoring/maaling/people?lang=en").text
    )
    assert tool.count(track_owner) == 0


def test_the_history_knows_the_municipality_of_each_change(tool: Tool, author: FlaskClient):
    guest = a_guest(tool)
    begin(tool, author)
    post(tool, guest.client, "/authoring/-/join", code=invited(tool, author))
    write(tool, guest.client, "summary: Felles lesing", "summary: Lesing for alle")
    rows = tool.rows(select(library_change.c.municipality_id).order_by(library_change.c.id))
    assert [row[0] for row in rows] == [tool.municipality_id, guest.municipality_id]
