"""Every kind of page, in each of its states, one after the other.

A tour yields the name of what is on the screen now; who takes it does the looking (axe, overflow,
errors, screenshots). Each is taken once per person: what it does there is kept.
"""

from collections.abc import Callable, Iterator

from playwright.sync_api import Page

from content.model import Phase, Step, StepKind
from tests.journeys.author_tour import of_an_author
from tests.journeys.lists_tour import of_lists
from tests.journeys.running import Running
from tests.journeys.school_tour import of_a_schools_own_words
from tests.journeys.teaching_tour import of_what_one_teaches
from tests.journeys.visits import OPEN, People, log_in, open_in_frame, open_in_window, show_in_frame

Part = Callable[[Page, Running, People], Iterator[str]]
_STALE = "() => { document.querySelector('[name=revision]').value = '0' }"
_FOREIGN_FORM = """() => {
    document.querySelectorAll('main [name=form_token]').forEach((each) => { each.value = '0' })
}"""


def whole_tour(page: Page, running: Running, people: People) -> Iterator[str]:
    for part in PARTS:
        yield from part(page, running, people)


def of_everybody(page: Page, running: Running, people: People) -> Iterator[str]:
    resource = next(s for s in running.steps(0, Phase.PREPARE) if s.is_resource)
    for name, url in (
        ("catalogue", f"{running.tool_url}/catalogue"),
        ("track-public", running.track_url),
        ("module-public", running.module_url(0)),
        ("resource-public", running.resource_url(0, resource)),
        ("catalogue-found", f"{running.tool_url}/catalogue?q=elev"),
        ("catalogue-nothing", f"{running.tool_url}/catalogue?q=xyzzy&free=ending&device=ipad"),
        ("catalogue-track", running.track_url.replace("/t/", "/catalogue/", 1)),
        ("catalogue-module", running.module_url(0).replace("/t/", "/catalogue/", 1)),
        ("resource-ended", running.tool_url + running.timed[0]),
        ("resource-free-until", running.tool_url + running.timed[1]),
        ("resource-not-yet", running.tool_url + running.timed[2]),
        ("authors", f"{running.tool_url}/authors"),
        ("help", f"{running.tool_url}/help"),
        ("error-not-found", f"{running.tool_url}/nothing-here"),
        ("error-sign-in-first", running.step_url(0, resource)),
        ("launch-refused", f"{running.tool_url}/lti/login?iss=https%3A%2F%2Funknown.example"),
    ):
        page.goto(url)
        if name.startswith(("catalogue-", "resource-")):
            page.evaluate(OPEN)
        yield name


def of_the_lms(page: Page, running: Running, people: People) -> Iterator[str]:
    lms, course = running.lms.url, f"{running.lms.url}/courses/{people.course}"
    page.goto(lms)
    yield "lms-front"
    page.goto(f"{lms}/?q=leader+2")
    yield "lms-search"
    open_in_frame(page, running, people.leader, f"{people.course}-home")
    yield "lms-launch"
    for name, url in (
        ("lms-courses", f"{lms}/courses"),
        ("lms-course", course),
        ("lms-gradebook", f"{course}/gradebook"),
        ("lms-people", f"{course}/people"),
        ("lms-returned", f"{course}/return?lti_errormsg=Something"),
        ("lms-refused", f"{lms}/courses/office"),
    ):
        page.goto(url)
        yield name
    page.route("**/post.js", lambda route: route.fulfill(body=""))
    page.goto(f"{course}/links/{people.course}-home/start?target=window")
    yield "lms-going-on"
    page.unroute("**/post.js")


def of_a_school(page: Page, running: Running, people: People) -> Iterator[str]:
    """The leader sees what the teacher has done."""
    yield from _of_a_teacher(page, running, people)
    yield from _of_a_leader(page, running, people)


