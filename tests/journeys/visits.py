"""What people do: open a link in the LMS, read on, answer, look in the gradebook."""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect
from sqlalchemy import select

from content.model import Phase, Step
from tests.journeys.running import Running
from tracks.people.actions import known_person, start_own_sign_in
from tracks.people.models import account
from tracks.people.models import person as person_table
from tracks.people.rules import Way
from tracks.web.cookies import OWN

# A page, the frame of the LMS, or a part of either: people do the same in all of them.
Place = Page | FrameLocator | Locator
GRADEBOOK_SECONDS = 10.0
# every part that can be opened, for what looks at a whole page
OPEN = "() => document.querySelectorAll('details').forEach((each) => { each.open = true })"
LMS_MARGIN = 32  # px of the LMS's page around its frame, both sides together


@dataclass(frozen=True, slots=True)
class People:
    """Who walks: the teacher has done nothing yet, and nobody else uses them."""

    teacher: str
    school: int

    @property
    def course(self) -> str:
        return f"school-{self.school}"

    @property
    def leader(self) -> str:
        return f"sample-{self.school}-leader"


def open_in_frame(page: Page, running: Running, person: str, link: str) -> FrameLocator:
    """As a click on the link in the course: the tool in the LMS's frame."""
    page.goto(running.door(person, link))
    frame = page.frame_locator("iframe")
    frame.locator("h1").wait_for()
    return frame


def open_in_window(page: Page, running: Running, person: str, link: str) -> None:
    """The same link opened in a tab of its own: the tool is the page."""
    page.goto(running.door(person, link), wait_until="commit")
    page.goto(f"{page.url}/start?target=window")
    page.wait_for_url(f"{running.tool_url}/**")


def log_in(page: Page, running: Running, person: str) -> None:
    """Somebody of the LMS, from now on by a login of their own, in this browser."""
    moment = datetime.now(UTC)
    with running.database.writing() as session:
        row = session.execute(
            select(person_table.c.id, person_table.c.municipality_id)
            .join(account, account.c.person_id == person_table.c.id)
            .where(account.c.sub == person)
        ).one()
        who = known_person(session, row.id, row.municipality_id, moment)
        token = start_own_sign_in(session, who, Way.PASSKEY, proved_at=moment, now=moment)
    page.context.add_cookies(
        [
            {
                "name": OWN,
                "value": token,
                "url": running.tool_url.replace("http:", "https:"),
                "secure": True,
                "httpOnly": True,
                "sameSite": "Strict",
            }
        ]
    )


def tool_frame(page: Page) -> Frame:
    """The tool's document inside the LMS's page, for what locators cannot ask."""
    handle = page.locator("iframe").element_handle()
    frame = handle.content_frame()
    assert frame is not None
    return frame


def show_in_frame(page: Page, url: str) -> None:
    """As if the link to it were on the page in the frame; also what it shows already, anew."""
    tool_frame(page).goto(url)


def heading(place: Place) -> Locator:
    return place.get_by_role("heading", level=1)


def button(place: Place, name: str) -> Locator:
    return place.get_by_role("button", name=name, exact=True)


def link(place: Place, name: str) -> Locator:
    return place.get_by_role("link", name=name, exact=True)


def title(step: Step) -> str:
    """As a reader of English gets it: the tracks are in nb and sv, and nb is nearest."""
    return step.texts["nb"].title


def read_on(place: Place, steps: list[Step]) -> None:
    """Press Next on each of these reading steps."""
    for step in steps:
        expect(heading(place)).to_have_text(title(step))
        button(place, "Next").click()


def choices(step: Step) -> tuple[int, int]:
    """Positions of a wrong and a right option of a question with one right answer."""
    question = step.texts["nb"].question
    assert question is not None
    (right,) = question.right
    return (0 if right else 1), right


def choose(place: Place, position: int) -> None:
    place.locator("input[name=choice]").nth(position).check()


def prepare(place: Place, running: Running) -> None:
    """All of phase A of the first session, without looking left or right."""
    *reading, quiz, _ = running.steps(0, Phase.PREPARE)
    read_on(place, reading)
    choose(place, choices(quiz)[1])
    button(place, "Check the answer").click()
    button(place, "Next").click()
    place.get_by_label("Your reflection").fill("Elevene kan velge spørsmålet selv.")
    button(place, "Save and finish this phase").click()
    expect(heading(place)).to_have_text(running.track.modules[0].texts["nb"].title)


def gradebook_cell(
    page: Page, running: Running, person: str, link_id: str, course: str | None = None
) -> Locator:
    """The person's cell in the gradebook; the page is left there."""
    course = course or link_id.rsplit("-", 1)[0]
    page.goto(f"{running.lms.url}/courses/{course}/gradebook")
    return page.locator(f"td[data-sub={person}][data-link={link_id}]")


def score_in_gradebook(
    page: Page,
    running: Running,
    person: str,
    link_id: str,
    wanted: int,
    course: str | None = None,
) -> None:
    """Look until it is there, as somebody would who presses reload."""
    cell = gradebook_cell(page, running, person, link_id, course)
    deadline = time.monotonic() + GRADEBOOK_SECONDS
    while f"{wanted} of 100" not in cell.inner_text():
        assert time.monotonic() < deadline, f"not in the gradebook: {wanted}; {cell.inner_text()}"
        page.wait_for_timeout(200)
        page.reload()


def percent_done(place: Place) -> int:
    """From the words of the track's page, "5 of 24 done": what the gradebook should say."""
    found = re.search(r"(\d+) of (\d+) done", place.locator("main").inner_text())
    assert found
    return 100 * int(found[1]) // int(found[2])


def ladder(place: Place, running: Running) -> Locator:
    """The part of an adoption page that tells of the sample's track."""
    return place.locator("section.ladder", has_text=running.track.texts["nb"].title)


def stage_label(place: Place, running: Running, stage: str) -> str:
    """What the school's page says about a stage of the sample's track: "36 of 44"."""
    track = ladder(place, running)
    row = track.locator(".chart-row").filter(has_text=re.compile(f"^{re.escape(stage)}"))
    return row.locator(".chart-label").inner_text().strip()
