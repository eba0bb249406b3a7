"""The course list of Open edX on the page of those who lead the course."""

import pytest
from sqlalchemy import select

from tests.conformance.openedx.platform import Block
from tests.conformance.openedx.site import Site, eventually
from tracks.lms.models import course, course_member, deployment

pytestmark = pytest.mark.server


@pytest.fixture
def listed(site: Site) -> Block:
    site.openedx.share_names(may=True)
    return site.block("listed", lti_1p3_enable_nrps=True)


def members(site: Site, block: Block) -> dict[str, tuple[str, str | None]]:
    """Role and name by sub, of the course as this block's registration knows it."""
    found = (
        select(course_member.c.sub, course_member.c.role, course_member.c.name)
        .join(course, course.c.id == course_member.c.course_id)
        .join(deployment, deployment.c.id == course.c.deployment_id)
        .where(deployment.c.registration_id == site.registration_id(block))
        .where(course.c.context_id == site.openedx.course_id)
    )
    return {sub: (role, name) for sub, role, name in site.rows(found)}


def test_leader_sees_who_is_in_the_course(site: Site, listed: Block):
    visitor = site.visitor("instructor")

    visitor.launch(site.openedx, listed)

    wanted = {
        site.openedx.sub(username): (role, name)
        for username, role, name in (
            ("instructor", "leader", "Sample Instructor"),
            ("assistant", "leader", "Sample Assistant"),
            ("learner", "participant", "Sample Lærer-Łö"),
            ("learner2", "participant", "Sample Learner 2"),
            ("learner3", "participant", "Sample Learner 3"),
            ("operator", "participant", "Sample Operator"),
        )
    }
    assert eventually(lambda: members(site, listed), wanted) == wanted
    found = select(course.c.id).join(deployment, deployment.c.id == course.c.deployment_id)
    ((course_id,),) = site.rows(
        found.where(deployment.c.registration_id == site.registration_id(listed))
    )
    page = visitor.get(f"{site.url}/courses/{course_id}")
    assert (page.status, "Sample Learner 3" in page.text) == (200, True)


def test_learner_neither_fetches_nor_sees_the_list(site: Site, listed: Block):
    visitor = site.visitor("learner2")

    visitor.launch(site.openedx, listed)

    (newest,) = site.rows(select(course.c.id).order_by(course.c.id.desc()).limit(1)) or [(1,)]
    assert visitor.get(f"{site.url}/courses/{newest[0]}").status in (403, 404)
