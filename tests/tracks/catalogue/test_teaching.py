"""The catalogue begins with what somebody teaches, and hides nothing for good (F-02)."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import select, update

from content.codes import SUBJECTS, years_of
from tests.factories.choosing import choosing
from tests.factories.databases import sample_library
from tests.factories.tool import Tool
from tests.tracks.organisation.people import with_role
from tests.tracks.organisation.test_linking import elsewhere, link, second_lms, shown
from tracks.catalogue.actions import publish_track
from tracks.catalogue.models import teaching
from tracks.catalogue.teaching.rules import (
    Fit,
    Teaching,
    fit_of,
    offered_grades,
    offered_subjects,
    spans,
)
from tracks.people.models import municipality
from tracks.people.rules import Role

MATHS = ("MAT01-06",)
SAID = select(teaching.c.subjects, teaching.c.grades)


def publish(tool: Tool, slug: str, subjects: tuple[str, ...], grades: tuple[str, ...]) -> None:
    source = sample_library().tracks[0]
    texts = {lang: replace(each, title=f"Om {slug}") for lang, each in source.texts.items()}
    with tool.database.writing() as session:
        publish_track(
            session,
            "sample",
            replace(source, id=slug, texts=texts, subjects=subjects, grades=grades),
            media={},
            now=datetime.now(UTC),
        )


@pytest.fixture
def several(tool: Tool) -> Tool:
    """Beside the one in science, 8-10."""
    publish(tool, "regning", MATHS, ("5-7",))
    publish(tool, "geometri", (*MATHS, "NAT01-05"), ("8-10",))
    publish(tool, "ledelse", (), ("1-10", "vg1-vg3"))
    publish(tool, "alt", (), ())
    return tool


def listed(page: str) -> list[tuple[str, str]]:
    """Heading of the group, and the track's address, in order."""
    found, group = [], ""
    for heading, slug in re.findall(
        r'<h2 [^>]*data-size="md"[^>]*>(.*?)</h2>|href="/(?:t|catalogue)/sample/(\w+)"', page
    ):
        group = unescape(heading) or group
        if slug:
            found.append((group, slug))
    return found


def slugs(page: str) -> list[str]:
    return [slug for _, slug in listed(page)]


def say(tool: Tool, browser: FlaskClient, subjects: tuple[str, ...], *grades: str) -> None:
    fields = {"subject": list(subjects), "grade": list(grades)}
    assert tool.post(browser, "/teaching", go="save", **fields).headers["Location"] == "/catalogue"


def catalogue(tool: Tool, browser: FlaskClient, query: str = "") -> str:
    return tool.get(browser, f"/catalogue?lang=en{query}").text


EVERYTHING = ["alt", "geometri", "ledelse", "maaling", "regning"]


def test_until_it_is_said_everything_is_there_and_one_line_offers_it(several: Tool):
    page = catalogue(several, several.launch())

    assert slugs(page) == EVERYTHING
    assert page.count('href="/teaching"') == 1
    assert "taught" not in page


def test_what_fits_comes_first_then_what_is_for_every_subject(several: Tool):
    browser = several.launch()
    say(several, browser, MATHS, "8", "9", "10")

    page = catalogue(several, browser)

    assert listed(page) == [
        ("For what you teach: Mathematics, 8-10", "geometri"),
        ("For every subject", "alt"),
        ("For every subject", "ledelse"),
    ]
    assert "2 more tracks are for other subjects or grades." in page
    assert slugs(catalogue(several, browser, "&show=all")) == EVERYTHING
    # and again at the next launch, in every language
    again = several.get(several.launch(), "/catalogue?lang=nb").text
    assert listed(again)[0] == ("For det du underviser i: Matematikk, 8-10", "geometri")


def test_whoever_asks_for_something_is_answered_that(several: Tool):
    browser = several.launch()
    say(several, browser, MATHS, "8")

    for query in ("&subject=", "&q=", "&grade=odd", "&show="):
        assert slugs(catalogue(several, browser, query)) == EVERYTHING, query
    assert "regning" in slugs(catalogue(several, browser, "&q=regning"))
    assert "For what you teach" not in catalogue(several, browser, "&q=regning")


def test_when_nothing_fits_everything_is_there_and_the_page_says_why(several: Tool):
    browser = several.launch()
    say(several, browser, ("MUS01-03",), "1", "2")

    page = catalogue(several, browser)

    assert slugs(page) == EVERYTHING
    assert "No track is for what you teach yet: Music, 1-2." in page


def test_it_is_their_own_to_change_and_to_take_away(several: Tool):
    mine, other = several.launch(), several.launch(sub="other")
    say(several, mine, MATHS, "8")
    say(several, mine, ("NAT01-05", *MATHS, *MATHS), "vg1")
    say(several, other, (), "5")
    form = several.get(mine, "/teaching?lang=en").text
    ticked = re.findall(r'name="(\w+)" value="([\w-]+)" id="[^"]*" checked', form)
    assert sorted(ticked) == [("grade", "vg1"), ("subject", "MAT01-06"), ("subject", "NAT01-05")]

    answer = several.post(mine, "/teaching", go="take_away", then="/privacy")

    assert answer.headers["Location"] == "/privacy"
    assert several.rows(SAID) == [([], ["5"])]
    assert slugs(catalogue(several, mine)) == EVERYTHING
    # whoever saves nothing has said nothing
    assert several.post(other, "/teaching", go="save").status_code == 303
    assert several.count(teaching) == 0


