"""The editor over HTTP: drafts, problems with their lines, the library, other people."""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from flask.testing import FlaskClient

from content.workers.loading import ReadingFailed
from tests.factories.databases import LIBRARY
from tests.factories.tool import Tool
from tests.tracks.authoring.conftest import become_author
from tests.tracks.authoring.pages import FILE, field, follow, send, text_of
from tracks.authoring import checking
from tracks.authoring.models import draft
from tracks.authoring.views import desk
from tracks.web.requests import now

LIBRARY_TEXT = (LIBRARY / "maaling" / "01-enheter.nb.md").read_text("utf-8")


def problems(page: str) -> list[tuple[int, str]]:
    lines = re.findall(r'data-line="(\d+)"', page)
    return list(
        zip(map(int, lines), re.findall(r"<code>([a-z-]+)</code></p>\n  </li>", page), strict=True)
    )


def test_the_home_shows_tracks_and_sessions_to_authors_only(tool: Tool, author: FlaskClient):
    page = tool.get(author, "/authoring").text

    assert 'href="/authoring/maaling"' in page
    assert f'href="{FILE}"' in page
    for client, status in ((tool.client(), 401), (tool.launch(sub="teacher"), 403)):
        for path in ("/authoring", "/authoring/maaling", FILE, f"{FILE}/preview"):
            assert tool.get(client, path).status_code == status
    assert 'href="/authoring"' in tool.get(author, "/help").text
    assert 'href="/authoring"' not in tool.get(tool.launch(sub="teacher"), "/help").text


def test_the_library_is_a_copy_and_the_source_stays(tool: Tool, author: FlaskClient, folder: Path):
    assert (folder / "maaling" / "01-enheter.nb.md").read_text("utf-8") == LIBRARY_TEXT
    send(tool, author, tool.get(author, FILE), "---\ntitle: x\n---\n", go="save")

    assert (folder / "maaling" / "01-enheter.nb.md").read_text("utf-8") == "---\ntitle: x\n---\n"
    assert (LIBRARY / "maaling" / "01-enheter.nb.md").read_text("utf-8") == LIBRARY_TEXT


def test_a_draft_is_checked_by_line_and_touches_nothing_else(
    tool: Tool, author: FlaskClient, other: FlaskClient, folder: Path
):
    page = tool.get(author, FILE)
    assert text_of(page.text) == LIBRARY_TEXT
    assert problems(page.text) == []
    broken = LIBRARY_TEXT.replace("- ( ) Sekund", "- (x) Sekund")
    number = LIBRARY_TEXT[: LIBRARY_TEXT.index("- (x) Meter")].count("\n") + 1

    shown = follow(tool, author, send(tool, author, page, broken.replace("\n", "\r\n")))

    assert text_of(shown.text) == broken
    assert problems(shown.text) == [(number, "quiz-two-right")]
    assert "2 riktige svar" in shown.text
    assert field(shown.text, "revision") == "1"
    assert text_of(tool.get(other, FILE).text) == LIBRARY_TEXT
    assert "1 other person has a draft" in tool.get(other, f"{FILE}?lang=en").text
    assert (folder / "maaling" / "01-enheter.nb.md").read_text("utf-8") == LIBRARY_TEXT


def test_what_is_typed_is_saved_and_checked_at_once(tool: Tool, author: FlaskClient):
    page = tool.get(author, FILE)

    answer = send(tool, author, page, LIBRARY_TEXT + "\n<b>her</b>\n", go="autosave")

    assert answer.status_code == 200
    assert (answer.json["status"], answer.json["revision"]) == ("saved", 1)
    assert list(answer.json["lines"].values()) == ["error"]
    assert "raw-html" in answer.json["html"]
    assert tool.count(draft) == 1
    # the same again writes nothing
    again = send(
        tool, author, tool.get(author, FILE), LIBRARY_TEXT + "\n<b>her</b>\n", go="autosave"
    )
    assert again.json["revision"] == 1


def test_two_tabs_lose_nothing(tool: Tool, author: FlaskClient):
    one, two = tool.get(author, FILE), tool.get(author, FILE)
    send(tool, author, one, LIBRARY_TEXT + "\nFra den ene.\n", go="autosave")

    quiet = send(tool, author, two, LIBRARY_TEXT + "\nFra den andre.\n", go="autosave")
    asked = send(tool, author, two, LIBRARY_TEXT + "\nFra den andre.\n")

    assert (quiet.status_code, quiet.json) == (409, {"status": "newer"})
    assert asked.status_code == 409
    assert "Fra den andre." in text_of(asked.text)
    assert "Fra den ene." in asked.text
    # with both on the page the next press saves what was put together
    both = LIBRARY_TEXT + "\nFra den ene. Fra den andre.\n"
    shown = follow(tool, author, send(tool, author, asked, both))
    assert text_of(shown.text) == both


