"""/imports, as a coordinator meets it: a file, its columns, what would change, taken in."""

import html
import io
import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.factories.lists import STAFF_HEAD, Lists, organisation_number
from tests.factories.tool import BASE_URL, Tool
from tests.tracks.rosters.conftest import UNIT_A, UNIT_B
from tests.tracks.rosters.test_oneroster import FILES, zipped
from tracks.jobs.models import outbox
from tracks.people.actions import add_municipality
from tracks.people.grants import grant_role
from tracks.people.models import person
from tracks.people.rules import Role
from tracks.rosters.jobs import apply_list, read_list
from tracks.rosters.models import roster_import, roster_piece
from tracks.rosters.staging import move
from tracks.rosters.workflow import State

STAFF = f"{STAFF_HEAD}\n1;Sample one;{UNIT_A};Lærer;\n2;Sample two;{UNIT_B};Rektor;\n"


@pytest.fixture
def coordinator(tool: Tool) -> FlaskClient:
    client = tool.launch(sub="coordinator")
    with tool.database.writing() as session:
        grant_role(
            session,
            person_id=tool.person_id("coordinator"),
            municipality_id=tool.municipality_id,
            role=Role.COORDINATOR,
            school_id=None,
            now=datetime.now(UTC),
        )
    return client


def text_of(answer: TestResponse) -> str:
    plain = re.sub(r"<[^>]+>", " ", answer.text)
    return " ".join(html.unescape(plain).split())


def send(tool: Tool, client: FlaskClient, body: str | bytes, what: str = "staff") -> TestResponse:
    data = {
        "form_token": tool.form_token(client),
        "what": what,
        "file": (io.BytesIO(body if isinstance(body, bytes) else body.encode()), "list.csv"),
    }
    return client.post("/imports", data=data, base_url=BASE_URL, headers={"Origin": BASE_URL})


def uploaded(tool: Tool, client: FlaskClient, body: str | bytes, what: str = "staff") -> str:
    """The page of the list."""
    answer = send(tool, client, body, what)
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["Location"]


def read(lists: Lists, client: FlaskClient, body: str | bytes, *, complete: bool = True) -> str:
    """The page of a list of staff that has been read."""
    page = uploaded(lists.tool, client, body)
    fields = {"key": "0", "name": "1", "unit_code": "2", "task": "3", "protected": "4"}
    if complete:
        fields["complete"] = "yes"
    answer = lists.tool.post(client, f"{page}/columns", **fields)
    assert answer.status_code == 303
    lists.run(read_list, number(page))
    return page


def number(page: str) -> int:
    return int(page.rpartition("/")[2])


def test_a_list_from_the_file_to_the_people(lists: Lists, coordinator: FlaskClient):
    tool = lists.tool
    page = uploaded(tool, coordinator, STAFF)

    columns = tool.get(coordinator, page)
    assert re.findall(r'<option value="(\d)" selected', columns.text) == ["0", "1", "2", "3", "4"]
    assert "Sample one" in text_of(columns)
    tool.post(coordinator, f"{page}/columns", key="0", name="1", unit_code="2", task="3")
    working = tool.get(coordinator, page).text
    assert "data-working" in working
    assert f'href="{page}">Se etter nå' in working
    lists.run(read_list, number(page))
    plan = text_of(tool.get(coordinator, page, **{"Accept-Language": "en"}))
    assert "Ingenting er endret ennå" in plan
    assert "Nye personer 2" in plan
    assert lists.working() == set()

    answer = tool.post(coordinator, f"{page}/apply", seen="0")
    assert answer.status_code == 303
    assert "Lista hentes inn" in text_of(tool.get(coordinator, page))
    lists.run(apply_list, number(page))

    done = tool.get(coordinator, page)
    assert "Nye personer 2" in text_of(done)
    assert "data-working" not in done.text
    assert {key for key, *_ in lists.working()} == {"1", "2"}
    assert tool.count(roster_piece) == 0


