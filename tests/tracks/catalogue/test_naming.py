"""Ids are for ever: old links lead on, work stays with its step, and nothing is lost unsaid."""

from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from tests.factories.editing import Edited
from tests.factories.tool import Tool
from tracks.catalogue.indexing import index_what_is_not
from tracks.catalogue.models import former_step, search_entry, step, track, track_version
from tracks.catalogue.naming import IdsLost
from tracks.catalogue.queries import Shelf
from tracks.catalogue.search_words import remove_words
from tracks.lms.models import resource_link
from tracks.progress.models import step_work

LES = "/t/sample/maaling/enheter/les"


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    return Edited(tmp_path)


def lost(edited: Edited, tool: Tool, version: str) -> list[tuple[str, str]]:
    before = tool.counts()
    with pytest.raises(IdsLost) as refused:
        edited.publish(tool, version)
    assert tool.counts() == before
    return [(p.code, p.message) for p in refused.value.problems]


def test_an_id_that_is_gone_is_refused(tool: Tool, edited: Edited) -> None:
    edited.change("01-enheter", "{#les ", "{#lesing ")

    assert lost(edited, tool, "1.1.0") == [
        ("id-gone", "the step les was there in the last version")
    ]


def test_a_module_that_is_gone_is_refused(tool: Tool, edited: Edited) -> None:
    edited.rename("02-feil", "02-feilkilder")

    assert lost(edited, tool, "1.1.0") == [
        ("id-gone", "the session feil was there in the last version")
    ]


def test_a_renamed_step_is_the_same_step(tool: Tool, edited: Edited) -> None:
    teacher = tool.launch()
    tool.post(teacher, LES, go="done")
    done = tool.rows(select(step_work.c.step_id))
    edited.change("01-enheter", "{#les ", "{#lesing ")
    edited.head("01-enheter", "renamed: {les: lesing}")
    edited.publish(tool, "1.1.0")

    moved = tool.get(teacher, f"{LES}?lang=nb")
    posted = tool.post(teacher, LES, go="done")

    assert (moved.status_code, moved.headers["Location"]) == (
        301,
        "/t/sample/maaling/enheter/lesing?lang=nb",
    )
    assert (posted.status_code, posted.headers["Location"]) == (
        308,
        "/t/sample/maaling/enheter/lesing",
    )
    assert tool.get(teacher, "/t/sample/maaling/enheter/lesing").status_code == 200
    assert tool.rows(select(step_work.c.step_id)) == done
    assert tool.rows(select(step.c.slug).where(step.c.id == done[0].step_id)) == [("lesing",)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/t/sample/maaling/feil", "/t/sample/maaling/kilder"),
        ("/r/sample/maaling/feil%23les", "/r/sample/maaling/kilder%23les"),
    ],
)
def test_links_to_a_renamed_module_lead_on(tool: Tool, edited: Edited, old: str, new: str) -> None:
    edited.rename("02-feil", "02-kilder")
    edited.head("track", "renamed: {feil: kilder}")
    edited.publish(tool, "1.1.0")

    answer = tool.get(tool.client(), old)

    assert (answer.status_code, answer.headers["Location"]) == (301, new)


def test_a_renamed_track_keeps_its_links_and_work(tool: Tool, edited: Edited) -> None:
    teacher = tool.launch()
    tool.post(teacher, LES, go="done")
    (edited.root / "maaling").rename(edited.root / "maling")
    library = edited.root / "library.yaml"
    library.write_text(library.read_text("utf-8") + "renamed: {maaling: maling}\n", "utf-8")
    for file in (edited.root / "maling").glob("track.*.md"):
        text = file.read_text("utf-8")
        file.write_text(text.replace('version: "1.0.0"', 'version: "1.1.0"'), "utf-8")

    edited.publish(tool)

    assert tool.get(teacher, LES).headers["Location"] == "/t/sample/maling/enheter/les"
    assert tool.rows(select(track.c.slug)) == [("maling",)]
    assert tool.count(step_work) == 1
    # an older copy of the library cannot take the old name back
    again = Edited(edited.root.parent / "again")
    assert lost(again, tool, "1.2.0") == [
        ("id-used-before", "maaling was the id of something else before")
    ]


def test_an_lms_keeps_its_ids(tool: Tool, edited: Edited) -> None:
    tool.launch(sub="one", resource="sample/maaling/enheter#les")
    edited.change("01-enheter", "{#les ", "{#lesing ")
    edited.head("01-enheter", "renamed: {les: lesing}")
    edited.publish(tool, "1.1.0")
    renamed = tool.rows(select(resource_link.c.address))

    tool.launch(sub="two", resource="sample/maaling/enheter#les")

    assert renamed == [("sample/maaling/enheter#lesing",)]
    assert tool.landed.startswith("/r/sample/maaling/enheter/lesing")
    assert tool.rows(select(resource_link.c.address)) == renamed


def test_what_is_retired_leads_to_what_takes_its_place(tool: Tool, edited: Edited) -> None:
    edited.rename("02-feil", "02-kilder")
    edited.head("track", 'retired: {feil: "maaling/kilder"}')
    edited.publish(tool, "1.1.0")

    assert tool.get(tool.client(), "/t/sample/maaling/feil").headers["Location"] == (
        "/t/sample/maaling/kilder"
    )
    tool.launch(resource="sample/maaling/feil")
    assert "kilder" in tool.landed
    # it stays retired when the line is gone
    edited.change("track", 'retired: {feil: "maaling/kilder"}\n', "")
    edited.publish(tool, "1.2.0")
    assert tool.get(tool.client(), "/t/sample/maaling/feil").status_code == 301