def test_a_draft_put_away_in_another_tab_does_not_come_back_over_the_library(
    tool: Tool, author: FlaskClient, folder: Path
):
    page = follow(
        tool, author, send(tool, author, tool.get(author, FILE), LIBRARY_TEXT + "\nEn.\n")
    )
    send(tool, author, page, LIBRARY_TEXT + "\nTo.\n", go="save")

    late = send(tool, author, page, LIBRARY_TEXT + "\nTre.\n", go="save")

    assert late.status_code == 409
    assert "Tre." in text_of(late.text)
    assert "To." in late.text
    assert (folder / "maaling" / "01-enheter.nb.md").read_text("utf-8").endswith("\nTo.\n")


def test_a_lost_sign_in_gives_the_text_back(tool: Tool, author: FlaskClient):
    page = tool.get(author, FILE)
    tool.post(author, "/sign-out")

    answer = author.post(
        FILE, data={"form_token": "0" * 64, "text": "Alt jeg skrev.", "go": "check"}
    )

    assert answer.status_code == 401
    assert "Alt jeg skrev." in answer.text
    assert page.status_code == 200


def test_two_authors_in_different_paragraphs_are_put_together(
    tool: Tool, author: FlaskClient, other: FlaskClient, folder: Path
):
    ours = LIBRARY_TEXT.replace("Hvordan gikk det?", "Hva så dere?")
    mine = follow(tool, author, send(tool, author, tool.get(author, FILE), ours))
    theirs = LIBRARY_TEXT.replace("Fortell kort.", "Fortell lenge.")
    send(tool, other, tool.get(other, FILE), theirs, go="save")

    page = follow(tool, author, send(tool, author, mine, ours, go="save"))

    both = ours.replace("Fortell kort.", "Fortell lenge.")
    assert text_of(page.text) == both
    assert (folder / "maaling" / "01-enheter.nb.md").read_text("utf-8") != both
    follow(tool, author, send(tool, author, page, both, go="save"))
    assert (folder / "maaling" / "01-enheter.nb.md").read_text("utf-8") == both
    assert tool.count(draft) == 0


def test_two_authors_in_the_same_paragraph_choose(
    tool: Tool, author: FlaskClient, other: FlaskClient, folder: Path
):
    page = follow(
        tool,
        author,
        send(tool, author, tool.get(author, FILE), LIBRARY_TEXT.replace("Fortell kort.", "Mitt.")),
    )
    theirs = LIBRARY_TEXT.replace("Fortell kort.", "Deres.").replace(
        "Hvordan gikk det?", "Gikk det?"
    )
    send(tool, other, tool.get(other, FILE), theirs, go="save")

    choice = follow(tool, author, send(tool, author, page, text_of(page.text), go="save"))
    assert choice.request.path == f"{FILE}/merge"
    assert "Mitt." in choice.text
    assert "Deres." in choice.text
    hidden = {name: field(choice.text, name) for name in ("revision", "stands")}
    undecided = tool.post(author, f"{FILE}/merge", **hidden)
    assert undecided.status_code == 409
    stale = tool.post(author, f"{FILE}/merge", **hidden | {"stands": "x", "pick-0": "both"})
    assert stale.status_code == 409

    merged = follow(
        tool, author, tool.post(author, f"{FILE}/merge", **hidden, **{"pick-0": "both"})
    )

    assert "Deres.\n\nMitt." in text_of(merged.text)
    assert "Gikk det?" in text_of(merged.text)
    assert (folder / "maaling" / "01-enheter.nb.md").read_text("utf-8") == theirs


@pytest.mark.parametrize("go", ["save", "autosave", "check"])
def test_a_page_opened_before_another_author_saved_shows_both(
    tool: Tool, author: FlaskClient, other: FlaskClient, go: str
):
    page = tool.get(author, FILE)
    send(tool, other, tool.get(other, FILE), LIBRARY_TEXT + "\nNytt.\n", go="save")

    answer = send(tool, author, page, LIBRARY_TEXT + "\nMitt.\n", go=go)

    assert answer.status_code == 409
    assert tool.count(draft) == 0


def test_a_piece_is_put_in_without_scripts(tool: Tool, author: FlaskClient):
    page = tool.get(author, FILE)

    shown = follow(
        tool,
        author,
        send(tool, author, page, LIBRARY_TEXT, go="insert", piece="quiz-one", phase="B"),
    )

    text = text_of(shown.text)
    assert text.index("{phase=B") < text.index("::: quiz {#quiz-1}") < text.index("{phase=C")
    assert problems(shown.text) == []


