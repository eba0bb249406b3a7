"""Choosing content from Studio, and the launch of the link that came back."""

import pytest
from sqlalchemy import select

from tests.conformance.openedx.platform import Block
from tests.conformance.openedx.site import TRACK, Site
from tests.conformance.openedx.visitor import Page, Visitor
from tracks.lms.models import link_copy, resource_link

pytestmark = pytest.mark.server
SAVED = "The LTI Deep Linking content was successfully saved in the LMS."


@pytest.fixture
def choosing(site: Site) -> Block:
    return site.block(
        "choosing",
        lti_advantage_deep_linking_enabled=True,
        lti_advantage_deep_linking_launch_url=f"{site.url}/lti/launch",
    )


def choose(site: Site, visitor: Visitor, block: Block, *addresses: str) -> Page:
    """From the button in Studio to what Open edX says in the end."""
    picker = visitor.submit(visitor.get(site.openedx.content_url(block)).form("id_token"))
    assert (picker.status, "/select/" in picker.path) == (200, True), picker.text[:2000]
    token = picker.form("form_token").fields["form_token"]
    answer = visitor.post(picker.url, {"form_token": token, "pick": list(addresses)})
    return visitor.submit(answer.form("JWT"))


def test_chosen_module_is_what_the_block_leads_to_from_then_on(site: Site, choosing: Block):
    answer = choose(site, site.visitor("instructor"), choosing, f"{TRACK}/feil")

    assert (answer.status, SAVED in answer.text) == (200, True)
    page = site.visitor("learner").launch(site.openedx, choosing)
    assert (page.status, page.path) == (200, f"/t/{TRACK}/feil")
    address = select(resource_link.c.address).where(resource_link.c.link_id == choosing.location)
    assert site.rows(address) == [(f"{TRACK}/feil",)]
    # Open edX sends the variables of a copied link's history back as they are.
    assert site.rows(select(link_copy.c.origin_id)) == []


def test_newest_answer_replaces_the_one_before(site: Site, choosing: Block):
    for address in (f"{TRACK}/enheter", TRACK):
        choose(site, site.visitor("instructor"), choosing, address)

    (item,) = site.openedx.content_items(choosing)
    assert item["custom"]["resource"] == TRACK


def test_learner_cannot_choose(site: Site, choosing: Block):
    visitor = site.visitor("learner2")

    page = visitor.get(site.openedx.content_url(choosing))

    # Open edX refuses before us.
    assert (page.status, "id_token" in page.text) == (403, False)
