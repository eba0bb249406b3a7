import pytest

from tests.lti_platform.school import School


@pytest.fixture
def school() -> School:
    return School()