def test_a_thrown_away_draft_is_the_library_again(tool: Tool, author: FlaskClient):
    page = follow(tool, author, send(tool, author, tool.get(author, FILE), "x"))
    stale = tool.post(author, FILE, go="drop", revision="0")
    assert text_of(follow(tool, author, stale).text) == "x"

    answer = tool.post(author, FILE, go="drop", revision=field(page.text, "revision"))

    assert text_of(follow(tool, author, answer).text) == LIBRARY_TEXT


def test_the_preview_offers_what_teachers_may_share(tool: Tool, author: FlaskClient):
    text = LIBRARY_TEXT.replace("visible=private", "visible=group")
    assert text != LIBRARY_TEXT
    before = tool.get(author, f"{FILE}/preview?lang=en").text

    follow(tool, author, send(tool, author, tool.get(author, FILE), text))

    after = tool.get(author, f"{FILE}/preview?lang=en").text
    offer = "Share this with the leader of the change group"
    assert (offer in before, offer in after) == (False, True)
    assert 'id="share"' not in after  # several steps stand on the page


def test_the_preview_is_what_the_draft_says(tool: Tool, author: FlaskClient):
    send(
        tool,
        author,
        tool.get(author, FILE),
        LIBRARY_TEXT.replace("Fortell kort.", "Fortell **alt**."),
    )

    teacher = tool.get(author, f"{FILE}/preview")
    leader = tool.get(author, f"{FILE}/preview?view=leader")

    assert "<strong>alt</strong>" in teacher.text
    assert "Gi ordet rundt" not in teacher.text
    assert "Gi ordet rundt" in leader.text
    assert "Les dette før møtet" in leader.text
    assert teacher.text.count('type="radio"') == 3
    policy = teacher.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://lms.example:443" in policy
    assert "frame-src 'self'" in tool.get(author, FILE).headers["Content-Security-Policy"]
    assert "frame-src" not in tool.get(author, "/authoring").headers["Content-Security-Policy"]
    ids = re.findall(r'\bid="([^"]+)"', teacher.text)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "\x00",
            "---",
            "---\n---\n",
            "---\ntitle: [\n---\n",
            "---\ntitle: &a x\n---\n",
            "\n\nx",
        ),
        *(
            ":::" * 500,
            "::: quiz {#a}\n" * 50,
            "\ud7ff\ufffe",
            "- " * 3000,
            "<script>alert(1)</script>",
        ),
        "---\ntitle: x\n---\n\n## A {phase=A}\n\n### x {#x}\n\n"
        "<script>alert(1)</script>[x](javascript:a)\n",
    ],
)
@pytest.mark.parametrize("file", [FILE, "/authoring/maaling/track.nb.md"])
def test_no_text_breaks_the_pages(tool: Tool, author: FlaskClient, text: str, file: str):
    answer = send(tool, author, tool.get(author, file), text)

    page = follow(tool, author, answer)
    assert page.status_code == 200
    assert text_of(page.text) == text.replace("\x00", "\ufffd")
    drawn = tool.get(author, f"{file}/preview?view=leader")
    assert drawn.status_code == 200
    assert "<script>alert" not in drawn.text
    assert tool.get(author, "/authoring/maaling").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/authoring/none", "/authoring/maaling/03-none.nb.md", "/authoring/maaling/library.yaml"),
        *(
            "/authoring/maaling/..%2ftrack.nb.md",
            "/authoring/maaling/01-Enheter.nb.md",
            "/authoring/maaling/x",
        ),
        *("/authoring/maaling/1-enheter.nb.md", "/authoring/maaling/media/none.png"),
        *("/authoring/maaling/media/..%2ftrack.nb.md", "/authoring/maaling/track.xx.md"),
    ],
)
def test_other_addresses_are_not_there(tool: Tool, author: FlaskClient, path: str):
    assert tool.get(author, path).status_code == 404


def test_a_track_may_name_another_as_its_foundation(tool: Tool, author: FlaskClient, folder: Path):
    shutil.copytree(folder / "maaling", folder / "grunnlag")
    about = folder / "maaling" / "track.nb.md"
    for language in ("nb", "sv"):
        file = about.with_name(f"track.{language}.md")
        text = file.read_text("utf-8")
        file.write_text(text.replace("title:", "foundation: grunnlag\ntitle:", 1), "utf-8")

    page = tool.get(author, "/authoring/maaling/track.nb.md")
    assert "foundation: grunnlag" in text_of(page.text)
    assert problems(page.text) == []

    shutil.rmtree(folder / "grunnlag")
    again = tool.get(author, "/authoring/maaling/track.nb.md")
    assert problems(again.text) == [(1, "foundation-missing")]


