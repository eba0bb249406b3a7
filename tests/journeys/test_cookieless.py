"""Check 5: launches in a browser that keeps no cookie of ours in a frame, as Safari does.

The LMS keeps two values instead; then the same browser is let in, and no other.
"""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, ViewportSize, expect

from tests.journeys import cookieless
from tests.journeys.axe import COLOURS, too_wide, violations
from tests.journeys.chromium import Watch, launch_in_one_process
from tests.journeys.conftest import NewPage
from tests.journeys.cookieless import Safari
from tests.journeys.visits import button, heading, link, tool_frame

pytestmark = pytest.mark.browser
NOT_RECOGNISED = "Your browser did not let us recognise you"
NEW_TAB = "Open in a new tab"
STORAGE_SCRIPT = Path("tracks/web/static/storage.js").resolve()

# The LMS's side as it should be, but for `said(message, value)`: how it answers a question.
_LMS_SCRIPT = """
const origin = document.currentScript.dataset.toolOrigin;
const said = %s;
window.addEventListener("message", (event) => {
  const { subject, message_id, key, value } = event.data;
  if (event.origin !== origin || !["lti.put_data", "lti.get_data"].includes(subject)) return;
  const tool = event.source;
  if (subject === "lti.put_data") sessionStorage.setItem(key, value);
  const right = { subject: subject + ".response", message_id, key,
                  value: sessionStorage.getItem(key) };
  const reply = (message) => tool.postMessage(message, origin);
  if (subject === "lti.put_data") reply(right); else said(right, reply);
});
"""
RIGHT = "(right, reply) => reply(right)"
WRONG = {
    "tampered value": "(right, reply) => reply({ ...right, value: right.value + 'x' })",
    "swapped values": """(right, reply) => reply({ ...right, value: sessionStorage.getItem(
        right.key.includes('state') ? right.key.replace('state', 'nonce')
                                    : right.key.replace('nonce', 'state')) })""",
    "value of another login": """(right, reply) => {
        const name = right.key.slice(0, 10);
        const other = Object.keys(sessionStorage).find(
            (key) => key.startsWith(name) && key !== right.key);
        reply({ ...right, value: other ? sessionStorage.getItem(other) : "none yet" });
    }""",
    "no value": "(right, reply) => reply({ ...right, value: null })",
    "no text": "(right, reply) => reply({ ...right, value: 5 })",
    "no object": "(right, reply) => reply(null)",
    "no answer": "() => {}",
    "wrong message_id": "(right, reply) => reply({ ...right, message_id: 'wrong' })",
    "wrong subject": "(right, reply) => reply({ ...right, subject: 'lti.put_data.response' })",
    "error code": "(right, reply) => reply({ ...right, error: { code: 'wrong_origin' } })",
    "late answer": "(right, reply) => setTimeout(reply, 4000, right)",
    "from another origin": """(right) =>
        window.open('', 'stranger').postMessage(right, 'http://stranger.example')""",
}
# The script's checks, each taken out: then the same answer must get in, or it proved nothing.
WEAKENED = {
    "wrong message_id": ("said.message_id !== message.message_id", "said.key !== message.key"),
    "wrong subject": ('said.subject !== message.subject + ".response"', "false"),
    "error code": ("if (said.error)", "if (false)"),
    "late answer": ("PATIENCE = 2000", "PATIENCE = 8000"),
    "from another origin": ("event.origin !== plan.origin ||", ""),
}
_STRANGER = """<script>
addEventListener("message", (event) => opener.frames[0].postMessage(event.data, "*"));
</script>"""


