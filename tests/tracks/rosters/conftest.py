from pathlib import Path

import pytest

from tests.factories.lists import Lists, organisation_number
from tests.factories.tool import Tool

UNIT_A, UNIT_B = organisation_number(0), organisation_number(1)


@pytest.fixture
def lists(tool: Tool, tmp_path: Path) -> Lists:
    """Two units are known."""
    made = Lists(tool, tmp_path)
    units = made.units([f"{UNIT_A};Unit A;1-10;20;2026-10-01", f"{UNIT_B};Unit B;8-10;;"])
    made.apply(units)
    return made
