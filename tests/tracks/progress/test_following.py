"""A track that is followed tells of its new versions, to who follows it and nobody else (S-24)."""

import shutil
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.factories.editing import TRACK, Edited
from tests.factories.tool import Tool
from tracks.progress.models import followed_track

PAGE = f"/t/sample/{TRACK}"
FOLLOW = f"{PAGE}/-/follow"


def home(tool: Tool, browser: FlaskClient) -> str:
    return tool.get(browser, "/?lang=en").text


def test_a_new_version_is_told_until_it_is_seen(tool: Tool, tmp_path: Path):
    mine, other = tool.launch(resource=None), tool.launch(sub="other")
    assert "Tracks you are told about" not in home(tool, mine)
    assert tool.post(mine, FOLLOW, go="follow").headers["Location"] == PAGE

    assert "Tracks you are told about" in home(tool, mine)
    assert "New version" not in home(tool, mine)
    Edited(tmp_path).publish(tool, "1.1.0")

    assert "<strong>New version</strong> Version 1.1.0" in home(tool, mine)
    assert "There is a new version" in tool.get(mine, f"{PAGE}?lang=en").text
    assert "Tracks you are told about" not in home(tool, other)
    tool.post(mine, FOLLOW, go="follow")
    assert "New version" not in home(tool, mine)
    assert "Tracks you are told about" in home(tool, mine)


def test_twice_is_once_and_stopping_leaves_nothing(tool: Tool):
    mine = tool.launch()
    for _ in range(2):
        tool.post(mine, FOLLOW, go="follow")
    assert tool.rows(select(func.count()).select_from(followed_track)) == [(1,)]

    assert "Do not tell me any more" in tool.get(mine, f"{PAGE}?lang=en").text
    for _ in range(2):
        assert tool.post(mine, FOLLOW, go="stop").status_code == 303

    assert tool.count(followed_track) == 0
    assert "Tracks you are told about" not in home(tool, mine)


def test_stopping_leaves_the_others(tool: Tool, tmp_path: Path):
    edited = Edited(tmp_path)
    shutil.copytree(edited.root / TRACK, edited.root / "annet")
    edited.publish(tool)
    mine, other = tool.launch(), tool.launch(sub="other")
    for browser, track in ((mine, TRACK), (mine, "annet"), (other, TRACK)):
        tool.post(browser, f"/t/sample/{track}/-/follow", go="follow")

    tool.post(mine, FOLLOW, go="stop")

    assert tool.count(followed_track) == 2
    assert "Do not tell me any more" in tool.get(mine, "/t/sample/annet?lang=en").text
    assert "Do not tell me any more" in tool.get(other, f"{PAGE}?lang=en").text


def test_what_is_begun_stands_once_until_there_is_a_new_version(tool: Tool, tmp_path: Path):
    mine = tool.launch()
    tool.post(mine, FOLLOW, go="follow")
    tool.post(mine, f"{PAGE}/enheter/les", go="done")
    assert home(tool, mine).count(f'href="{PAGE}"') == 1

    Edited(tmp_path).publish(tool, "1.1.0")

    assert home(tool, mine).count(f'href="{PAGE}"') == 2
    assert "New version" in home(tool, mine)


def test_what_cannot_be_followed(tool: Tool):
    mine = tool.launch()
    assert tool.post(mine, FOLLOW, go="odd").status_code == 400
    assert tool.post(mine, FOLLOW).status_code == 400
    assert tool.post(mine, "/t/sample/nothing/-/follow", go="follow").status_code == 404
    assert tool.count(followed_track) == 0
