"""What a school says of itself, as its coordinator writes it: who helps, how many devices."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.journeys.running import Running
from tests.journeys.visits import OPEN, People, open_in_window

_WHO = {
    "technical-1-who": "IKT-kontakten",
    "technical-1-reach": "Rom 12, eller kanalen «Hjelp» i Teams",
    "technical-1-hours": "Hver dag 8.00 til 10.00",
    "technical-1-answer_within": "ti minutter når elevene venter",
    "technical-1-stand_in": "Kontoret",
    "technical-2-who": "IKT-avdelingen i kommunen",
    "pedagogical-1-who": "Lærsprederen",
}


def of_a_schools_own_words(page: Page, running: Running, people: People) -> Iterator[str]:
    open_in_window(page, running, "sample-coordinator", "office-municipality")
    link = page.locator(
        "tbody a[href^='/schools/']", has_text=f"Sample school {people.school}"
    ).first
    base = f"{running.tool_url}{link.get_attribute('href')}"
    yield from _support(page, base)
    yield from _devices(page, running, base)
    for name in ("support", "devices"):
        page.goto(f"{running.tool_url}/{name}")
        page.evaluate(OPEN)
        yield f"{name}-of-all"


def _support(page: Page, base: str) -> Iterator[str]:
    page.goto(f"{base}/support")
    yield "support-nobody"
    page.goto(f"{base}/support/edit")
    page.locator("#technical-2-reach").fill("Telefon 00 00 00 00")
    page.locator("main form button").click()
    page.get_by_role("alert").wait_for()
    yield "support-refused"
    page.locator("#technical-2-reach").fill("")
    for name, text in _WHO.items():
        page.locator(f"#{name}").fill(text)
    page.locator("main form button").click()
    page.wait_for_url("**/support")
    page.goto(f"{base}/support/check")
    yield "support-check"
    for number, box in enumerate(page.locator("main select").all()):
        box.select_option(str(number % 3))
    page.locator("main form button").click()
    page.locator("#check").wait_for()
    page.evaluate(OPEN)
    yield "support"


def _devices(page: Page, running: Running, base: str) -> Iterator[str]:
    page.goto(f"{base}/devices")
    yield "devices-unknown"
    page.goto(f"{base}/devices/edit")
    page.locator("main form button").click()
    page.get_by_role("alert").wait_for()
    yield "devices-refused"
    page.locator("#counted_on").fill("2026-10-01")
    page.locator("#source").fill("Telt av kontaktlærerne")
    for number, box in enumerate(page.locator("[inputmode=numeric]").all()[:-3]):
        box.fill(str(20 + 5 * (number % 2) + number))
    page.locator("main form button").click()
    page.wait_for_url("**/devices")
    page.evaluate(OPEN)
    yield "devices"
    page.goto(f"{running.tool_url}/devices/import")
    yield "devices-list"
    page.locator("#file").set_input_files(
        {
            "name": "enheter.csv",
            "mimeType": "text/csv",
            "buffer": b"Skolens nummer;Trinn;Elever;Enheter;Talt den\nx;8;1;1;2026-10-01\n",
        }
    )
    page.locator("main form button").click()
    page.get_by_role("alert").wait_for()
    yield "devices-list-refused"
