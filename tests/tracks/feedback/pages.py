"""What a browser without scripts does with the box of a session and the author's page."""

import re
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.tool import Tool
from tracks.catalogue.queries import Shelf
from tracks.feedback.models import remark

SESSION = "/t/sample/maaling/enheter"
BOX = f"{SESSION}/-/remarks"
DESK = "/authoring/maaling/remarks"
TOO_LONG = "Forarbeidet er for langt."


def says(tool: Tool, who: FlaskClient, text: str = TOO_LONG, kind: str = "", **more: str) -> str:
    """Where it led to, or the status."""
    answer = tool.post(who, BOX, text=text, kind=kind, **more)
    return answer.headers.get("Location", str(answer.status_code))


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def told(tool: Tool, who: FlaskClient, path: str = SESSION) -> list[str]:
    """What stands on a page under each remark: what became of it, or "" where it says nothing."""
    page = tool.get(who, f"{path}{'&' if '?' in path else '?'}lang=en")
    assert page.status_code == 200
    parts = re.findall(r'<li class="remark".*?</li>', page.text, re.DOTALL)
    became = [re.search(r'<p class="became">(.*?)</p>', part, re.DOTALL) for part in parts]
    return [plain(found[1]) if found else "" for found in became]


def texts(page: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'<p class="typed"[^>]*>(.*?)</p>', page, re.S)]


def ids(tool: Tool) -> list[int]:
    return [row.id for row in tool.rows(select(remark.c.id))]


def fresh(tool: Tool) -> None:
    """As if the two seconds were over in which a process believes its newest version."""
    tool.app.extensions["tracks.shelf"] = Shelf()
