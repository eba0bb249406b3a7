"""lti's service clients against Open edX's endpoints, without the application."""

from datetime import UTC, datetime, timedelta

import pytest

from lti.errors import PermanentServiceError
from lti.roles import Roles
from lti.tool.grades import Grades, LineItem, Score, StaleTimestamp
from lti.tool.roster import Rosters
from tests.conformance.openedx.platform import Block
from tests.conformance.openedx.site import Site
from tests.conformance.openedx.visitor import claims_of

pytestmark = pytest.mark.server
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"


@pytest.fixture
def block(site: Site) -> Block:
    return site.block("services", lti_advantage_ags_mode="programmatic", lti_1p3_enable_nrps=True)


@pytest.fixture
def claims(site: Site, block: Block) -> dict:
    form = site.visitor("instructor").launch_form(site.openedx, block)
    return claims_of(form.fields["id_token"])


@pytest.fixture
def grades(site: Site) -> Grades:
    return Grades(*site.services())


@pytest.fixture
def rosters(site: Site) -> Rosters:
    return Rosters(*site.services())


def given(site: Site, username: str, points: float, at: datetime) -> Score:
    return Score(site.openedx.sub(username), points, 100, "InProgress", "FullyGraded", at)


def test_line_item_is_made_once_and_found_again(
    site: Site, block: Block, claims: dict, grades: Grades
):
    wanted = LineItem("Sample", 99.5, resource_id="sample", resource_link_id=block.location)
    registration, lineitems = site.registration(block), claims[AGS]["lineitems"]

    first, second = (
        grades.find_or_create_line_item(registration, "1", lineitems, wanted) for _ in range(2)
    )

    # Whole points only: half a point would be refused.
    assert (first.url, second.maximum) == (second.url, 100)
    assert [item["resource_id"] for item in site.openedx.line_items(block)].count("sample") == 1


def test_scores_are_read_back_by_person_and_older_ones_refused(
    site: Site, block: Block, claims: dict, grades: Grades
):
    registration, now = site.registration(block), datetime.now(UTC)
    wanted = LineItem("Read back", 100, resource_id="read-back")
    item = grades.find_or_create_line_item(registration, "1", claims[AGS]["lineitems"], wanted)
    assert item.url
    for username, points in (("learner", 40), ("learner2", 60)):
        grades.send_score(registration, "1", item.url, given(site, username, points, now))

    results = [
        grades.results(registration, "1", item.url, site.openedx.sub(username))
        for username in ("learner", "learner2", "learner3")
    ]
    with pytest.raises(StaleTimestamp):
        grades.send_score(
            registration, "1", item.url, given(site, "learner", 1, now - timedelta(seconds=1))
        )
    with pytest.raises(StaleTimestamp):
        grades.send_score(registration, "1", item.url, given(site, "learner", 1, now))

    assert [result and result.given for result in results] == [40, 60, None]


def test_scope_that_is_not_granted_is_no_token(site: Site, block: Block):
    """Open edX answers 200 with an empty scope."""
    _, tokens, _ = site.services()

    with pytest.raises(PermanentServiceError) as caught:
        tokens.token(site.registration(block), "1", ["https://sample.example/scope"])

    assert caught.value.reason == "scope_not_granted"


def test_roster_has_everybody_once_with_full_roles(
    site: Site, block: Block, claims: dict, rosters: Rosters
):
    site.openedx.share_names(may=True)
    asked = (site.registration(block), "1", claims[NRPS]["context_memberships_url"])

    whole, in_pages = rosters.members(*asked), rosters.members(*asked, limit=2)

    names = {site.openedx.sub("instructor"): "Sample Instructor"}
    found = {member.user_id: member for member in whole.members}
    assert whole == in_pages
    assert (whole.context_id, len(found)) == (site.openedx.course_id, 6)
    assert {sub: found[sub].name for sub in names} == names
    roles = {name: found[site.openedx.sub(name)].roles for name in ("instructor", "learner")}
    assert {name: _rights(held) for name, held in roles.items()} == {
        "instructor": (True, True),  # enrolled as well
        "learner": (False, True),
    }


def test_roster_without_names_where_the_course_does_not_share_them(
    site: Site, block: Block, claims: dict, rosters: Rosters
):
    site.openedx.share_names(may=False)

    roster = rosters.members(site.registration(block), "1", claims[NRPS]["context_memberships_url"])

    assert {member.name for member in roster.members} == {None}


def _rights(roles: Roles) -> tuple[bool, bool]:
    return roles.is_instructor, roles.is_learner