@pytest.fixture(scope="module")
def safari(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Safari]:
    made = cookieless.start(tmp_path_factory.mktemp("safari"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def browser(browser: Browser, safari: Safari) -> Iterator[Browser]:
    made = launch_in_one_process(browser)
    yield made
    made.close()


@pytest.fixture
def watch(safari: Safari) -> Watch:
    return Watch(
        safari.tool_url,
        safari.far_host.url,
        *(lms.url for lms in (safari.lms, safari.framed_lms, safari.bare_lms, safari.far_lms)),
    )


@pytest.fixture(autouse=True)
def _cookies_lost(safari: Safari) -> None:
    safari.cookies.lost = "all"


def _frame(page: Page) -> FrameLocator:
    return page.frame_locator("iframe").first


def _go_on_in_a_tab(page: Page) -> Page:
    with page.expect_popup() as opened:
        button(_frame(page), NEW_TAB).click()
    opened.value.wait_for_url("**/t/**")
    return opened.value


def _is_not_recognised(page: Page) -> None:
    expect(heading(_frame(page))).to_have_text(NOT_RECOGNISED)
    expect(heading(_frame(page))).to_be_in_viewport()


def _lms_says(page: Page, watch: Watch, said: str) -> None:
    page.context.route(
        "**/static/storage.js",
        lambda route: (
            route.fulfill(body=_LMS_SCRIPT % said, content_type="text/javascript")
            if "127.0.0.1" in route.request.url
            else route.fallback()
        ),
    )
    watch.hosts.add("stranger.example")
    page.context.route(
        "http://stranger.example/",
        lambda route: route.fulfill(body=_STRANGER, content_type="text/html"),
    )


def _open(page: Page, safari: Safari, said: str) -> None:
    """The link, once before (so that there is another login) and with a stranger's window."""
    page.goto(safari.lms.url)
    if "stranger" in said:
        page.evaluate("() => { window.open('http://stranger.example/', 'stranger') }")
        page.wait_for_timeout(300)
    if "other" in said:
        page.goto(safari.door())
        heading(_frame(page)).wait_for()
        _frame(page).locator("code").first.wait_for()
    page.goto(safari.door())


_RENAME = """new MutationObserver(() => {
    for (const frame of document.querySelectorAll("iframe[name=tools_storage]")) {
        frame.name = "another";
    }
}).observe(document, { childList: true, subtree: true });"""
_NAMES = """() => [frames.length === 2, "tools_storage" in frames]"""


# --- what must work


def test_twenty_launches_of_twenty_arrive(new_page: NewPage, safari: Safari) -> None:
    before = safari.sign_ins()
    for person in range(1, 21):
        page = new_page()
        page.goto(safari.door(person))
        tab = _go_on_in_a_tab(page)
        expect(link(tab, "My work").first).to_be_visible()
        page.context.close()
    assert safari.sign_ins() == before + 20


def test_where_only_the_first_cookie_is_lost_the_frame_goes_on(
    new_page: NewPage, safari: Safari
) -> None:
    safari.cookies.lost = "at login"
    before = safari.sign_ins()
    page = new_page()
    page.goto(safari.door())
    expect(link(_frame(page), "My work")).to_be_visible()
    assert safari.sign_ins() == before + 1

    # And nothing is asked where the cookie came back.
    safari.cookies.lost = "none"
    page.goto(safari.door(2))
    expect(link(_frame(page), "My work")).to_be_visible()
    assert safari.sign_ins() == before + 1


def test_the_values_may_be_kept_in_a_frame_of_the_lms(new_page: NewPage, safari: Safari) -> None:
    page = new_page()
    before = safari.sign_ins()
    page.goto(safari.door(lms=safari.framed_lms))
    _go_on_in_a_tab(page)
    assert safari.sign_ins() == before + 1


@pytest.mark.parametrize("is_name_hidden", [False, True], ids=["chromium", "as in firefox"])
def test_that_frame_may_be_on_another_host_than_the_course(
    new_page: NewPage, safari: Safari, watch: Watch, is_name_hidden: bool
) -> None:
    """As with Canvas. Firefox keeps to the HTML standard, which hides the names of such frames."""
    page = new_page()
    # the page that frames us does not hear what is for the other host only
    watch.expected.append("does not match the recipient window's origin")
    if is_name_hidden:
        page.add_init_script(_RENAME)
    before = safari.sign_ins()
    page.goto(safari.door(lms=safari.far_lms))
    _go_on_in_a_tab(page)
    assert safari.sign_ins() == before + 1
    assert page.evaluate(_NAMES) == [True, not is_name_hidden]


def test_an_lms_without_storage_leads_to_the_course_in_a_tab(
    new_page: NewPage, safari: Safari
) -> None:
    page = new_page()
    page.goto(safari.door(lms=safari.bare_lms))
    _is_not_recognised(page)
    with page.expect_popup() as opened:
        link(_frame(page), "Open the course in a new tab").click()
    expect(heading(opened.value)).to_be_visible()
    assert opened.value.url.startswith(f"{safari.bare_lms.url}/courses/school-13/return")


def test_without_javascript_there_is_a_button_at_each_step(
    new_page: NewPage, safari: Safari
) -> None:
    page = new_page(java_script_enabled=False)
    before = safari.sign_ins()
    page.goto(safari.door())
    link(_frame(page), "Continue").click()
    button(_frame(page), "Continue").click()  # the LMS's
    # The next one has the same name, and the LMS's must not be pressed twice.
    page.frames[1].wait_for_url(f"{safari.tool_url}/**")
    button(_frame(page), "Continue").click()
    _is_not_recognised(page)
    with page.expect_popup() as opened:
        link(_frame(page), NEW_TAB).click()
    button(opened.value, "Continue").click()  # the LMS's, in a tab where cookies last
    expect(link(opened.value, "My work").first).to_be_visible()
    assert safari.sign_ins() == before + 1


# --- what must not


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_answer_of_the_lms_signs_nobody_in(
    new_page: NewPage, safari: Safari, watch: Watch, case: str
) -> None:
    page = new_page()
    before = safari.sign_ins()
    _lms_says(page, watch, WRONG[case])

    _open(page, safari, WRONG[case])

    _is_not_recognised(page)
    if case == "late answer":
        page.wait_for_timeout(2500)
        _is_not_recognised(page)
    assert safari.sign_ins() == before
    # Never a dead end: the same launch, begun again where cookies last.
    with page.expect_popup(lambda popup: "stranger" not in popup.url) as opened:
        link(_frame(page), NEW_TAB).click()
    expect(link(opened.value, "My work").first).to_be_visible()
    assert safari.sign_ins() == before + 1


def test_the_right_answer_of_that_lms_lets_in(
    new_page: NewPage, safari: Safari, watch: Watch
) -> None:
    page = new_page()
    before = safari.sign_ins()
    _lms_says(page, watch, RIGHT)
    _open(page, safari, RIGHT)
    _go_on_in_a_tab(page)
    assert safari.sign_ins() == before + 1


@pytest.mark.parametrize("case", WEAKENED)
def test_without_the_scripts_check_the_wrong_answer_would_get_in(
    new_page: NewPage, safari: Safari, watch: Watch, case: str
) -> None:
    page = new_page()
    before = safari.sign_ins()
    check, nothing = WEAKENED[case]
    source = STORAGE_SCRIPT.read_text("utf-8")
    assert source.count(check) == 1
    weak = source.replace(check, nothing)
    _lms_says(page, watch, WRONG[case])
    page.context.route(
        f"{safari.tool_url}/static/storage.js",
        lambda route: route.fulfill(body=weak, content_type="text/javascript"),
    )
    _open(page, safari, WRONG[case])
    _go_on_in_a_tab(page)
    assert safari.sign_ins() == before + 1


def _login_page(page: Page, safari: Safari, person: int) -> str:
    """The tool's page after a login in the browser of `page`, which does not show it."""
    page.request.get(safari.door(person))
    start = f"{safari.lms.url}/courses/school-13/links/school-13-track/start?target=iframe"
    return page.request.get(start).text()


def _stolen(page: Page, safari: Safari, person: int) -> tuple[dict[str, str], dict[str, str]]:
    """The form of a launch that this browser began, and what its LMS would keep for it."""
    shown = _login_page(page, safari, person)
    plan = json.loads(unescape(re.findall(r"data-storage='([^']+)'", shown)[0]))
    address = re.findall(r'href="(http://127[^"]+/lti/auth[^"]+)"', shown)[0]
    form = page.request.get(unescape(address)).text()
    fields = {
        name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="(.+)"', form)
    }
    kept = {plan[f"{name}_key"]: plan[f"{name}_value"] for name in ("state", "nonce")}
    return fields, kept


_POST = """([action, fields]) => {
    const form = Object.assign(document.createElement("form"), { method: "post", action });
    for (const [name, value] of Object.entries(fields)) {
        form.append(Object.assign(document.createElement("input"), { name, value }));
    }
    document.body.append(form);
    form.submit();
}"""


def test_a_form_moved_to_a_second_browser_signs_nobody_in(
    new_page: NewPage, safari: Safari
) -> None:
    """As in login CSRF: the thief's own launch, posted in the frame of somebody else's LMS."""
    thief, victim = new_page(), new_page()
    before = safari.sign_ins()
    action = f"{safari.tool_url}/lti/launch"
    for person in range(1, 6):
        victim.goto(safari.door(10))
        button(_frame(victim), NEW_TAB).wait_for()
        fields, _ = _stolen(thief, safari, person)
        tool_frame(victim).evaluate(_POST, [action, fields])
        _is_not_recognised(victim)
    assert safari.sign_ins() == before

    # Control: were the thief's values in the victim's LMS, nothing else would stand in the way.
    victim.goto(safari.door(10))
    button(_frame(victim), NEW_TAB).wait_for()
    fields, kept = _stolen(thief, safari, 6)
    victim.evaluate("(all) => Object.entries(all).forEach((each) => kept.set(...each))", kept)
    tool_frame(victim).evaluate(_POST, [action, fields])
    _go_on_in_a_tab(victim)
    assert safari.sign_ins() == before + 1


@pytest.mark.parametrize(
    "name", ["</script><script>alert(1)</script>", "' onclick='alert(1)", 'x"><img src=x>']
)
def test_a_frames_name_cannot_break_out_of_the_page(
    new_page: NewPage, safari: Safari, name: str
) -> None:
    page = new_page()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    before = safari.sign_ins()
    page.goto(safari.door())
    button(_frame(page), NEW_TAB).wait_for()
    start = f"{safari.lms.url}/courses/school-13/links/school-13-track/start?target=iframe"
    login = page.request.get(start, max_redirects=0).headers["location"]

    tool_frame(page).goto(login.replace("_parent", quote(name)))

    _is_not_recognised(page)
    assert safari.sign_ins() == before


# --- what people see


@pytest.mark.parametrize("language", ["nb", "nn", "sv", "en"])
def test_the_pages_in_between_can_be_read_by_everybody(
    new_page: NewPage, safari: Safari, axe: str, language: str
) -> None:
    page = new_page(locale=language, viewport=ViewportSize(width=352, height=800))
    found = []
    # Held where they would pass in a moment: the script that goes on does not load.
    page.context.route(f"{safari.tool_url}/static/storage.js", lambda route: route.fulfill(body=""))
    page.goto(safari.door())
    for step in ("a[data-storage]", "form[data-storage]"):
        _frame(page).locator(step).wait_for()
        found += _look(page, axe, language)
        _frame(page).locator("main .ds-button").click()
    _frame(page).locator("code").first.wait_for()
    found += _look(page, axe, language)
    page.context.unroute(f"{safari.tool_url}/static/storage.js")
    page.goto(safari.door())
    _frame(page).locator("form[target=_blank]").wait_for()
    found += _look(page, axe, language)
    assert found == []


def _look(page: Page, axe: str, language: str) -> list[str]:
    place = tool_frame(page)
    assert place.evaluate("document.documentElement.lang") == language
    found = violations(place, axe) + too_wide(place)
    page.emulate_media(color_scheme="dark")
    found += violations(place, axe, *COLOURS)
    page.emulate_media(color_scheme="light")
    return found
