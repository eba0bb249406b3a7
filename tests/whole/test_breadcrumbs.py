"""The pages of those who run a municipality say where one is, and lead one step up (O-24)."""

import re

import pytest

from tests.factories.tool import Tool
from tests.tracks.lms.test_connecting import administrator

UP = {
    "/people": "/",
    "/roles": "/",
    "/audit": "/",
    "/audit/affected": "/audit",
    "/municipality/privacy": "/",
    "/municipality/privacy/everything": "/municipality/privacy",
    "/municipality/privacy/request": "/municipality/privacy",
    "/municipality/sign-in": "/",
}


@pytest.mark.parametrize("path", UP)
def test_the_way_up_is_on_the_page_and_leads_to_one(tool: Tool, path: str) -> None:
    client = administrator(tool)
    page = tool.get(client, path)
    assert page.status_code == 200
    ways = re.findall(r'class="crumbs">\s*<a class="ds-link" href="([^"]+)"', page.text)
    assert ways == [UP[path]]
    assert tool.get(client, UP[path]).status_code == 200