def test_a_workbook_by_the_page_is_read_like_a_csv_file(lists: Lists, coordinator: FlaskClient):
    """An upload lies in a file whose name has no ending."""
    book = Workbook()
    for line in STAFF.splitlines():
        book.active.append(line.split(";"))
    saved = io.BytesIO()
    book.save(saved)

    by_workbook = read(lists, coordinator, saved.getvalue())
    by_csv = read(lists, coordinator, STAFF)

    assert "Sample one" in lists.tool.get(coordinator, by_workbook).text
    told = [text_of(lists.tool.get(coordinator, page)) for page in (by_workbook, by_csv)]
    assert told[0] == told[1]


def test_the_work_is_wished_for_in_the_same_transaction(lists: Lists, coordinator: FlaskClient):
    page = uploaded(lists.tool, coordinator, STAFF)

    lists.tool.post(coordinator, f"{page}/columns", key="0", unit_code="2")

    wished = lists.tool.rows(select(outbox.c.kind, outbox.c.key))
    assert ("roster.read", str(number(page))) in {tuple(row) for row in wished}


@pytest.mark.parametrize(
    ("body", "what", "said"),
    [
        ("", "staff", "Lista er tom"),
        ("1;2\n3;4\n", "staff", "Den første raden har ingen overskrifter"),
        ("Navn;Navn\na;b\n", "staff", "To kolonner har samme overskrift: Navn"),
        (b"PK\x03\x04zip", "units", "Zip-filen ble ikke åpnet"),
        ("no zip at all", "oneroster", "Zip-filen er ikke en OneRoster-eksport"),
    ],
)
def test_a_file_that_is_none_is_told_at_once_and_not_kept(
    tool: Tool, coordinator: FlaskClient, body: str | bytes, what: str, said: str
):
    answer = send(tool, coordinator, body, what)

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert tool.count(roster_import) == 0


def test_no_file_and_no_kind(tool: Tool, coordinator: FlaskClient):
    nothing = tool.post(coordinator, "/imports", what="staff")
    assert (nothing.status_code, "Velg en fil først." in text_of(nothing)) == (422, True)
    assert tool.post(coordinator, "/imports", what="everything").status_code == 400


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "1"}, "Disse må ha en kolonne:"),
        ({"key": "0", "unit_code": "0"}, "To felt har samme kolonne."),
        ({"key": "0", "unit_code": "99"}, "Disse må ha en kolonne:"),
        ({"key": "x", "unit_code": "-1"}, "Disse må ha en kolonne:"),
    ],
)
def test_columns_that_cannot_be_are_told_and_the_choice_stays(
    lists: Lists, coordinator: FlaskClient, fields: dict[str, str], said: str
):
    page = uploaded(lists.tool, coordinator, STAFF)

    answer = lists.tool.post(coordinator, f"{page}/columns", complete="yes", **fields)

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert re.search(r'id="complete"[^>]* checked', answer.text)
    assert lists.state(number(page)) == State.CHOSEN


def test_bad_rows_stop_it_and_can_be_taken_home(lists: Lists, coordinator: FlaskClient):
    page = read(lists, coordinator, STAFF + f"3;Sample three;{UNIT_A};=Trollmann;\n")

    shown = text_of(lists.tool.get(coordinator, page))
    assert "1 rad må rettes først" in shown
    assert "Vi kjenner ikke denne oppgaven" in shown
    assert "Hent inn lista" not in shown
    refused = lists.tool.post(coordinator, f"{page}/apply", seen="0")
    assert refused.status_code == 422
    assert lists.working() == set()

    table = lists.tool.get(coordinator, f"{page}/faults.csv")
    assert table.mimetype == "text/csv"
    lines = table.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "Rad;Kolonne;Hva som er galt;Hva som står der;Hva du kan gjøre"
    assert lines[1].startswith("4;Stilling;Vi kjenner ikke denne oppgaven;'=Trollmann;")
    assert "Sample three" not in table.text


