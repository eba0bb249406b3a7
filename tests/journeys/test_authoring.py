"""A new author, with the manual only: every block, five planted errors, published (journey 5.4)."""

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from content.beginnings import PIECES
from tests.journeys.axe import too_wide, violations
from tests.journeys.chromium import Watch
from tests.journeys.conftest import NewPage
from tests.journeys.manual import AS_TOLD, planted_errors, write_library
from tests.journeys.running import Running, start
from tests.journeys.visits import button, heading, link, open_in_frame, open_in_window

pytestmark = pytest.mark.browser

# What stands inside a step of reading, in the order it is put in.
INSIDE = ("leader", "device", "access", "note", "table", "picture", "include")


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An installation of its own: what is published here stays out of the other journeys."""
    made = start(tmp_path_factory.mktemp("press"))
    yield made
    made.stop()


@pytest.fixture
def watch(press: Running) -> Watch:
    return Watch(press.tool_url, press.lms.url)


def desk(page: Page, press: Running) -> None:
    open_in_window(page, press, "sample-author", "office-authoring")
    expect(heading(page)).to_have_text("Write tracks")


def is_fine(page: Page, axe: str) -> None:
    """No violation and nothing sideways, wide and narrow."""
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        found = [*violations(page, axe), *too_wide(page)]
        assert found == [], (page.url, width)
    page.set_viewport_size({"width": 1280, "height": 900})


def begin(page: Page, title: str) -> None:
    """A track in bokmål with one session, and its editor."""
    page.get_by_label("Title").fill(title)
    page.get_by_label("English").uncheck()
    page.get_by_label("norsk bokmål").check()
    button(page, "Begin the track").click()
    expect(heading(page)).to_have_text(title)
    page.get_by_label("Title").fill("Alt som finnes")
    button(page, "Begin the session").click()
    link(page, "Alt som finnes (nb)").click()
    expect(heading(page)).to_have_text("Alt som finnes")


def text(page: Page) -> str:
    return page.get_by_label("The text", exact=True).input_value()


def write(page: Page, old: str, new: str) -> None:
    before = text(page)
    assert old in before, old
    page.get_by_label("The text", exact=True).fill(before.replace(old, new, 1))


def cursor_to(page: Page, words: str) -> None:
    at = text(page).index(words)
    page.get_by_label("The text", exact=True).evaluate(
        f"field => {{ field.focus(); field.setSelectionRange({at}, {at}); }}"
    )


def put_in(page: Page, kind: str) -> None:
    page.locator("#piece").select_option(kind)
    page.locator("button[value=insert]").click()


_OF_A_CHECK = ("html", "lines")


def to_mend(page: Page, count: int) -> None:
    words = "Nothing to mend." if count == 0 else f"{count} to mend"
    try:
        expect(page.locator("#problems")).to_have_text(words, timeout=20_000)
    except AssertionError:
        pytest.fail(page.locator("#problem-list").inner_text())


def saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_have_text(re.compile(r"Draft saved \d\d:\d\d"))


def a_picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(made, "PNG")
    return made.getvalue()


def test_a_new_author_writes_every_block_and_publishes(
    new_page: NewPage, press: Running, axe: str, watch: Watch
) -> None:
    watch.expected.append("status of 422")  # a picture without words is refused
    page = new_page()
    desk(page, press)
    is_fine(page, axe)
    begin(page, "Måling for alle")
    to_mend(page, 4)
    expect(page.locator("#problem-list")).to_contain_text("a step without text")
    expect(page.locator("#problem-list")).to_contain_text("Write the step's text under its heading")

    # every block: what stands in the step of reading, then steps of their own
    write(page, "{#les}\n", "{#les}\n\nEt mål har en enhet.\n")
    field = page.get_by_label("The text", exact=True)
    cursor_to(page, "en enhet.")
    for kind in INSIDE:
        put_in(page, kind)
    for kind in PIECES:
        if kind not in INSIDE:
            put_in(page, kind)
    to_mend(page, 8)  # the list has grown: what stands below it moves no more
    cursor_to(page, "en enhet.")
    # by the keyboard: a list that is drawn anew above them does not move what is pressed
    page.locator("summary", has_text="Add a picture or a file").press("Enter")
    page.locator("#file").set_input_files(
        {"name": "Et glass.png", "mimeType": "image/png", "buffer": a_picture()}
    )
    button(page, "Add the file").press("Enter")
    expect(page.locator("[data-upload]")).to_contain_text("Say in words what the picture shows")
    page.get_by_label("What the picture shows, in words").fill("Et glass med vann")
    button(page, "Add the file").press("Enter")
    expect(field).to_have_value(re.compile(re.escape("![Et glass med vann](media/et-glass.png)")))
    page.locator("#file").set_input_files(
        {"name": "film.nb.vtt", "mimeType": "text/vtt", "buffer": b"WEBVTT\n\n"}
    )
    button(page, "Add the file").press("Enter")
    expect(page.locator("[data-upload]")).to_contain_text("captions=media/film.nb.vtt")
    assert "film.nb.vtt" not in text(page)  # teachers would read it
    for old, new in (
        ("{#del}\n", "{#del}\n\nFortell hverandre.\n"),
        ("{#prov}\n", "{#prov}\nHvordan gikk det?\n"),
        ("{#tilbake}\n", "{#tilbake}\n\nHva beholder dere?\n"),
        ("title: Alt som finnes\n", "title: Alt som finnes\ndevices: [ipad, chromebook, pc]\n"),
    ):
        write(page, old, new)
    to_mend(page, 5)
    # those that need something only the author knows: told with what is expected
    expect(page.locator("#problem-list")).to_contain_text("does not say what the image shows")
    expect(page.locator("#problem-list")).to_contain_text(
        "Put the file in the track's media folder"
    )
    expect(page.locator("#problem-list")).to_contain_text("there is no track/module#step")
    expect(page.locator("#problem-list")).to_contain_text("starts='0000-00-00T15:00' is no time")
    expect(page.locator("#problem-list")).to_contain_text("starts=2027-01-14T15:00")
    write(page, "starts=0000-00-00", "starts=2027-01-14")
    write(page, "ends=0000-00-00", "ends=2027-01-14")
    write(page, "![Si med ord hva bildet viser](media/)", "![Et glass](media/et-glass.png)")
    write(page, "track/module#step", "maling-for-alle/alt-som-finnes#resource-1")
    write(page, 'captions="nb"}', 'captions="nb" described=yes}')
    to_mend(page, 0)
    preview = page.frame_locator("#preview")
    expect(preview.locator("img[alt='Et glass med vann']")).to_have_count(1)
    expect(preview.locator("input[type=radio]").first).to_be_visible()
    expect(preview.get_by_text("Leader script")).to_have_count(0)
    button(page, "Leader").click()
    expect(preview.get_by_text("Leader script").first).to_be_visible()
    is_fine(page, axe)

    # five planted errors, each mended by what its message says
    planted = (
        ("- ( ) Andre svar", "- (x) Andre svar", "needs exactly one (x)"),
        ("![Et glass med vann](", "![](", "Write what it shows"),
        ("Et mål har en enhet.", "Et <b>mål</b> har en enhet.", "Write it in Markdown"),
        ("{#scale-1 1..5}", "{#scale-1 5..1}", "1..5"),
        ("minutes: {A: 30, ", "minutes: {A: 0, ", "minutes: {A: 30"),
    )
    for right, wrong, _ in planted:
        write(page, right, wrong)
    expect(page.locator(".problem.is-error").nth(4)).to_be_visible(timeout=20_000)
    for right, wrong, hint in planted:
        item = page.locator(".problem", has_text=hint).first
        expect(item).to_be_visible()
        item.locator("[data-line]").click()
        chosen = field.evaluate("f => f.value.slice(f.selectionStart, f.selectionEnd)")
        near = text(page)[max(0, text(page).index(chosen) - 200) :][: len(chosen) + 400]
        assert wrong.strip()[:12] in near, (chosen, wrong)
        write(page, wrong, right)
        expect(page.locator(".problem", has_text=hint)).to_have_count(0, timeout=20_000)
    to_mend(page, 0)
    assert page.locator(".line.is-error").count() == 0

    # and the five of the manual, with what it says of them and the buttons it names
    write(page, "{#tilbake}\n", "{#tilbake}\n\n![To glass](media/et-glass.png)\n")
    for error in planted_errors():
        before = text(page)
        wrong = error.text.replace("media/glass.png", "media/et-glass.png")
        field.fill(before.replace("## B", f"{wrong}\n## B", 1))
        item = page.locator(".problem", has=page.locator(f"code:text-is('{error.code}')"))
        expect(item).to_have_count(1, timeout=20_000)
        told = " ".join(item.inner_text().split())
        assert error.message in told
        assert error.hint in told
        saved(page)
        if error.code == "image-text":
            item.get_by_label("What the picture shows, in words").fill("To glass, ett med is")
            item.get_by_role("button", name="Put the words in").click()
        elif error.code == "id-missing":
            item.get_by_role("button", name="Mend it for me").click()
        elif error.code == "visible-unknown":
            item.get_by_role("button", name="Write “private” instead").click()
        else:
            field.fill(AS_TOLD[error.code](text(page)))
        to_mend(page, 0)
    assert len(planted_errors()) == 5

    button(page, "Put into the library").click()
    expect(page.get_by_role("status").first).to_contain_text("It is in the library now")
    link(page, "Måling for alle").click()
    is_fine(page, axe)
    link(page, "Publish").click()
    expect(page.get_by_text("This track has not been published before.")).to_be_visible()
    is_fine(page, axe)
    page.get_by_label("Version").fill("1.0")
    button(page, "Publish this version").click()
    expect(page.get_by_role("status")).to_contain_text("It is published")
    way = link(page, "Public page, link and QR code").get_attribute("href")
    assert way == f"/catalogue/{press.publisher}/maling-for-alle"

    teacher = new_page()
    open_in_window(teacher, press, "sample-11-02", "school-11-home")
    teacher.goto(f"{press.tool_url}/t/{press.publisher}/maling-for-alle/alt-som-finnes")
    expect(heading(teacher)).to_have_text("Alt som finnes")
    assert teacher.locator(".steps li").count() > 15
    link(teacher, "Les dette først").click()
    expect(teacher.locator("img[alt='Et glass med vann']").first).to_be_visible()
    expect(teacher.get_by_text("Leader script")).to_have_count(0)


def test_another_session_is_written_in_an_editor_checked_in_a_terminal_and_published(
    new_page: NewPage, press: Running, tmp_path: Path
) -> None:
    """The files and steps are those of the manual; the five errors too, mended as they are told."""
    library = tmp_path / "my-library"
    library.mkdir()
    write_library(library)
    assert checked(library) == (0, "0 to mend")
    file = library / "malinger" / "02-alt.nb.md"
    right = file.read_text("utf-8")
    (library / "malinger" / "media" / "glass.png").write_bytes(a_picture())
    wrong = "\n".join(error.text for error in planted_errors())
    for each in ("nb", "sv"):
        planted = right.replace("## B", f"{wrong}\n## B", 1)
        file.with_name(f"02-alt.{each}.md").write_text(planted, "utf-8")

    code, output = checked(library)

    assert code != 0
    for error in planted_errors():
        found = [each for each in output.split("\n") if f": {error.code}: " in each]
        assert [each.split(":")[0] for each in found] == [
            *("malinger/02-alt.nb.md", "malinger/02-alt.sv.md"),
        ]
        assert all(error.message in each for each in found)
        assert error.hint in " ".join(output.split())
        # one after the other, by what the message says
        for each in ("nb", "sv"):
            place = file.with_name(f"02-alt.{each}.md")
            place.write_text(AS_TOLD[error.code](place.read_text("utf-8")), "utf-8")
        code, left = checked(library)
        assert f": {error.code}: " not in left
    assert (code, left) == (0, "0 to mend")

    page = new_page()
    desk(page, press)
    page.locator("#zip").set_input_files(
        {"name": "malinger.zip", "mimeType": "application/zip", "buffer": zipped(library)}
    )
    button(page, "Take it in").click()
    expect(page.get_by_role("status")).to_contain_text("is in the library now")
    link(page, "Publish").click()
    button(page, "Publish this version").click()
    expect(page.get_by_role("status")).to_contain_text("It is published")
    teacher = new_page()
    open_in_window(teacher, press, "sample-11-03", "school-11-home")
    teacher.goto(f"{press.tool_url}/t/{press.publisher}/malinger/alt")
    expect(heading(teacher)).to_have_text("Alt som finnes")
    ids = re.findall(r"\{#([\w-]+)", right)
    shown = {
        str(each.get_attribute("href")).rpartition("/")[2]
        for each in teacher.locator(".steps a").all()
    }
    assert set(ids) <= shown


def checked(library: Path) -> tuple[int, str]:
    """As in a terminal; without a word about what is to look at."""
    done = subprocess.run(
        [sys.executable, "-m", "tracks", "content", "check", str(library), "--language", "en"],
        capture_output=True,
        text=True,
        check=False,
    )
    counted = re.search(r"^(\d+ to mend), \d+ to look at$", done.stdout, re.M)
    assert counted, done.stdout + done.stderr
    return done.returncode, counted[1] if counted[1] == "0 to mend" else done.stdout


def zipped(library: Path) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for place in sorted(library.rglob("*")):
            if place.is_file():
                archive.write(place, place.relative_to(library).as_posix())
    return made.getvalue()


def test_the_main_path_without_javascript(new_page: NewPage, press: Running, axe: str) -> None:
    lms = new_page(java_script_enabled=False)
    lms.goto(press.door("sample-author", "office-authoring"))
    with lms.expect_popup() as opened:
        link(lms, "Open in a new tab").click()
    page = opened.value
    button(page, "Continue").click()  # what JavaScript would have pressed
    begin(page, "Uten skript")
    expect(page.locator("#problems")).to_have_text("4 to mend")

    body = text(page)
    for id_ in ("les", "del", "tilbake"):
        body = body.replace(f"{{#{id_}}}\n", f"{{#{id_}}}\n\nTekst {id_}.\n")
    page.get_by_label("The text", exact=True).fill(body)
    button(page, "Check and preview").click()
    expect(page.locator("#problems")).to_have_text("1 to mend")
    expect(page.frame_locator("#preview").get_by_text("Tekst les.")).to_be_visible()
    page.get_by_label("The text", exact=True).fill(
        body.replace("{#prov}\n", "{#prov}\nHvordan gikk det?\n")
    )
    page.locator("#piece").select_option("quiz-one")
    page.locator("#phase").select_option("B")
    page.locator("button[value=insert]").click()
    expect(page.locator("#problems")).to_have_text("Nothing to mend.")
    assert "::: quiz {#quiz-1}" in text(page)
    page.get_by_text("Take in questions from Moodle").click()
    page.get_by_label("Questions in GIFT").fill("::Sum::Hvor mye er 2 + 2? {=4 ~5}\n\nMer.")
    page.locator("#questions-phase").select_option("D")
    button(page, "Take in the questions").click()
    expect(page.get_by_role("alert")).to_contain_text("No question was taken in.", timeout=20_000)
    expect(page.locator("#questions-told")).to_contain_text("Line 3")
    page.get_by_label("Questions in GIFT").fill("::Sum::Hvor mye er 2 + 2? {=4 ~5}")
    button(page, "Take in the questions").click()
    expect(page.get_by_role("status").first).to_contain_text("The questions are in your draft")
    expect(page.locator("#problems")).to_have_text("Nothing to mend.")
    expect(page.frame_locator("#preview").get_by_text("Hvor mye er 2 + 2?")).to_be_visible()
    link(page, "Title, minutes and codes").click()
    page.get_by_label("A Prepare").fill("25")
    button(page, "Write into my draft").click()
    assert "minutes: {A: 25, B: 45, C: 60, D: 30}" in text(page)
    button(page, "Put into the library").click()
    link(page, "Uten skript").click()
    link(page, "Publish").click()
    button(page, "Publish this version").click()
    expect(page.get_by_role("status")).to_contain_text("It is published")
    link(page, "Print it or take it to another system").click()
    page.get_by_label("For Moodle", exact=True).check()
    button(page, "Make the file").click()
    expect(page.locator("#losses")).to_contain_text("but has no field for the answer")
    with page.expect_download() as made:
        button(page, "Fetch the file all the same").click()
    assert made.value.suggested_filename == "uten-skript.imscc"
    assert zipfile.is_zipfile(made.value.path())


def test_a_lost_connection_and_a_lost_sign_in_lose_no_word(
    new_page: NewPage, press: Running, watch: Watch
) -> None:
    watch.expected += ["ERR_FAILED", "status of 401"]
    page = new_page()
    desk(page, press)
    begin(page, "Dårlig nett")
    url = page.url
    write(page, "{#les}\n", "{#les}\n\nFørste.\n")
    saved(page)

    context = page.context
    context.route("**/01-alt-som-finnes.nb.md", lambda route: route.abort())
    write(page, "Første.", "Første. Andre.")
    expect(page.locator("[data-saved]")).to_contain_text("kept in this browser")
    context.unroute("**/01-alt-som-finnes.nb.md")
    page.goto(f"{press.tool_url}/help")
    page.goto(url)
    saved(page)
    assert "Første. Andre." in text(page)

    context.clear_cookies()
    write(page, "Andre.", "Andre. Tredje.")
    expect(page.locator("[data-saved]")).to_contain_text("You are no longer signed in")
    desk(page, press)
    page.goto(url)
    saved(page)
    assert "Første. Andre. Tredje." in text(page)


def test_what_there_was_no_time_to_check_is_checked_a_moment_later(
    new_page: NewPage, press: Running
) -> None:
    """Nothing has to be typed for it."""
    page = new_page()
    desk(page, press)
    begin(page, "Travelt")
    to_mend(page, 4)

    def not_checked(route: Route) -> None:
        answer = route.fetch()
        said = {name: value for name, value in answer.json().items() if name not in _OF_A_CHECK}
        route.fulfill(response=answer, json=said | {"isChecked": False})

    page.route("**/01-alt-som-finnes.nb.md", not_checked, times=1)
    write(page, "{#les}\n", "{#les}\n\nFørste.\n")
    saved(page)
    to_mend(page, 3)


def test_two_tabs_meet(new_page: NewPage, press: Running, axe: str, watch: Watch) -> None:
    watch.expected.append("status of 409")
    one = new_page()
    desk(one, press)
    begin(one, "To faner")
    two = one.context.new_page()
    two.goto(one.url)
    write(one, "{#les}\n", "{#les}\n\nFra den ene.\n")
    saved(one)
    write(two, "{#del}\n", "{#del}\n\nFra den andre.\n")
    expect(two.locator("[data-saved]")).to_contain_text("Press “Check and preview” to see both")
    button(two, "Check and preview").click()
    expect(two.get_by_label("What is saved now")).to_have_value(re.compile("Fra den ene."))
    assert "Fra den andre." in text(two)
    is_fine(two, axe)


def test_in_the_frame_of_the_lms(new_page: NewPage, press: Running) -> None:
    """Drafts, checks and the preview inside a frame inside a frame."""
    page = new_page()
    frame = open_in_frame(page, press, "sample-author", "office-authoring")
    frame.get_by_role("link", name=press.track.texts["nb"].title, exact=True).click()
    frame.locator("main a[href*='.nb.md']").nth(1).click()
    expect(frame.locator("#problems")).to_have_text("Nothing to mend.")
    expect(frame.frame_locator("#preview").get_by_role("heading", level=1)).to_be_visible()
    expect(frame.locator(".line").nth(3)).to_be_visible()
