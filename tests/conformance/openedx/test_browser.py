"""In Chromium: an operator connects a block by command, an author fills it, a learner works."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.conformance.openedx.browser import shown_in_studio
from tests.conformance.openedx.platform import Block
from tests.conformance.openedx.site import Site, eventually

pytestmark = [pytest.mark.server, pytest.mark.browser]
_ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def unconnected(site: Site) -> Block:
    return site.openedx.author(
        "by-hand",
        site.url,
        lti_advantage_deep_linking_enabled=True,
        lti_advantage_deep_linking_launch_url=f"{site.url}/lti/launch",
    )


def register(site: Site, shown: dict[str, str]) -> str:
    """What the command line says; typed while the tool runs."""
    words = {
        "--issuer": site.openedx.url,
        "--client-id": shown["Client ID"],
        "--auth-url": shown["Login URL"],
        "--token-url": shown["Access Token URL"],
        "--jwks-url": shown["Keyset URL"],
        "--deployment": shown["Deployment ID"],
        "--municipality": "Sample municipality",
        "--platform": "openedx",
    }
    answer = subprocess.run(
        [sys.executable, "-m", "tracks", "lti", "register", *sum(words.items(), ())],
        cwd=_ROOT,
        env={
            **os.environ,
            "TRACKS_DATA_DIR": str(site.settings.data_dir),
            "TRACKS_BASE_URL": site.url,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout


def test_from_the_values_in_studio_to_the_first_score(
    site: Site, context: BrowserContext, unconnected: Block
):
    openedx, page = site.openedx, context.new_page()
    page.goto(f"{openedx.url}/sign-in/instructor")

    assert "Registered as number" in register(site, shown_in_studio(page, openedx, unconnected))

    with page.expect_popup() as opened:
        page.get_by_role("link", name="Deep Linking Launch").click()
    picker = opened.value
    picker.locator("input[name=pick]").first.check()
    picker.get_by_role("button", name=re.compile("^Add")).click()
    expect(picker.locator("body")).to_contain_text("successfully saved in the LMS")

    learner = context.new_page()
    learner.goto(f"{openedx.url}/sign-in/learner")
    learner.goto(f"{openedx.url}/unit/{unconnected.name}")
    frame = learner.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Les om måling")
    frame.get_by_role("button", name="Next", exact=True).click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("Hvilken enhet?")
    wanted = {"learner": 0.7}
    assert eventually(lambda: openedx.gradebook(unconnected), wanted) == wanted