def test_nobody_else_sees_any_of_it(several: Tool):
    say(several, several.launch(), MATHS, "8")
    leader = several.launch(sub="leader", leads=True)
    coordinator = with_role(several, Role.COORDINATOR)

    for browser in (several.client(), leader, coordinator):
        page = catalogue(several, browser)
        assert slugs(page) == EVERYTHING
        assert "Mathematics, 8" not in page
    assert "/teaching" not in catalogue(several, several.client())
    assert several.get(several.client(), "/teaching").status_code == 401


@pytest.mark.parametrize(
    "fields",
    [
        {"go": "save", "subject": "MAT99"},
        {"go": "save", "subject": "GRGRMAT01"},  # of another country's curriculum
        {"go": "save", "grade": ["8", "11"]},
        {"go": "save", "grade": "8-10"},
        {"go": "save", "subject": "MAT01-06\x00"},
        {"go": "odd"},
        {},
    ],
)
def test_what_is_no_subject_or_grade_is_not_kept(tool: Tool, fields: dict[str, object]):
    browser = tool.launch()
    say(tool, browser, MATHS, "8")

    assert tool.post(browser, "/teaching", **fields).status_code == 400
    assert tool.rows(SAID) == [(list(MATHS), ["8"])]


def test_a_swedish_school_has_its_own_subjects_and_years(tool: Tool):
    with tool.database.writing() as session:
        session.execute(
            update(municipality)
            .where(municipality.c.id == tool.municipality_id)
            .values(country="SE")
        )
    browser = tool.launch()
    form = tool.get(browser, "/teaching?lang=sv").text

    assert "Svenska som andraspråk" in form
    assert ">Gy1</label>" in form
    assert 'value="10"' not in form
    assert "MAT01-06" not in form
    say(tool, browser, ("GRGRFYS01",), "9", "vg1", "vg2", "vg3")
    assert "Physics, 9, Gy1-Gy3" in catalogue(tool, browser)


def test_my_data_says_so_and_the_picker_begins_with_it(several: Tool):
    client, path = choosing(several)
    before = slugs_picked(several.get(client, path).text)
    several.post(client, "/school", school=str(several.school_id))
    several.post(client, "/teaching", go="save", subject=list(MATHS), grade=["8"])

    page = several.get(client, f"{path}?lang=en").text

    assert before == EVERYTHING
    assert slugs_picked(page) == ["geometri", "alt", "ledelse", "maaling", "regning"]
    assert "First comes what is for what you teach: Mathematics, 8." in page
    mine = several.get(client, "/privacy?lang=en").text
    assert "The subjects and grades that you have said you teach" in mine


def slugs_picked(page: str) -> list[str]:
    return re.findall(r'name="pick" value="sample/(\w+)"', page)


def test_of_two_accounts_the_one_that_stays_holds(tool: Tool):
    second_lms(tool)
    stays = tool.launch(sub="here", resource=None)
    goes = elsewhere(tool)
    say(tool, stays, MATHS, "8")
    say(tool, goes, ("NAT01-05",), "5")

    assert link(tool, goes, shown(tool, stays)) == 303

    assert tool.rows(select(teaching)) == [
        (tool.person_id("here"), tool.municipality_id, list(MATHS), ["8"])
    ]


@pytest.mark.parametrize(
    ("subjects", "grades", "fit"),
    [
        (["NAT01-05"], ["8-10"], Fit.OWN),
        (["NAT01-04"], ["10"], Fit.OWN),  # its code before it was revised
        (["NAT01-05", "MAT01-06"], [], Fit.OWN),
        ([], ["1-10"], Fit.EVERY_SUBJECT),
        ([], [], Fit.EVERY_SUBJECT),
        ([], ["1-9", "vg1"], Fit.OTHER),
        (["NAT01-05"], ["1-7"], Fit.OTHER),
        (["MAT01-06"], ["8-10"], Fit.OTHER),
    ],
)
def test_subject_and_grade_must_both_fit(subjects: list[str], grades: list[str], fit: Fit):
    assert fit_of(subjects, grades, Teaching(("NAT01-05",), ("10",))) is fit


def test_what_has_not_been_said_is_anything():
    assert fit_of(["MAT01-06"], ["8-10"], Teaching((), ("8",))) is Fit.OWN
    assert fit_of([], ["8-10"], Teaching((), ("8",))) is Fit.OWN
    assert fit_of([], ["8-10"], Teaching((), ("7",))) is Fit.OTHER
    assert fit_of(["MAT01-06"], ["1-4"], Teaching(MATHS, ())) is Fit.OWN


def test_every_subject_is_offered_in_one_country():
    assert sorted(offered_subjects("NO") + offered_subjects("SE")) == sorted(SUBJECTS)


@given(st.sets(st.sampled_from(offered_grades("NO"))))
def test_spans_say_the_same_years_in_as_few_words(grades: set[str]):
    said = spans(sorted(grades), "NO")
    years = [year for span in said for year in years_of(span.casefold())]
    assert years == [year for year in offered_grades("NO") if year in grades]
    gaps = sum(
        before in grades and after not in grades
        for before, after in zip(offered_grades("NO"), [*offered_grades("NO")[1:], ""], strict=True)
    )
    assert len(said) == gaps + ({"10", "vg1"} <= grades)
