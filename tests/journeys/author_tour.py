"""The author's pages, each in each of its states; and what a teacher sees of a second version."""

from collections.abc import Iterator

from playwright.sync_api import Locator, Page

from tests.journeys.running import Running
from tests.journeys.visits import OPEN, People, open_in_window

_STALE = "() => { document.querySelector('[name=revision]').value = '0' }"
_WRITTEN = {
    "{#les}\n": "{#les}\n\nTo grupper måler det samme bordet og får ulike tall.\n",
    "{#del}\n": "{#del}\n\nHvilke tall fikk dere?\n",
    "{#prov}\n": "{#prov}\nLa klassen måle noe. Hvordan gikk det?\n",
    "{#tilbake}\n": "{#tilbake}\n\nHva vil dere beholde?\n",
}


def of_an_author(page: Page, running: Running, people: People) -> Iterator[str]:
    teacher, school = people.teacher, people.school
    page.set_default_timeout(30_000)  # the first check starts the process that reads
    author(page, running)
    for name in ("expiring", "uses"):
        page.goto(f"{running.tool_url}/catalogue/{name}")
        yield f"author-{name}"
    yield from _answered(page, f"{running.tool_url}/authoring/{running.track.id}/remarks")
    track = f"a-male-{school}"
    base = f"{running.tool_url}/authoring/{track}"
    yield from _begun(page, running, school)
    yield from _written(page, f"{base}/01-alt.nb.md")
    yield from _arranged(page, f"{base}/01-alt.nb.md/steps")
    yield from _translated(page, f"{base}/01-alt.sv.md")
    yield from _looked_back(page, f"{base}/01-alt.nb.md")
    yield from _media(page, f"{base}/media")
    yield from _with_others(page, running, f"{base}/people")
    _write(page, f"{base}/track.nb.md", "version: ", "version: 0.")  # beside what publishing writes
    yield from _published(page, base, "1.0", "author-publish-first")
    yield "author-track-published"
    yield from _taken_along(page, f"{base}/export")
    yield from _two_texts(page, base)
    public = f"{running.tool_url}/t/{running.publisher}/{track}"
    _read_by_a_teacher(page, running, teacher, school, public)
    author(page, running)
    for language in ("nb", "sv"):
        _write(page, f"{base}/01-alt.{language}.md", "får ulike tall", "får sjelden like tall")
        _press(page, page.locator("[value=save]"))
        if language == "nb":
            page.goto(f"{base}/01-alt.sv.md/translation")
            page.locator("#since").wait_for()
            yield "author-translation-old"
    yield from _published(page, base, "1.1", "author-publish-again")
    open_in_window(page, running, teacher, f"school-{school}-home")
    page.goto(public)
    yield "track-with-news"
    page.goto(f"{public}/-/changes")
    yield "changes-since-you-read"


def author(page: Page, running: Running) -> None:
    open_in_window(page, running, "sample-author", "office-authoring")


def _answered(page: Page, url: str) -> Iterator[str]:
    page.goto(url)
    yield "author-remarks"
    page.locator("[value=not-now]").first.click()
    page.get_by_role("alert").wait_for()
    yield "author-remarks-refused"
    page.goto(f"{url}?show=answered")
    yield "author-remarks-answered"


def _begun(page: Page, running: Running, school: int) -> Iterator[str]:
    page.goto(f"{running.tool_url}/authoring")
    page.evaluate(OPEN)
    yield "author-home"
    page.locator("#new-track button").click()
    page.get_by_role("alert").wait_for()
    yield "author-home-refused"
    page.locator("#title").fill(f"Å måle {school}")
    for box in page.locator("#new-track [name=language]").all():
        box.set_checked(box.get_attribute("value") in ("nb", "sv"))
    _press(page, page.locator("#new-track button"))
    yield "author-track-begun"
    page.locator("#title").fill("Alt")
    _press(page, page.locator("[value=add]"))
    page.evaluate(OPEN)
    yield "author-track-with-a-session"


def _with_others(page: Page, running: Running, people: str) -> Iterator[str]:
    page.goto(people)
    yield "author-people"
    page.locator("[value=invite]").click()
    page.locator("#invitation").wait_for()
    yield "author-people-invited"
    page.goto(f"{running.tool_url}/authoring/-/git")
    yield "author-git"
    page.locator("#name").fill("PC-en på jobben")
    page.locator("[value=make]").click()
    page.locator("#token").wait_for()
    yield "author-git-made"
    page.goto(f"{running.tool_url}/authoring/-/join")
    page.locator("#code").fill("AAAAA-AAAAA")
    page.locator("main form button").click()
    page.get_by_role("alert").wait_for()
    yield "author-join-refused"