def test_many_rows_are_shown_in_pages(lists: Lists, coordinator: FlaskClient):
    many = "".join(f"{n};Sample {n};{UNIT_A};;\n" for n in range(1, 121))
    page = read(lists, coordinator, f"{STAFF_HEAD}\n{many}")

    seen: list[str] = []
    address = page
    while address:
        answer = lists.tool.get(coordinator, address).text
        seen += re.findall(r"<td>Sample (\d+)</td>", answer)
        more = re.search(r'href="(\?change=\d+)#rows"', answer)
        address = f"{page}{more[1]}" if more else ""

    assert seen == [str(n) for n in range(1, 121)]


# --- who would be gone


def twelve(without: int = 0) -> str:
    rows = "".join(f"{n};Sample {n};{UNIT_A};;\n" for n in range(1, 13 - without))
    return f"{STAFF_HEAD}\n{rows}"


def taken_in(lists: Lists, client: FlaskClient, body: str) -> None:
    page = read(lists, client, body)
    lists.tool.post(client, f"{page}/apply", seen="0")
    lists.run(apply_list, number(page))


def test_some_gone_has_to_be_ticked(lists: Lists, coordinator: FlaskClient):
    taken_in(lists, coordinator, twelve())
    page = read(lists, coordinator, twelve(without=3))

    assert "3 personer vil bli regnet som sluttet" in text_of(lists.tool.get(coordinator, page))
    assert lists.tool.post(coordinator, f"{page}/apply", seen="3").status_code == 422
    assert lists.tool.post(coordinator, f"{page}/apply", seen="3", gone="sure").status_code == 303
    lists.run(apply_list, number(page))

    assert len(lists.working()) == 9


def test_many_gone_have_to_be_typed(lists: Lists, coordinator: FlaskClient):
    taken_in(lists, coordinator, twelve())
    page = read(lists, coordinator, twelve(without=6))

    for said in ("", "sure", "5", "06"):
        refused = lists.tool.post(coordinator, f"{page}/apply", seen="6", gone=said)
        assert refused.status_code == 422
        assert 'role="alert"' in refused.text
    assert lists.tool.post(coordinator, f"{page}/apply", seen="6", gone="6").status_code == 303


def test_what_somebody_saw_is_what_they_agree_to(lists: Lists, coordinator: FlaskClient):
    taken_in(lists, coordinator, twelve())
    page = read(lists, coordinator, twelve(without=1))

    assert lists.tool.post(coordinator, f"{page}/apply", seen="0").status_code == 422


def test_a_list_of_some_ends_nobody(lists: Lists, coordinator: FlaskClient):
    taken_in(lists, coordinator, twelve())

    page = read(lists, coordinator, twelve(without=9), complete=False)

    assert "Ingenting vil bli endret" in text_of(lists.tool.get(coordinator, page))


# --- other ways in, and ends


def test_a_oneroster_zip_needs_no_columns(lists: Lists, coordinator: FlaskClient):
    page = uploaded(lists.tool, coordinator, zipped(FILES), "oneroster")
    lists.run(read_list, number(page))

    assert "Nye personer 2" in text_of(lists.tool.get(coordinator, page))
    again = lists.tool.post(coordinator, f"{page}/columns", key="0", unit_code="1")
    assert again.status_code == 400


def test_columns_can_be_chosen_again(lists: Lists, coordinator: FlaskClient):
    page = uploaded(lists.tool, coordinator, STAFF)
    lists.tool.post(coordinator, f"{page}/columns", key="0", unit_code="1")
    lists.run(read_list, number(page))
    assert lists.would_change(number(page)).faults == 2

    assert "Hvilken kolonne sier hva?" in lists.tool.get(coordinator, f"{page}/columns").text
    lists.tool.post(coordinator, f"{page}/columns", key="0", unit_code="2")
    lists.run(read_list, number(page))

    assert lists.would_change(number(page)).faults == 0


def test_a_list_is_thrown_away(lists: Lists, coordinator: FlaskClient):
    page = read(lists, coordinator, STAFF)

    lists.tool.post(coordinator, f"{page}/throw-away")

    assert "forkastet" in text_of(lists.tool.get(coordinator, page))
    assert lists.tool.post(coordinator, f"{page}/apply", seen="0").status_code == 303
    assert lists.state(number(page)) == State.THROWN_AWAY
    assert lists.tool.count(roster_piece) == 0
    head = lists.tool.rows(
        select(roster_import.c.headings).where(roster_import.c.id == number(page))
    )
    assert head[0].headings == []


