"""The same payloads on the pages of the tool: what authors, teachers and LMSs write."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest

from content.loader import load_library
from tests.content.cases import write
from tests.factories.tool import Tool
from tests.xss.document import write_document
from tests.xss.frames import Frames
from tests.xss.judge import LOGGED, mark, wrong_on
from tests.xss.payloads import IS_WHOLE, payloads
from tracks.cli.content import publish_library

LIBRARY = """id: xss
name: Asker
contact: content@example.org
licence: CC BY 4.0
languages: [nb]
"""
COUNT = 40 if IS_WHOLE else 6
BATCHES = [payloads()[at : at + COUNT] for at in range(0, len(payloads()), COUNT)]
BATCHES = BATCHES[:5] if IS_WHOLE else BATCHES[:1]
ROUTES = ("", "/case", *(f"/case/{step}" for step in ("a1", "q1", "q2", "q5", "r1", "c1", "s1")))


@pytest.mark.parametrize("line", [mark(31), f"GET /t/{quote(mark(31))}", repr(mark(31))])
def test_the_judge_of_the_log_sees(line: str) -> None:
    assert LOGGED.search(line)
    assert not LOGGED.search("launch.rejected reason=state_unknown")


def test_the_judge_sees() -> None:
    page = (
        '<p><script>x</script><script src="//evil"></script><a href=" java\nscript:x" onclick=y>'
        '<iframe></iframe><script src="/static/a.js"></script>'
        '<img src="data:x" alt="data:x"><form action="blob:x"><video poster="vbscript:x">'
    )
    assert len(wrong_on(page)) == 8


@pytest.mark.parametrize("batch", range(len(BATCHES)))
@pytest.mark.browser
def test_pages(tool: Tool, tmp_path: Path, frames: Frames, batch: int) -> None:
    write(tmp_path, {"library.yaml": LIBRARY})
    for number, payload in enumerate(BATCHES[batch]):
        write_document(tmp_path / f"t{number}", payload)
    library = load_library(tmp_path).draft
    assert library is not None
    publish_library(tool.database, tmp_path, library)
    tracks = {track.id: track for track in library.tracks}
    pages: list[str] = []

    def see(browser, path: str, status: int = 200) -> None:
        answer = tool.get(browser, path)
        assert answer.status_code == status, path
        assert wrong_on(answer.text) == [], path
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
        pages.append(answer.text)

    for number, payload in enumerate(BATCHES[batch]):
        if f"t{number}" not in tracks:
            continue  # its front matter cannot be read
        name = payload.replace("\x00", "")[:200]
        names = {"name": name, "given_name": name, "family_name": name}
        resource = f"xss/t{number}"
        browser = tool.launch(sub=f"p{number}", changes=names, resource=resource)
        slugs = {step.id for module in tracks[f"t{number}"].modules for step in module.steps}
        for route in ROUTES:
            if route.count("/") < 2 or route.rpartition("/")[2] in slugs:
                see(browser, f"/t/xss/t{number}{route}")
        base = f"/t/xss/t{number}/case"
        if "r1" in slugs:
            tool.post(browser, f"{base}/r1", text=payload, revision="0", go="save")
            see(browser, f"{base}/r1")
        if "q5" in slugs:
            fields = {"given-0": payload[:200], "revision": "0", "go": "check"}
            assert tool.post(browser, f"{base}/q5", **fields).status_code in (303, 422)
            see(browser, f"{base}/q5")
        see(browser, f"/catalogue?q={quote(payload[:100])}")
        see(browser, "/")
    leader = tool.launch(sub="leader", leads=True, resource="xss/t0")
    see(leader, "/t/xss/t0/case/together/B")
    shown = [re.sub(r"<(script|link)[^>]*>", "", page) for page in pages]
    assert frames.run(shown) == (set(), [])
