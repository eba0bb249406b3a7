"""Parts that many pages share."""

import pytest

from tests.factories.tool import Tool


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", ["45 min", "90 min", "1 t 31 min", "9 t 35 min", "10 t"]),
        ("sv", ["45 min", "90 min", "1 tim 31 min", "9 tim 35 min", "10 tim"]),
        ("en", ["45 min", "90 min", "1 h 31 min", "9 h 35 min", "10 h"]),
    ],
)
def test_long_times_are_told_in_hours(tool: Tool, language: str, said: list[str]):
    with tool.app.test_request_context("/", headers={"Accept-Language": language}):
        module = tool.app.jinja_env.get_template("parts.html").module
        shown = [str(module.minutes(n)).strip() for n in (45, 90, 91, 575, 600)]  # type: ignore[attr-defined]  # a macro
    assert shown == said
