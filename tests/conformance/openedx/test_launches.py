"""Launches by Open edX's consumer: who, with which role, into what."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.conformance.openedx.platform import Block
from tests.conformance.openedx.site import TRACK, Site
from tests.conformance.openedx.visitor import claims_of
from tracks.lms.models import deployment, resource_link
from tracks.people.models import person, sign_in

pytestmark = pytest.mark.server


@pytest.fixture
def plain(site: Site) -> Block:
    """Nothing personal, no custom parameters: the address of the track is in the launch URL."""
    return site.block("plain", lti_1p3_launch_url=f"{site.url}/r/{TRACK}")


@pytest.fixture
def other(site: Site) -> Block:
    return site.block("other", custom_parameters=[f"resource={TRACK}/enheter"])


@pytest.fixture
def naming(site: Site) -> Block:
    return site.block(
        "naming",
        custom_parameters=[f"resource={TRACK}"],
        ask_to_send_full_name=True,
        ask_to_send_email=True,
    )


def leads_here(site: Site, person_id: int) -> bool:
    newest = select(sign_in.c.leads_here).where(sign_in.c.person_id == person_id)
    return bool(site.rows(newest.order_by(sign_in.c.created_at.desc()).limit(1))[0][0])


def test_learner_lands_in_the_track_without_a_name_or_custom_parameters(site: Site, plain: Block):
    learner = site.visitor("learner")

    page = learner.launch(site.openedx, plain)

    assert (page.status, page.path) == (200, f"/t/{TRACK}/enheter/les")
    who = site.person_id(plain, "learner")
    assert site.rows(select(person.c.name).where(person.c.id == who)) == [(None,)]
    assert leads_here(site, who) is False


@pytest.mark.parametrize(
    ("username", "leads"),
    [("learner", False), ("instructor", True), ("assistant", True), ("operator", True)],
)
def test_role_in_the_course_decides_who_leads(site: Site, plain: Block, username: str, leads: bool):
    page = site.visitor(username).launch(site.openedx, plain)

    assert page.status == 200
    assert leads_here(site, site.person_id(plain, username)) is leads


def test_name_comes_where_the_course_shares_it(site: Site, naming: Block):
    site.openedx.share_names(may=True)

    page = site.visitor("learner").launch(site.openedx, naming)

    assert page.status == 200
    who = site.person_id(naming, "learner")
    assert site.rows(select(person.c.name).where(person.c.id == who)) == [("Sample Lærer-Łö",)]


def test_name_stays_away_where_the_course_does_not_share_it(site: Site, naming: Block):
    site.openedx.share_names(may=False)

    page = site.visitor("learner2").launch(site.openedx, naming)

    assert page.status == 200
    who = site.person_id(naming, "learner2")
    assert site.rows(select(person.c.name).where(person.c.id == who)) == [(None,)]


def test_ids_with_plus_colon_and_at_are_kept_as_they_are(site: Site, other: Block):
    site.visitor("learner").launch(site.openedx, other)

    assert other.location == ("block-v1:SampleX+T1:a+2026_H1+type@lti_consumer+block@other")
    found = (
        select(resource_link.c.context_id, resource_link.c.address, deployment.c.deployment_id)
        .join(deployment, deployment.c.id == resource_link.c.deployment_id)
        .where(resource_link.c.link_id == other.location)
    )
    assert site.rows(found) == [("course-v1:SampleX+T1:a+2026_H1", f"{TRACK}/enheter", "1")]


# --- many registrations with one issuer, every deployment called "1"


def test_blocks_have_their_own_clients_and_keys_under_one_issuer(
    site: Site, plain: Block, other: Block
):
    visitor = site.visitor("learner")

    sent = [visitor.launch_form(site.openedx, block) for block in (plain, other)]

    said = [claims_of(form.fields["id_token"]) for form in sent]
    assert {claims["iss"] for claims in said} == {site.openedx.url}
    assert [claims["aud"] for claims in said] == [plain.client_id, other.client_id]
    assert said[0]["sub"] == said[1]["sub"]
    assert len({block.jwks_url for block in (plain, other)}) == 2


def test_same_sub_from_two_blocks_is_two_accounts(site: Site, plain: Block, other: Block):
    visitor = site.visitor("learner")

    pages = [visitor.launch(site.openedx, block) for block in (plain, other)]

    assert [page.status for page in pages] == [200, 200]
    assert site.person_id(plain, "learner") != site.person_id(other, "learner")


def test_token_of_one_block_is_nothing_for_the_login_of_another(
    site: Site, plain: Block, other: Block
):
    visitor = site.visitor("learner3")
    begun, signed = (visitor.launch_form(site.openedx, block) for block in (plain, other))

    page = visitor.submit(
        replace(begun, fields={**begun.fields, "id_token": signed.fields["id_token"]})
    )

    # The keys are not the same either, and they are asked for first.
    assert (page.status, "<code>kid_unknown</code>" in page.text) == (401, True)
    assert visitor.submit(signed).status == 200


def test_blocks_that_share_a_passport_are_one_registration_and_one_person(site: Site, other: Block):
    twin = site.block(
        "twin", lti_1p3_passport_id=other.passport, custom_parameters=[f"resource={TRACK}"]
    )
    visitor = site.visitor("learner")

    pages = [visitor.launch(site.openedx, block) for block in (other, twin)]

    assert [page.status for page in pages] == [200, 200]
    assert twin.client_id == other.client_id
    assert site.person_id(twin, "learner") == site.person_id(other, "learner")


def test_form_that_another_browser_posts_is_no_launch(site: Site, plain: Block):
    visitor = site.visitor("learner2")
    form = visitor.launch_form(site.openedx, plain)

    stolen, own = site.visitor("learner3").submit(form), visitor.submit(form)

    assert (stolen.status // 100, own.status) == (4, 200)
