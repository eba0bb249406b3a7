"""The guide for Open edX names the fields of Studio as Studio names them."""

import pytest

from tests.conformance.openedx.site import Site
from tests.docs.pages import read, rows
from tracks.lms.kinds import BY_KEY

pytestmark = pytest.mark.server


def test_every_field_of_the_guide_is_in_studio(site: Site):
    named = [row[0] for row in rows(read("operators/lms/openedx.md"), "Field", "Value")]

    assert len(named) >= 8
    assert [name for name in named if name not in site.openedx.field_names()] == []


def test_every_field_of_the_invitation_page_is_in_studio(site: Site):
    named = [label for label, _ in BY_KEY["openedx"].fields]

    assert len(named) >= 5
    assert [name for name in named if name not in site.openedx.field_names()] == []
