"""Answers that are not ticked, scales and checklists over HTTP: shown, kept, refused."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from content.grading import shuffled
from content.loader import load_library
from tests.content.cases import MODULE, MODULE_HEAD, PHASES_B_D, TRACK_FILE, write
from tests.factories.tool import Tool
from tracks.catalogue.models import step
from tracks.cli.content import publish_library
from tracks.people.models import person
from tracks.progress.models import step_work
from tracks.progress.rules import seed_of

STEPS = """
::: quiz {#text points=2}
Hva heter hovedstaden?

= Oslo
:::

::: quiz {#number points=2}
Hva er en halv?

= 0,5
:::

::: quiz {#gap points=2}
Her er [[Oslo]] og [[ svensk | (norsk) ]].
:::

::: quiz {#match points=2}
Hva hører sammen?

- Norge -> Oslo
- Sverige -> Stockholm
- Danmark -> København
:::

::: quiz {#order points=2}
Sett i rekkefølge.

1. Spør
2. Mål
3. Forklar
:::

::: quiz {#open points=2}
Hva tenker du?

___
:::

::: skala {#scale 1..4}
Hvor trygg er du?
:::

::: sjekkliste {#list .resource}
Før prøven:

- [ ] Bestill hodetelefoner
- [ ] Prøv nettet
:::

::: drøfting {#talk}
Hva er likt hos dere?
:::
"""
LIBRARY = """id: forms
name: Sample publisher
contact: content@example.org
licence: CC BY 4.0
languages: [nb]
"""
OPEN_TRACK = TRACK_FILE.replace("---\ntitle", "---\nlifecycle: open\ntitle")
BASE = "/t/forms/et-spor/case"
STORED = select(step_work.c.answer, step_work.c.points, step_work.c.done_at.is_not(None))


@pytest.fixture
def forms(tool: Tool, tmp_path: Path) -> Tool:
    module = f"{MODULE_HEAD}## A Forarbeid {{phase=A}}\n{STEPS}{PHASES_B_D}"
    write(tmp_path, {"library.yaml": LIBRARY})
    write(tmp_path / "et-spor", {"track.nb.md": OPEN_TRACK, MODULE: module})
    library = load_library(tmp_path).value
    assert library is not None
    publish_library(tool.database, tmp_path, library)
    return tool


def _fields(given: list[str]) -> dict[str, str]:
    return {f"given-{n}": text for n, text in enumerate(given)}


def _order(tool: Tool, slug: str) -> tuple[int, ...]:
    """Of three things, as the one person here is shown them."""
    [(person_id,)] = tool.rows(select(person.c.id))
    [(step_id,)] = tool.rows(select(step.c.id).where(step.c.slug == slug))
    return shuffled(3, seed_of(person_id, step_id))


@pytest.mark.parametrize(
    ("slug", "given", "is_right"),
    [
        ("text", [" oslo "], True),
        ("text", ["Bergen"], False),
        ("number", ["0.50"], True),
        ("number", ["en halv"], False),
        ("gap", ["Oslo", "norsk"], True),
        ("gap", ["Oslo", ""], False),
        ("open", ["Mye rart\nog mer."], True),
    ],
)
def test_written_answers(forms: Tool, slug: str, given: list[str], is_right: bool):
    browser = forms.launch()

    answer = forms.post(browser, f"{BASE}/{slug}", **_fields(given), go="check", revision="0")

    assert answer.status_code == 303
    points = 2.0 if is_right else 0.0
    assert forms.rows(STORED) == [({"given": given, "is_right": is_right}, points, True)]
    page = forms.get(browser, f"{BASE}/{slug}?lang=en").text
    assert ("That is right." in page) == (is_right and slug != "open")


def test_a_match_is_kept_in_the_authors_order(forms: Tool):
    browser = forms.launch()
    forms.get(browser, f"{BASE}/match")
    order = _order(forms, "match")
    given = [str(order.index(n)) for n in range(3)]

    forms.post(browser, f"{BASE}/match", **_fields(given), go="check", revision="0")

    assert forms.rows(STORED) == [({"given": ["0", "1", "2"], "is_right": True}, 2.0, True)]
    page = forms.get(browser, f"{BASE}/match").text
    for n in range(3):
        right = ("Oslo", "Stockholm", "København")[n]
        assert f" selected>{right}</option>" in page


def test_an_order_is_never_shown_right_and_is_kept_right(forms: Tool):
    browser = forms.launch()
    page = forms.get(browser, f"{BASE}/order").text
    order = _order(forms, "order")
    words = ("Spør", "Mål", "Forklar")
    at = [page.index(f">{words[n]}<") for n in order]
    assert at == sorted(at)

    places = [str(n + 1) for n in order]
    forms.post(browser, f"{BASE}/order", **_fields(places), go="check", revision="0")

    assert forms.rows(STORED) == [({"given": ["1", "2", "3"], "is_right": True}, 2.0, True)]


@pytest.mark.parametrize(
    ("slug", "fields", "told"),
    [
        ("text", {"given-0": " "}, "Choose an answer first."),
        ("text", {}, "Choose an answer first."),
        ("text", {"given-0": "x" * 501}, "The answer is too long."),
        ("match", {"given-0": "7", "given-1": "-1", "given-2": "x"}, "Choose an answer first."),
        ("scale", {}, "Choose a number first."),
        ("scale", {"value": "5"}, "Choose a number first."),
        ("list", {"day-0": "i morgen"}, "Write the day as year-month-day"),
        ("list", {"who-1": "x" * 501}, "A name is too long."),
    ],
)
def test_what_cannot_be_kept_is_said(forms: Tool, slug: str, fields: dict[str, str], told: str):
    browser = forms.launch()

    answer = forms.post(browser, f"{BASE}/{slug}?lang=en", **fields, go="save", revision="0")

    assert (answer.status_code, told in answer.text) == (422, True)
    assert forms.rows(STORED) == []


def test_a_scale_is_kept(forms: Tool):
    browser = forms.launch()

    forms.post(browser, f"{BASE}/scale", value="3", go="save", revision="0")

    assert forms.rows(STORED) == [({"value": 3}, None, True)]
    page = forms.get(browser, f"{BASE}/scale?lang=en").text
    assert 'value="3" id="value-3" checked' in page
    assert "Only you see this" in page


def test_a_checklist_is_kept_and_no_older_page_overwrites_it(forms: Tool):
    browser = forms.launch()
    first = {"done-0": "1", "who-0": "Rektor", "day-0": "2026-09-01"}
    kept = {
        "items": [
            {"done": True, "who": "Rektor", "day": "2026-09-01"},
            {"done": False, "who": "", "day": ""},
        ]
    }

    for _ in range(2):  # a double click is one entry
        answer = forms.post(browser, f"{BASE}/list", **first, go="save", revision="0")
        assert answer.status_code == 303

    answer = forms.post(
        browser, f"{BASE}/list?lang=en", **{"who-1": "IKT"}, go="save", revision="0"
    )

    assert answer.status_code == 409
    assert ("Rektor" in answer.text, 'value="IKT"' in answer.text) == (True, True)
    assert forms.rows(STORED) == [(kept, None, True)]


def test_who_is_not_signed_in_reads_the_items_of_a_checklist(forms: Tool):
    page = forms.get(forms.client(), "/r/forms/et-spor/case/list").text

    assert "<li>Bestill hodetelefoner</li><li>Prøv nettet</li>" in page
    # The link to copy is the page's own; the checklist has nothing to fill in or send.
    inputs = re.findall(r"<(?:input|select|textarea)[^>]*>", page)
    assert [each for each in inputs if " readonly" not in each] == []
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]


def test_a_discussion_is_read_and_done(forms: Tool):
    browser = forms.launch()
    assert "Hva er likt hos dere?" in forms.get(browser, f"{BASE}/talk").text

    forms.post(browser, f"{BASE}/talk", go="done", revision="0")

    assert forms.rows(STORED) == [(None, None, True)]