def test_pressed_twice_is_once(lists: Lists, coordinator: FlaskClient):
    page = read(lists, coordinator, STAFF)

    for _ in range(2):
        assert lists.tool.post(coordinator, f"{page}/apply", seen="0").status_code == 303
    lists.run(apply_list, number(page))

    assert lists.tool.count(person, person.c.name == "Sample one") == 1


def test_another_municipalitys_list_and_none_look_the_same(lists: Lists, coordinator: FlaskClient):
    tool = lists.tool
    made = lists.staff([f"1;Sample one;{UNIT_A};;"])
    with tool.database.writing() as session:
        other = add_municipality(session, "Another sample municipality", country="NO")
        session.execute(
            roster_import.update().where(roster_import.c.id == made).values(municipality_id=other)
        )

    for path in ("", "/columns", "/faults.csv"):
        theirs = tool.get(coordinator, f"/imports/{made}{path}")
        none = tool.get(coordinator, f"/imports/{made + 999}{path}")
        assert (theirs.status_code, none.status_code) == (404, 404)
    for path in ("/apply", "/columns", "/throw-away"):
        assert tool.post(coordinator, f"/imports/{made}{path}").status_code == 404
    assert lists.state(made) == State.READY


@pytest.mark.parametrize("path", ["/imports", "/imports/1"])
def test_a_teacher_sees_none_of_it(tool: Tool, path: str):
    assert tool.get(tool.launch(), path).status_code == 403


def test_a_large_file_is_refused_by_its_size(tool: Tool, coordinator: FlaskClient):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    answer = coordinator.post(
        "/imports",
        data=head + b"x" * (64 * 1024 * 1024) + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
        base_url=BASE_URL,
        headers={"Origin": BASE_URL},
    )

    assert answer.status_code == 413


def test_a_refused_file_says_why_on_its_page(lists: Lists, coordinator: FlaskClient):
    many = "".join(f"{n};Sample {n};{UNIT_A};;\n" for n in range(1, 1500))
    page = read(lists, coordinator, f'{STAFF_HEAD}\n{many}1500;"open;{UNIT_A};;\n')

    assert "Filen kan ikke leses" in text_of(lists.tool.get(coordinator, page))


def test_work_that_stopped_half_way_is_shown_as_work(lists: Lists, coordinator: FlaskClient):
    made = lists.staff([f"1;Sample one;{UNIT_A};;"])
    with lists.tool.database.writing() as session:
        move(session, made, State.READING, datetime.now(UTC), rows_read=1, rows_expected=2)

    page = lists.tool.get(coordinator, f"/imports/{made}").text

    assert re.search(r'<progress[^>]* max="2" value="1"', page)


def test_a_list_of_schools_says_row_by_row_what_would_change(
    lists: Lists, coordinator: FlaskClient
):
    third = organisation_number(2)
    made = lists.units(
        [
            f"{UNIT_A};Unit A;8-10;24;2026-11-01",
            f"{UNIT_B};Unit B;8-10;;",
            f"{third};Unit C;1-7;;",
        ]
    )
    page = text_of(lists.tool.get(coordinator, f"/imports/{made}?lang=en"))

    rows = re.sub(r"\s+", " ", page.partition("Schools, row by row")[2])
    assert f"2 {UNIT_A} Unit A Years 8-10 until now: Years 1-10 24 until now: 20" in rows
    assert f"4 {third} new school Unit C Years 1-7 unknown" in rows
    assert UNIT_B not in rows, "nothing of it would change"


@pytest.mark.parametrize("name", ["fault", "change", "end", "unit"])
@pytest.mark.parametrize("value", ["9" * 18, "9" * 20, "-1", "x"])
def test_no_number_to_go_on_from_breaks_the_page(
    lists: Lists, coordinator: FlaskClient, name: str, value: str
):
    page = read(lists, coordinator, twelve())

    assert lists.tool.get(coordinator, f"{page}?{name}={value}").status_code == 200
