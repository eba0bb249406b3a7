import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.demo_lms.pages import become, csrf, get, words
from tests.demo_lms.tiny_tool import LMS
from tracks.demo_lms import Course, Link, Member, Person, World
from tracks.demo_lms.texts import LANGUAGES, TEXTS, best_language
from tracks.demo_lms.world import Directory

FOOTER = (
    "A make-believe learning platform, to try a tool with. Nobody here is real."
    " Norsk bokmål Norsk nynorsk Svenska English"
)
PAGES = [
    "/",
    "/?q=person",
    "/courses",
    "/courses/science",
    "/courses/science/links/hypo",
    "/courses/science/gradebook",
    "/courses/science/people",
    "/courses/science/return",
    "/nowhere",
]


def test_the_front_page_asks_who_you_want_to_be(browser: FlaskClient) -> None:
    page = words(get(browser, "/"))
    assert "Who do you want to be?" in page
    assert re.findall(
        r"(?:Lærer En|u-2 \(name not shared\)|Leder To|Utenfor|Person \d+)", page
    ) == [
        "Lærer En",
        "u-2 (name not shared)",
        "Person 1",
        "Leder To",
        "Utenfor",
    ]
    assert "and 49 more: use the search" in page


def test_the_search_finds_by_every_word_and_shows_a_bounded_list(browser: FlaskClient) -> None:
    page = get(browser, "/?q=PERSON+teach")
    assert "40 of 50 people found" in words(page)
    assert page.text.count('class="person"') == 40
    assert "1 of 1 people found" in words(get(browser, "/?q=leder"))
    assert "0 of 0 people found" in words(get(browser, "/?q=zzz"))


def test_signing_in_and_out(browser: FlaskClient) -> None:
    answer = become(browser, "u-1")
    assert (answer.status_code, answer.location) == (303, "/courses")
    page = get(browser, "/courses")
    assert "Signed in as Lærer En" in words(page)
    answer = browser.post("/sign-out", base_url=LMS, data={"csrf": csrf(page)})
    assert (answer.status_code, answer.location) == (303, "/")
    assert get(browser, "/courses").location == "/"


