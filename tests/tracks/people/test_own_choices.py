"""School, language, and where a form leads afterwards."""

import pytest
from sqlalchemy import select

from tests.factories.tool import Tool
from tracks.people.models import person
from tracks.people.views import local_path

ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/x\\..\\\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "http:/evil.example",
    "evil.example",
    "?then=//evil.example",
    "/æ",
    "/\x00",
    "",
]


@pytest.mark.parametrize("path", ["/school", "/language"])
def test_a_form_leads_nowhere_but_to_pages_of_ours(tool: Tool, path: str):
    browser = tool.launch()
    fields = {"school": str(tool.school_id), "language": "sv"}

    led = {then: tool.post(browser, path, **fields, then=then) for then in ELSEWHERE}

    assert {then: a.headers["Location"] for then, a in led.items()} == dict.fromkeys(ELSEWHERE, "/")


@pytest.mark.parametrize("then", ELSEWHERE)
def test_no_odd_address_is_a_local_path(then: str):
    assert local_path(then, "/otherwise") == "/otherwise"


@pytest.mark.parametrize("then", ["/", "/t/sample/maaling/continue", "/r/a/b?x=1#answer", "/a:b"])
def test_pages_of_ours_are(then: str):
    assert local_path(then) == then


def test_an_address_in_the_query_is_no_door_either(tool: Tool):
    browser = tool.launch()

    page = tool.get(browser, "/school?then=//evil.example").text

    assert "evil.example" not in page
    assert 'name="then" value="/"' in page


def test_what_is_no_school_is_not_chosen(tool: Tool):
    browser = tool.launch(school=False)
    odd = ["", "x", "0", "-1", "9" * 18, "9" * 19, "9" * 5000, "१", "1.0", "1\x00"]

    answers = {each: tool.post(browser, "/school", school=each).status_code for each in odd}

    assert answers == dict.fromkeys(odd, 400)
    assert tool.rows(select(person.c.school_id)) == [(None,)]


def test_a_chosen_language_holds_for_every_page_and_the_next_launch(tool: Tool):
    browser = tool.launch()

    answer = tool.post(browser, "/language", language="sv", then="/help")

    assert answer.headers["Location"] == "/help"
    assert '<html lang="sv">' in tool.get(browser, "/help").text
    assert '<html lang="sv">' in tool.get(tool.launch(), "/help").text
    assert '<html lang="en">' in tool.get(browser, "/help?lang=en").text


def test_a_language_we_do_not_speak_is_not_chosen(tool: Tool):
    browser = tool.launch()

    before = tool.rows(select(person.c.language))
    for language in ("", "xx", "nb-NO", "../sv", "sv\x00"):
        assert tool.post(browser, "/language", language=language).status_code == 400
    assert tool.rows(select(person.c.language)) == before


def test_a_name_comes_from_the_lms_and_is_not_needed(tool: Tool):
    tool.launch(sub="named", changes={"name": "Kim " + "x" * 300})
    tool.launch(sub="unnamed", changes=dict.fromkeys(("name", "given_name", "family_name"), ""))

    names = select(person.c.name).order_by(person.c.id)
    assert tool.rows(names) == [(("Kim " + "x" * 300)[:200],), (None,)]
    tool.launch(sub="named", changes={"name": "Kim Newname"})
    assert tool.rows(names)[0] == ("Kim Newname",)


def test_a_school_is_chosen_once(tool: Tool):
    with tool.database.writing() as session:
        neighbour = tool.add_school(session, "Sample school 2", teachers=10)
    browser = tool.launch(leads=True)

    again = tool.post(browser, "/school", school=str(tool.school_id))
    other = tool.post(browser, "/school", school=str(neighbour))

    assert (again.status_code, other.status_code) == (303, 409)
    assert tool.rows(select(person.c.school_id)) == [(tool.school_id,)]