def _of_a_teacher(page: Page, running: Running, people: People) -> Iterator[str]:
    open_in_window(page, running, people.teacher, f"{people.course}-home")
    yield "home-empty"
    page.goto(f"{running.tool_url}/school")
    yield "school-choice"
    page.goto(running.track_url)
    yield "track-not-begun"
    reading, *_, quiz, reflection = running.steps(0, Phase.PREPARE)
    page.goto(running.step_url(0, reading))
    yield "step-reading"
    page.locator("[name=go]").first.click()
    page.wait_for_url(lambda now: not now.endswith(reading.id))
    yield from _quiz(page, running, quiz)
    yield from _written(page, running, reflection, "reflection")
    yield from _try_out(page, running)
    for name, url in (
        ("module", f"{running.module_url(0)}?done=A"),
        ("track", running.track_url),
        ("home", running.tool_url),
        ("step-joint", running.step_url(0, running.steps(0, Phase.TOGETHER)[0])),
        ("error-not-allowed", f"{running.tool_url}/municipality"),
    ):
        page.goto(url)
        yield name
    yield from _said_of_a_session(page, running)
    yield from _resource(page, running, reading)


def _said_of_a_session(page: Page, running: Running) -> Iterator[str]:
    page.goto(running.module_url(0))
    page.evaluate(OPEN)
    page.locator("#remarks [type=submit]").click()
    page.locator("#text-problem").wait_for()
    yield "remarks-refused"
    page.locator("#text").fill("Forarbeidet ble for langt.\nSjekklista hjalp.")
    page.locator("#kind").select_option("long")
    page.locator("main form [type=submit]").first.click()
    page.locator("#remarks [role=status]").wait_for()
    page.evaluate(OPEN)
    yield "module-with-a-remark"


def _quiz(page: Page, running: Running, quiz: Step) -> Iterator[str]:
    yield from _answers(page, running.step_url(0, quiz), quiz, "quiz")
    several = next(s for s in running.steps(1, Phase.PREPARE) if s.kind is StepKind.QUIZ)
    yield from _answers(page, running.step_url(1, several), several, "quiz-several")


def _answers(page: Page, url: str, quiz: Step, name: str) -> Iterator[str]:
    question = quiz.texts["nb"].question
    assert question is not None
    page.goto(url)
    page.evaluate(OPEN)
    yield f"step-{name}"
    page.locator("[value=check]").click()
    page.locator("#quiz-problem").wait_for()
    yield f"step-{name}-nothing-chosen"
    options = range(len(question.options))
    wrong = [n for n in options if n not in question.right][:1]
    for outcome, chosen in (("wrong", wrong), ("right", sorted(question.right))):
        for position in options:
            box = page.locator("[name=choice]").nth(position)
            if position in chosen or question.form == "several":
                box.set_checked(position in chosen)
        page.locator("[value=check]").click()
        page.locator(f".feedback.is-{outcome}").first.wait_for()
        yield f"step-{name}-{outcome}"


def _written(page: Page, running: Running, step: Step, name: str) -> Iterator[str]:
    url = running.step_url(0, step)
    page.goto(url)
    yield f"step-{name}"
    page.locator("[value=save]").click()
    page.locator("#text-problem").wait_for()
    yield f"step-{name}-empty"
    page.locator("[name=text]").fill("Skrevet først.")
    page.locator("[value=save]").click()
    page.wait_for_url(lambda now: not now.endswith(step.id))
    page.goto(url)
    yield f"step-{name}-saved"
    page.locator("[name=text]").fill("Skrevet et annet sted.")
    page.evaluate(_STALE)
    page.locator("[value=save]").click()
    page.locator("#newer").wait_for()
    yield f"step-{name}-two-texts"
    page.evaluate(_FOREIGN_FORM)
    page.locator("[value=save]").click()
    page.locator("#kept").wait_for()
    yield "error-form-too-old"