def test_the_cookie_is_lax_and_hidden_from_scripts(browser: FlaskClient) -> None:
    header = become(browser, "u-1").headers["Set-Cookie"]
    assert header.startswith("demo_lms=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in header.split(";")}


@pytest.mark.parametrize("sent", [{}, {"csrf": ""}, {"csrf": "guess"}])
def test_a_post_without_the_csrf_token_is_refused(
    browser: FlaskClient, sent: dict[str, str]
) -> None:
    get(browser, "/")
    answer = browser.post("/sign-in", base_url=LMS, data={"sub": "u-1", **sent})
    assert answer.status_code == 400
    assert browser.post("/sign-out", base_url=LMS, data=sent).status_code == 400
    assert get(browser, "/courses").location == "/"


def test_the_csrf_token_of_one_browser_is_none_in_another(browser: FlaskClient, lms: Any) -> None:
    token = csrf(get(browser, "/"))
    other = lms.test_client()
    get(other, "/")
    answer = other.post("/sign-in", base_url=LMS, data={"sub": "u-1", "csrf": token})
    assert answer.status_code == 400


def test_a_changed_cookie_is_nobody(browser: FlaskClient) -> None:
    become(browser, "u-1")
    kept = browser.get_cookie("demo_lms", domain="127.0.0.1")
    assert kept is not None
    browser.set_cookie("demo_lms", "A" + kept.value[1:], domain="127.0.0.1")
    assert get(browser, "/courses").location == "/"


def test_the_course_page_lists_its_links(browser: FlaskClient) -> None:
    become(browser, "u-1")
    page = get(browser, "/courses/science")
    assert words(page).endswith(
        "Hypoteser Up to 10 points Open in a new tab : Hypoteser"
        " Les <om> det Open in a new tab : Les <om> det " + FOOTER
    )
    assert ">Gradebook</a>" in page.text


def test_the_launch_page_frames_the_tool_and_names_its_origin(
    browser: FlaskClient, tool_url: str
) -> None:
    become(browser, "u-1")
    page = get(browser, "/courses/science/links/hypo")
    (frame,) = re.findall(r"<iframe[^>]+>", page.text)
    assert 'src="/courses/science/links/hypo/start?target=iframe"' in frame
    assert 'title="Hypoteser, shown by the connected tool"' in frame
    assert f'data-tool-origin="{tool_url}"' in frame


def test_the_policy_lets_in_the_tool_and_nobody_else(browser: FlaskClient, tool_url: str) -> None:
    policy = get(browser, "/").headers["Content-Security-Policy"].split("; ")
    assert policy == [
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        f"frame-src 'self' {tool_url}",
        f"form-action 'self' {tool_url}",
        "frame-ancestors 'self'",
        "base-uri 'none'",
    ]


def test_the_roster(browser: FlaskClient) -> None:
    become(browser, "u-1")
    page = words(get(browser, "/courses/science/people"))
    assert "Lærer En u-1 Learner (name not shared) u-2 Learner Leder To t-1 Instructor" in page


def test_what_the_tool_says_on_return_is_shown_escaped(browser: FlaskClient) -> None:
    become(browser, "u-1")
    page = get(browser, "/courses/science/return?lti_errormsg=<b>bad</b>&lti_msg=done")
    assert "&lt;b&gt;bad&lt;/b&gt;" in page.text
    assert "The tool says: <b>bad</b> done To the course" in words(page)


@pytest.mark.parametrize("path", PAGES[3:8])
def test_a_course_is_for_its_members(browser: FlaskClient, path: str) -> None:
    assert get(browser, path).location == "/"
    become(browser, "alone")
    assert get(browser, path).status_code == 403


def test_nothing_at_an_address_is_404(browser: FlaskClient) -> None:
    become(browser, "u-1")
    for path in ("/nowhere", "/courses/none", "/courses/science/links/none"):
        assert get(browser, path).status_code == 404


def test_localhost_is_another_site_and_leads_to_the_right_one(browser: FlaskClient) -> None:
    answer = browser.get("/courses?lang=nb", base_url="http://localhost:8100")
    assert (answer.status_code, answer.location) == (302, f"{LMS}/courses?lang=nb")
    assert browser.post("/sign-in", base_url="http://evil.example.org").status_code == 400
    assert browser.get("/lti/jwks.json", base_url="http://evil.example.org").status_code == 400


class Structure(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_each_page_has_the_bones_of_an_accessible_one(
    browser: FlaskClient, path: str, language: str
) -> None:
    become(browser, "t-1")
    page = get(browser, f"{path}{'&' if '?' in path else '?'}lang={language}")
    structure = Structure()
    structure.feed(page.text)
    tags = structure.tags
    assert dict(tags)["html"]["lang"] == language
    names = [tag for tag, _ in tags]
    assert (names.count("main"), names.count("h1"), names.count("title")) == (1, 1, 1)
    labels = {attrs["for"] for tag, attrs in tags if tag == "label"}
    for tag, attrs in tags:
        if tag == "input" and attrs["type"] != "hidden":
            assert attrs["id"] in labels
        if tag == "th":
            assert attrs["scope"] in ("row", "col")
        if tag in ("iframe", "nav"):
            assert attrs.get("title") or attrs.get("aria-label")


def test_every_text_has_every_language_and_the_same_blanks() -> None:
    for key, texts in TEXTS.items():
        assert set(texts) == set(LANGUAGES), key
        assert len({tuple(sorted(re.findall(r"{\w+}", text))) for text in texts.values()}) == 1, key


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (None, ["nb-NO", "en"], "nb"),
        (None, ["no", "en"], "nb"),
        (None, ["fi", "sv-FI", "en"], "sv"),
        (None, ["nn"], "nn"),
        (None, ["fi"], "en"),
        (None, [], "en"),
        ("nn", ["sv"], "nn"),
        ("xx", ["sv"], "sv"),
    ],
)
def test_the_language_asked_for_wins(
    chosen: str | None, accepted: list[str], language: str
) -> None:
    assert best_language(chosen, accepted) == language


def test_a_chosen_language_is_remembered(browser: FlaskClient) -> None:
    asked = get(browser, "/", headers={"Accept-Language": "sv"})
    assert "Vem vill du vara?" in words(asked)
    get(browser, "/?lang=nb")
    again = get(browser, "/", headers={"Accept-Language": "sv"})
    assert "Hvem vil du være?" in words(again)


def test_a_world_that_contradicts_itself_is_refused() -> None:
    person, link = Person("a", "A", "r"), Link("l", "L", "http://localhost/x")
    for people, courses in (
        ((person, person), ()),
        ((Person("a/b", "A", "r"),), ()),
        ((person,), (Course("c", "C", "C", (Member("b", "Learner"),), ()),)),
        ((person,), (Course("c", "C", "C", (), (link, link)),)),
        ((person,), (Course("c", "C", "C", (), ()), Course("c", "D", "D", (), ()))),
    ):
        with pytest.raises(ValueError):
            Directory(World("", people, courses))
