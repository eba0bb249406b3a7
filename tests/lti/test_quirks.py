"""What a platform is taken for that nobody has looked at, and what is known of the others."""

import pytest

from lti.quirks import Quirks, quirks_for, quirks_of
from tests.conformance.world import REGISTRATION


@pytest.mark.parametrize("family", ["", "moodle", "Canvas", "sample"])
def test_what_is_not_known_to_differ_is_as_the_standard_says(family: str):
    assert quirks_for(family) == Quirks(
        deployment_parameters=("lti_deployment_id",),
        storage_target=None,
        whole_points=False,
        score_extension={},
        says_submitted_at=False,
        complete_only=False,  # a score on the way is a score
        progress_note=None,  # and nothing without points is sent: it might clear a grade
        refusals={},
        calls_per_second=10.0,
        token_audience=None,
    )
    assert quirks_of(REGISTRATION) == quirks_for(family)