def _try_out(page: Page, running: Running) -> Iterator[str]:
    step = running.steps(0, Phase.TRY_OUT)[-1]
    url = running.step_url(0, step)
    page.goto(url)
    yield "step-try-out"
    for name, ending, start in (("refused", "exe", b"MZ"), ("kept", "pdf", b"%PDF-1.7")):
        page.locator("[name=text]").fill("De målte tiden.")
        page.locator("[name=file]").set_input_files(
            {"name": f"lapper.{ending}", "mimeType": "application/pdf", "buffer": start}
        )
        page.locator("[value=save]").click()
        if name == "refused":
            page.locator("#file-problem").wait_for()
            yield "step-try-out-file-refused"
    page.wait_for_url(lambda now: not now.endswith(step.id))
    page.goto(url)
    yield "step-try-out-with-file"


def _resource(page: Page, running: Running, step: Step) -> Iterator[str]:
    page.goto(running.resource_url(0, step))
    yield "resource"
    page.locator("[value=done]").click()
    page.locator("#answer").wait_for()
    yield "resource-read"


def _of_a_leader(page: Page, running: Running, people: People) -> Iterator[str]:
    open_in_window(page, running, people.leader, f"{people.course}-home")
    page.goto(f"{running.module_url(0)}?done=B")
    page.evaluate(OPEN)
    yield "module-leader"
    page.goto(running.step_url(0, running.steps(0, Phase.TOGETHER)[0]))
    page.evaluate(OPEN)
    yield "step-joint-leader"
    page.goto(f"{running.module_url(0)}/together/B")
    yield "together"
    for position in range(6):
        page.locator("[name=present]:enabled").nth(position).check()
    page.locator("main form button").last.click()
    page.wait_for_url("**/*?done=B")
    page.goto(f"{running.module_url(0)}/together/B")
    yield "together-recorded"
    page.goto(running.tool_url)
    page.locator("main a[href^='/schools/']:not([href$='/support'])").click()
    page.wait_for_url("**/schools/*")
    page.evaluate(OPEN)
    yield "adoption-school"


def of_the_municipality(page: Page, running: Running, people: People) -> Iterator[str]:
    open_in_window(page, running, "sample-coordinator", "office-municipality")
    yield "adoption-municipality"
    page.evaluate(OPEN)
    yield "adoption-municipality-table"
    page.locator("tbody a[href^='/schools/']").last.click()
    page.wait_for_url("**/schools/*")
    yield "adoption-school-not-begun"


def of_the_organisation(page: Page, running: Running, people: People) -> Iterator[str]:
    """As the coordinator: units, teams, the chain, people; nothing is changed but an invitation."""
    open_in_window(page, running, "sample-coordinator", "office-municipality")
    unit = page.locator("tbody a[href^='/schools/']").nth(21).get_attribute("href") or ""
    number = unit.rpartition("/")[2]
    for name, path in (
        ("units", "/units"),
        ("units-by-an-earlier-name", "/units?q=school+28"),
        ("unit-merged", unit),
        ("unit-new", "/units/new"),
        ("unit-change", f"/units/{number}"),
        ("unit-merge", "/units/merge"),
        ("unit-split", f"/units/{number}/split"),
        ("unit-close", f"/units/{number}/close"),
        ("coverage", "/coverage"),
        ("chain", "/chain"),
        ("teams", "/teams"),
        ("team", "/teams/1"),
        ("people-empty", "/people"),
        ("people", "/people?q=leader+1"),
        ("people-without-school", "/people/without-school"),
        ("invitations", "/invitations"),
        ("invitation-link", "/invitation/22222-22222"),
        ("roles", "/roles"),
        ("settings", "/settings"),
        ("spreaders-no-school", "/spreaders"),
        ("invitation", "/invitation"),
        ("accounts", "/accounts"),
    ):
        page.goto(f"{running.tool_url}{path}")
        page.evaluate(OPEN)
        yield name
    page.locator("[value=show]").click()
    page.locator(".code-shown").wait_for()
    yield "accounts-code"
    page.goto(f"{running.tool_url}/people?q=leader+1")
    page.locator("main li a").first.click()
    page.locator("#roles").wait_for()
    yield "person"
    page.locator("form[aria-labelledby=give] button").click()
    page.get_by_role("alert").wait_for()
    yield "person-refused"
    page.goto(f"{running.tool_url}/units/new")
    page.locator("main form button").click()
    page.get_by_role("alert").wait_for()
    yield "unit-new-refused"
    page.goto(f"{running.tool_url}/invitations")
    page.locator("form[aria-labelledby=new] button").click()
    page.get_by_role("alert").wait_for()
    yield "invitations-refused"
    page.select_option("#role", "author")
    page.locator("form[aria-labelledby=new] button").click()
    page.locator("#link").wait_for()
    yield "invitations-made"
    page.goto(f"{running.tool_url}/coverage")
    page.locator("form[action$='/invite'] button").first.click()
    page.locator("#invitation").wait_for()
    yield "coverage-invited"