def _written(page: Page, file: str) -> Iterator[str]:
    page.goto(file)
    page.locator(".line").first.wait_for()
    yield "author-editor-begun"
    for old, new in _WRITTEN.items():
        _replace(page, old, new)
    page.locator("#piece").select_option("leader")
    page.locator("[value=insert]").click()
    _press(page, page.locator("[value=check]"))
    page.evaluate(OPEN)
    yield "author-editor"
    page.goto(f"{file}/preview?view=leader")
    yield "author-preview"
    page.goto(f"{file}/about")
    yield "author-front"
    page.locator("#minutes-A").fill("mange")
    page.locator("main form [type=submit]").click()
    page.get_by_role("alert").wait_for()
    yield "author-front-refused"
    page.locator("#minutes-A").fill("25")
    _press(page, page.locator("main form [type=submit]"))
    page.goto(f"{file}/changes")
    yield "author-draft-changes"
    page.goto(file)
    page.evaluate(_STALE)
    page.locator("#text").fill("Skrevet et annet sted.")
    page.locator("[value=check]").click()
    page.locator("#newer").wait_for()
    yield "author-editor-two-texts"
    page.evaluate("() => localStorage.clear()")
    page.goto(file)
    page.locator("#note").fill("Alt som hører til")
    _press(page, page.locator("[value=save]"))
    yield "author-editor-in-library"
    page.locator("#questions-in summary").click()
    page.locator("#questions").fill("Et spørsmål uten svar.")
    page.locator("[value=questions]").click()
    page.locator("#questions-told").wait_for()
    yield "author-editor-questions-refused"
    body = page.locator("#text").input_value()
    page.goto(file.replace(".nb.", ".sv."))
    page.locator("#text").fill(body)
    _press(page, page.locator("[value=save]"))


def _arranged(page: Page, url: str) -> Iterator[str]:
    page.goto(url)
    page.evaluate(OPEN)
    yield "author-steps"
    page.goto(f"{url}?step=les")
    yield "author-steps-one"
    page.locator("#id-les").fill("Å lese")
    page.locator("[value=rename]").first.click()
    page.get_by_role("alert").wait_for()
    yield "author-steps-refused"


def _translated(page: Page, file: str) -> Iterator[str]:
    page.goto(f"{file}/translation")
    _press(page, page.locator("[value=translated]"))
    yield "author-translation"
    page.goto(file)
    _press(page, page.locator("[value=save]"))


def _looked_back(page: Page, file: str) -> Iterator[str]:
    page.goto(f"{file}/history")
    yield "author-history"
    page.locator("main ol a").last.click()
    page.wait_for_url("**/history/*")
    yield "author-history-state"
    _press(page, page.locator("main form button"))
    yield "author-editor-restored"
    page.evaluate(OPEN)
    _press(page, page.locator("[value=drop]"))


def _media(page: Page, url: str) -> Iterator[str]:
    page.goto(url)
    yield "author-media-empty"
    given = {"name": "lapp.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    page.locator("#file").set_input_files({**given, "buffer": b"MZ"})
    page.locator("main form [type=submit]").first.click()
    page.get_by_role("alert").wait_for()
    yield "author-media-refused"
    page.locator("#file").set_input_files(given)
    page.locator("main form [type=submit]").first.click()
    page.get_by_role("status").wait_for()
    yield "author-media"


def _published(page: Page, base: str, version: str, name: str) -> Iterator[str]:
    page.goto(f"{base}/publish")
    yield name
    page.locator("#version").fill("tre")
    page.locator("main form [type=submit]").click()
    page.get_by_role("alert").wait_for()
    yield f"{name}-refused"
    page.locator("#version").fill(version)
    _press(page, page.locator("main form [type=submit]"))


def _taken_along(page: Page, url: str) -> Iterator[str]:
    page.goto(url)
    yield "author-export"
    page.locator("#format-cartridge").check()
    page.locator("#formats [type=submit]").click()
    page.locator("#losses").wait_for()
    yield "author-export-losses"


def _two_texts(page: Page, base: str) -> Iterator[str]:
    """The draft says 0.something where publishing has written 1.0 meanwhile."""
    page.goto(f"{base}/track.nb.md")
    page.locator("[value=save]").click()
    page.wait_for_url("**/merge")
    yield "author-merge"
    page.locator("main form [type=submit]").click()
    page.get_by_role("alert").wait_for()
    yield "author-merge-undecided"
    for each in page.locator("[value=theirs]").all():
        each.check()
    _press(page, page.locator("main form [type=submit]"))
    yield "author-editor-merged"
    page.evaluate(OPEN)
    if page.locator("[value=drop]").count():
        _press(page, page.locator("[value=drop]"))


def _read_by_a_teacher(
    page: Page, running: Running, teacher: str, school: int, public: str
) -> None:
    open_in_window(page, running, teacher, f"school-{school}-home")
    page.goto(f"{public}/alt/les")
    page.locator("[name=go]").first.click()
    page.wait_for_url(lambda now: not now.endswith("/les"))


def _write(page: Page, file: str, old: str, new: str) -> None:
    """Into the draft."""
    page.goto(file)
    page.locator(".line").first.wait_for()
    _replace(page, old, new)
    _press(page, page.locator("[value=check]"))


def _press(page: Page, button: Locator) -> None:
    with page.expect_navigation():
        button.click()


def _replace(page: Page, old: str, new: str) -> None:
    before = page.locator("#text").input_value()
    assert old in before, old
    page.locator("#text").fill(before.replace(old, new, 1))
