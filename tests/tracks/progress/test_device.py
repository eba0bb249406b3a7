"""Which device the pupils have: kept with the teacher, so that no script is needed (F-04)."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from content.devices import devices_in, opened
from content.loader import load_library
from content.rendering.html import render_markdown
from tests.content.cases import MODULE, MODULE_HEAD, PHASES_B_D, write
from tests.factories.tool import Tool
from tests.tracks.organisation.people import with_role
from tests.tracks.progress.test_answer_forms import LIBRARY, OPEN_TRACK
from tracks.cli.content import publish_library
from tracks.people.models import person
from tracks.people.rules import Role, SchoolKind

THREE = "::: enhet {ipad}\nA.\n:::\n\n::: enhet {chromebook}\nB.\n:::\n\n::: enhet {pc}\nC.\n:::\n"
TWO = "::: enhet {ipad}\nA.\n:::\n\n::: enhet {pc}\nC.\n:::\n"
STEPS = f"""
### Les {{#les}}

{THREE}
### Mer {{#mer}}

{TWO}
### Uten {{#uten}}

Les.

:::: refleksjon {{#tenk}}
Hva?

{TWO}
::::

:::: quiz {{#spor}}
Hva?

{TWO}
- (x) Ja
- ( ) Nei
::::
"""
BASE = "/t/forms/et-spor/case"


@pytest.fixture
def forms(tool: Tool, tmp_path: Path) -> Tool:
    module = f"{MODULE_HEAD}## A Forarbeid {{phase=A}}\n{STEPS}{PHASES_B_D}"
    write(tmp_path, {"library.yaml": LIBRARY})
    write(tmp_path / "et-spor", {"track.nb.md": OPEN_TRACK, MODULE: module})
    library = load_library(tmp_path).value
    assert library is not None
    publish_library(tool.database, tmp_path, library)
    return tool


def open_in(page: str) -> list[str]:
    """Of each choice, the device that is open."""
    pickers = re.findall(r'<fieldset class="device-picker">.*?</fieldset>', page, re.DOTALL)
    found = []
    for each in pickers:
        (checked,) = re.findall(r'value="(\w+)"[^>]* checked>', each)
        found.append(checked)
    return found


def test_the_chosen_device_opens_first_in_every_step(forms: Tool):
    browser = forms.launch()
    slugs = ("les", "mer", "tenk", "spor")
    before = {slug: open_in(forms.get(browser, f"{BASE}/{slug}").text) for slug in slugs}

    answer = forms.post(browser, "/device", device="pc", then=f"{BASE}/les")

    assert answer.headers["Location"] == f"{BASE}/les"
    assert before == {slug: ["ipad"] for slug in slugs}
    for slug in slugs:
        assert open_in(forms.get(browser, f"{BASE}/{slug}").text) == ["pc"], slug
    # also at the next launch, and for nobody else
    assert open_in(forms.get(forms.launch(), f"{BASE}/les").text) == ["pc"]
    assert open_in(forms.get(forms.launch(sub="other"), f"{BASE}/les").text) == ["ipad"]


def test_what_the_school_has_opens_for_whoever_has_not_chosen(forms: Tool):
    has_chosen, has_not = forms.launch(), forms.launch(sub="other")
    forms.post(has_chosen, "/device", device="ipad")
    coordinator = with_role(forms, Role.COORDINATOR)
    path, form = (
        f"/units/{forms.school_id}",
        {"name": "Sample school 1", "kind": SchoolKind.COMBINED.value},
    )

    refused = forms.post(coordinator, path, **form, device="ipod")
    assert refused.status_code == 422
    assert 'id="device-problem"' in refused.text
    assert forms.post(coordinator, path, **form, device="pc").status_code == 303

    assert open_in(forms.get(has_not, f"{BASE}/les").text) == ["pc"]
    assert open_in(forms.get(has_chosen, f"{BASE}/les").text) == ["ipad"]
    page = forms.get(coordinator, f"/schools/{forms.school_id}?lang=en").text
    assert "<dt>Most pupils have</dt><dd>PC</dd>" in page
    # and unknown again
    assert '<option value="pc" selected>' in forms.get(coordinator, path).text
    forms.post(coordinator, path, **form, device="")
    assert open_in(forms.get(has_not, f"{BASE}/les").text) == ["ipad"]


def test_a_step_without_that_device_opens_its_first(forms: Tool):
    browser = forms.launch()
    forms.post(browser, "/device", device="chromebook")

    assert open_in(forms.get(browser, f"{BASE}/les").text) == ["chromebook"]
    assert open_in(forms.get(browser, f"{BASE}/mer").text) == ["ipad"]


def test_it_is_asked_for_where_there_is_a_choice(forms: Tool):
    browser = forms.launch()

    asked = {
        slug: re.findall(r'name="device" value="(\w+)"', forms.get(browser, f"{BASE}/{slug}").text)
        for slug in ("les", "mer", "uten", "tenk", "spor")
    }

    two = ["ipad", "pc"]
    three = ["ipad", "chromebook", "pc"]
    assert asked == {"les": three, "mer": two, "uten": [], "tenk": two, "spor": two}


def test_what_is_no_device_is_not_chosen(forms: Tool):
    browser = forms.launch()

    for odd in ("", "ipod", "IPAD", "pc\x00", "x" * 5000):
        assert forms.post(browser, "/device", device=odd).status_code == 400
    assert forms.rows(select(person.c.device)) == [(None,)]


def test_nothing_but_the_choice_changes_in_the_text():
    html = render_markdown(f"{THREE}\nMellom.\n\n{TWO}", "nb")
    assert devices_in(html) == ["ipad", "chromebook", "pc"]
    assert opened(html, None) == opened(html, "ipod") == html
    assert open_in(opened(html, "pc")) == ["pc", "pc"]
    assert opened(opened(html, "pc"), "ipad") == html
    assert opened(html, "pc").replace(" checked", "") == html.replace(" checked", "")
    plain = render_markdown('value="ipad" checked', "nb")
    assert (devices_in(plain), opened(plain, "pc")) == ([], plain)