def test_a_step_that_was_retired_keeps_its_place_when_its_session_is(
    tool: Tool, edited: Edited
) -> None:
    instead = 'retired: {les: "maaling/enheter#del"}'
    edited.change("02-feil", "{#les ", "{#lesing ")
    edited.head("02-feil", instead)
    edited.publish(tool, "1.1.0")
    edited.rename("02-feil", "02-kilder")
    edited.change("02-kilder", f"{instead}\n", "")
    edited.head("track", 'retired: {feil: "maaling/kilder"}')
    edited.publish(tool, "1.2.0")

    led = {
        step: tool.get(tool.launch(), f"/t/sample/maaling/feil/{step}").headers["Location"]
        for step in ("les", "lesing")
    }
    assert led == {"les": "/t/sample/maaling/enheter/del", "lesing": "/r/sample/maaling/kilder"}


def test_retired_without_anything_in_its_place_is_not_found(tool: Tool, edited: Edited) -> None:
    edited.rename("02-feil", "02-kilder")
    edited.head("track", "retired: {feil: }")
    edited.publish(tool, "1.1.0")

    assert tool.get(tool.client(), "/t/sample/maaling/feil").status_code == 404
    assert tool.get(tool.client(), "/t/sample/nothing/feil").status_code == 404
    assert tool.get(tool.client(), "/t/sample/maaling/enheter/x/../").status_code == 404


def test_a_name_that_was_is_not_used_again(tool: Tool, edited: Edited) -> None:
    edited.change("01-enheter", "{#les ", "{#lesing ")
    edited.head("01-enheter", "renamed: {les: lesing}")
    edited.publish(tool, "1.1.0")
    edited.change("01-enheter", "renamed: {les: lesing}\n", "")
    edited.change("01-enheter", "{#del minutes=30}", "{#les minutes=30}")
    edited.head("01-enheter", "retired: {del: }")

    assert lost(edited, tool, "1.2.0") == [
        ("id-used-before", "les was the id of something else before")
    ]


def test_twice_renamed_leads_to_the_last_name(tool: Tool, edited: Edited) -> None:
    edited.change("01-enheter", "{#les ", "{#lesing ")
    edited.head("01-enheter", "renamed: {les: lesing}")
    edited.publish(tool, "1.1.0")
    edited.change("01-enheter", "{#lesing ", "{#les-om ")
    edited.change("01-enheter", "renamed: {les: lesing}", "renamed: {les: lesing, lesing: les-om}")
    edited.publish(tool, "1.2.0")

    reader = tool.launch()
    for old in ("les", "lesing"):
        found = tool.get(reader, f"/t/sample/maaling/enheter/{old}")
        assert found.headers["Location"] == "/t/sample/maaling/enheter/les-om"
    assert tool.count(former_step) == 2


def test_a_third_number_is_for_the_spelling(tool: Tool, edited: Edited) -> None:
    edited.change("01-enheter", "Fortell kort.", "Fortell kort!")
    assert edited.publish(tool, "1.0.1") == {"sample/maaling@1.0.1": True}
    edited.change("01-enheter", "{#les .resource minutes=8}", "{#les minutes=8}")

    assert lost(edited, tool, "1.0.2") == [
        ("version-small", "after 1.0.1, 1.0.2 may change the spelling only; it has other steps")
    ]
    assert edited.publish(tool, "1.1.0") == {"sample/maaling@1.1.0": True}


def test_an_older_copy_published_again_is_no_loss(tool: Tool, edited: Edited) -> None:
    edited.change("01-enheter", "{#les ", "{#lesing ")
    edited.head("01-enheter", "renamed: {les: lesing}")
    edited.publish(tool, "1.1.0")

    older = Edited(edited.root.parent / "older")

    assert older.publish(tool) == {"sample/maaling@1.0.0": False}
    assert tool.get(tool.client(), "/r/sample/maaling/enheter/lesing").status_code == 200


def test_what_was_published_before_there_was_a_search_is_found_after_an_upgrade(
    tool: Tool,
) -> None:
    with tool.database.writing() as session:
        remove_words(session, session.execute(select(search_entry.c.id)).scalars())
        session.execute(delete(search_entry))
        assert index_what_is_not(session) == 1
        assert index_what_is_not(session) == 0

    assert "Enheter" in tool.get(tool.client(), "/catalogue?lang=nb&q=enhet").text


def test_a_retired_track_is_not_offered_and_says_what_to_use(tool: Tool, edited: Edited) -> None:
    edited.change("track", "lifecycle: open", "lifecycle: archived")
    teacher = tool.launch()
    tool.post(teacher, LES, go="done")
    edited.publish(tool, "1.1.0")
    with tool.database.writing() as session:  # as if another track of the library took its place
        session.execute(update(track_version).values(replaced_by="sample/maaling/feil"))
    tool.app.extensions["tracks.shelf"] = Shelf()  # as if the process had begun after it

    stranger = tool.client()

    assert "Måling i klasserommet" not in tool.get(stranger, "/catalogue?lang=nb").text
    assert "Måling i klasserommet" not in tool.get(stranger, "/catalogue?lang=nb&q=enheter").text
    page = tool.get(stranger, "/t/sample/maaling?lang=en")
    assert page.status_code == 200
    assert "This track is retired" in page.text
    assert 'href="/r/sample/maaling/feil"' in page.text
    assert tool.get(teacher, LES).status_code == 200
    assert "Måling i klasserommet" in tool.get(teacher, "/").text