def of_the_self_test(page: Page, running: Running, people: People) -> Iterator[str]:
    open_in_window(page, running, "sample-administrator", "office-lms")
    log_in(page, running, "sample-administrator")
    page.goto(f"{running.tool_url}/lms/1/check")
    yield "self-test-known"
    page.locator("main form button").click()
    page.locator("main [role=status]").wait_for()
    yield "self-test"


def in_the_frame(page: Page, running: Running, people: People) -> Iterator[str]:
    """The LMS's page around the tool: what a teacher has before her."""
    *_, quiz, reflection = running.steps(0, Phase.PREPARE)
    open_in_frame(page, running, people.teacher, f"{people.course}-track")
    yield "frame-step"
    for name, url in (
        ("frame-quiz", running.step_url(0, quiz)),
        ("frame-reflection", running.step_url(0, reflection)),
        ("frame-module", running.module_url(0)),
        ("frame-home", f"{running.tool_url}/"),
        ("frame-error", f"{running.tool_url}/nothing-here"),
    ):
        show_in_frame(page, url)
        yield name


def of_choosing(page: Page, running: Running, people: People) -> Iterator[str]:
    """The course's teacher puts links into it; the demo LMS shows what came."""
    course = f"{running.lms.url}/courses/{people.course}"
    page.goto(running.door(people.leader, f"{people.course}-home"))
    page.goto(f"{course}/choose")
    page.frame_locator("iframe").locator("h1").wait_for()
    yield "lms-choose"
    page.goto(f"{course}/choose/start?target=window")
    page.wait_for_url(f"{running.tool_url}/select/**")
    yield "select"
    page.locator("[data-add]").click()
    page.get_by_role("alert").wait_for()
    yield "select-nothing-ticked"
    whole = page.locator("[name=pick][value='laeringsloyper/digitale-prover']")
    found = page.locator("details.found-track").filter(has=whole)  # others may be short
    found.locator("> summary").click()
    for box in found.locator("[name=pick]").all()[:3]:
        box.check()
    yield "select-ticked"
    page.locator("[name=q]").fill("xyzzy")
    page.locator("[name=q]").press("Enter")
    page.wait_for_url("**q=xyzzy**")
    yield "select-nothing-found"
    page.route("**/post.js", lambda route: route.fulfill(body=""))
    page.locator("[data-add]").click()
    page.locator("[data-auto-post]").wait_for()
    yield "selected"
    page.unroute("**/post.js")
    page.locator("[data-auto-post] button").click()
    page.wait_for_url(f"{course}/chosen**")
    yield "lms-chosen"
    page.goto(course)
    yield "lms-course-with-chosen"
    page.goto(f"{running.tool_url}/select/none")
    yield "error-choice-closed"


# Each can be taken by itself, in a browser of its own, and yields as many pages as stand here.
PARTS: dict[Part, int] = {
    of_everybody: 16,
    of_the_lms: 10,
    of_a_school: 34,
    of_choosing: 9,
    of_the_municipality: 3,
    of_the_organisation: 29,
    of_a_schools_own_words: 11,
    of_what_one_teaches: 6,
    of_the_self_test: 2,
    of_an_author: 46,
    of_lists: 16,
}