def test_a_check_that_breaks_off_is_ours_and_the_draft_is_kept(
    tool: Tool, author: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    def broken(root: Path) -> None:
        raise ReadingFailed

    page = tool.get(author, FILE)
    monkeypatch.setattr(checking, "load_library", broken)
    shown = follow(tool, author, send(tool, author, page, LIBRARY_TEXT + "\nMer.\n"))

    assert text_of(shown.text) == LIBRARY_TEXT + "\nMer.\n"
    assert problems(shown.text) == [(1, "check-failed")]


def test_a_page_waits_while_the_text_before_it_is_still_checked_and_no_third_one_does(
    tool: Tool, author: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    begun, may_end, check = Event(), Event(), checking.Checker.check

    def slow(*given: Any) -> checking.Checked:
        begun.set()
        assert may_end.wait(20)
        return check(*given)

    tabs = [author, *(tool.launch(sub="author-1") for _ in range(2))]
    monkeypatch.setattr(checking.Checker, "check", slow)
    monkeypatch.setattr(desk, "LONGEST_WAIT_S", 20.0)
    with ThreadPoolExecutor() as browser:
        first = browser.submit(tool.get, tabs[0], "/authoring/maaling")
        assert begun.wait(20)
        others = [browser.submit(tool.get, tab, "/authoring/maaling") for tab in tabs[1:]]
        refused = next(as_completed(others))
        may_end.set()
        statuses = [each.result().status_code for each in (first, *others)]

    assert refused.result().status_code == 429
    assert sorted(statuses) == [200, 200, 429]


def test_a_person_has_one_page_drawn_at_a_time(
    tool: Tool, author: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    """A slow text holds one thread of the server, and nobody else's."""
    monkeypatch.setattr(desk, "LONGEST_WAIT_S", 0.1)
    other = become_author(tool, "author-2")
    page = f"{FILE}/preview"
    busy: desk.Desk = tool.app.extensions["tracks.authoring"]
    assert tool.get(author, page).status_code == 200  # checked, and known from now on
    with busy.drawing(tool.person_id("author-1")):
        assert tool.get(author, page).status_code == 200, "it is drawn already"
        busy.forget_drawn()
        assert tool.get(author, page).status_code == 429
        assert tool.get(other, page).status_code == 200
    assert tool.get(author, page).status_code == 200


def test_authors_together_hold_half_of_the_threads(
    tool: Tool, author: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(desk, "LONGEST_WAIT_S", 0.1)
    page = f"{FILE}/preview"
    assert tool.get(author, page).status_code == 200
    busy: desk.Desk = tool.app.extensions["tracks.authoring"]
    with ExitStack() as others:
        for person_id in range(1_001, 1_001 + tool.settings.threads // 2):
            others.enter_context(busy.drawing(person_id))
        busy.forget_drawn()
        assert tool.get(author, page).status_code == 429
    assert tool.get(author, page).status_code == 200


def test_too_many_checks_wait_and_the_draft_is_kept(
    tool: Tool, author: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    moment = now()  # all of them in one minute, also where they take longer
    monkeypatch.setattr(desk, "now", lambda: moment)
    page = tool.get(author, FILE)
    for n in range(31):
        answer = send(tool, author, page, f"{LIBRARY_TEXT}\nNr. {n}\n", go="autosave")
        page = tool.get(author, FILE)
        if not answer.json["isChecked"]:
            break

    assert (answer.status_code, answer.json["isChecked"]) == (200, False)
    assert text_of(page.text).endswith(f"\nNr. {n}\n")
    assert tool.get(author, f"{FILE}/preview").status_code == 200
    assert tool.get(author, "/authoring/maaling").status_code == 429


def test_of_many_problems_the_first_are_shown_and_one_number_told(tool: Tool, author: FlaskClient):
    page = tool.get(author, FILE)
    hostile = LIBRARY_TEXT + "".join(f"\n![](media/{n}.png)\n" for n in range(300))
    page = tool.get(author, send(tool, author, page, hostile).headers["Location"] + "&lang=en")

    heading = re.search(r'id="problems">(.*?)</h2>', page.text)
    assert heading
    told = re.search(r"(\d+) to mend and (\d+) to look at in this file: the first 200", heading[1])
    assert told
    assert int(told[1]) + int(told[2]) >= 300
    shown, _, more = page.text.partition("<summary>180 more</summary>")
    assert len(problems(shown)) == 20
    assert len(problems(more)) == 180
