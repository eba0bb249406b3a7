"""What an LMS asks for when a teacher shall choose content: rules D1, D2 and T37, over HTTP."""

import re
from typing import Any

import pytest

from lti.errors import REASONS
from tests.factories.choosing import (
    SETTINGS,
    choosing,
    request_content,
    settings,
)
from tests.factories.tool import Tool
from tests.fakes.forge import INSTITUTION, MEMBERSHIP, PREFIX, REMOVED, SYSTEM
from tracks.lms.models import deep_link_selection
from tracks.people.models import person

TA = MEMBERSHIP.removesuffix("#") + "/Instructor#TeachingAssistant"


def reason_of(page: str) -> str:
    found = re.search(r"<code>([a-z_]+)</code></p>", page)
    assert found is not None, page
    return found[1]


# D1, T37: the request


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({SETTINGS: REMOVED}, "deep_linking_settings_missing"),
        ({SETTINGS: ["a list"]}, "deep_linking_settings_missing"),
        (settings(deep_link_return_url=REMOVED), "deep_linking_return_url_missing"),
        (settings(deep_link_return_url=""), "deep_linking_return_url_missing"),
        (settings(deep_link_return_url=7), "deep_linking_return_url_missing"),
        (settings(accept_types=REMOVED), "deep_linking_types_missing"),
        (settings(accept_types="ltiResourceLink"), "deep_linking_types_missing"),
        (settings(accept_presentation_document_targets=REMOVED), "deep_linking_targets_missing"),
        (settings(accept_types=["file", "html"]), "deep_linking_type_not_offered"),
        (settings(data={"an": "object"}), "deep_linking_data_not_text"),
        (
            settings(deep_link_return_url="https://evil.example/x"),
            "deep_linking_return_url_foreign",
        ),
        (settings(deep_link_return_url="http://lms.example/x"), "deep_linking_return_url_foreign"),
        (
            settings(deep_link_return_url="https://lms.example@evil.example/x"),
            "deep_linking_return_url_foreign",
        ),
        (settings(deep_link_return_url="javascript:alert(1)"), "deep_linking_return_url_foreign"),
        (settings(deep_link_return_url="http://127.0.0.1/x"), "deep_linking_return_url_foreign"),
    ],
)
def test_d1_and_t37_a_request_without_what_it_needs_is_refused(
    tool: Tool, changes: dict[str, Any], reason: str
):
    answer = request_content(tool, tool.client(), changes)

    assert (
        (answer.status_code, reason_of(answer.text))
        == (REASONS[reason].status, reason)
        == (
            400,
            reason,
        )
    )
    assert (tool.count(deep_link_selection), tool.count(person)) == (0, 0)


@pytest.mark.parametrize(
    "roles",
    [
        [MEMBERSHIP + "Learner"],
        [],
        [MEMBERSHIP + "Mentor"],
        [INSTITUTION + "Instructor", MEMBERSHIP + "Learner"],
        [SYSTEM + "Administrator", INSTITUTION + "Administrator"],
        ["instructor"],
    ],
)
def test_d2_a_learner_may_not_choose_content(tool: Tool, roles: list[str]):
    answer = request_content(tool, tool.client(), {PREFIX + "roles": roles})

    assert (answer.status_code, reason_of(answer.text)) == (403, "deep_linking_role")
    assert (tool.count(deep_link_selection), tool.count(person)) == (0, 0)


@pytest.mark.parametrize(
    "role",
    [
        MEMBERSHIP + "Instructor",
        MEMBERSHIP + "ContentDeveloper",
        MEMBERSHIP + "Administrator",
        MEMBERSHIP + "Manager",
        "Instructor",
        TA,
    ],
)
def test_d2_who_runs_the_course_may(tool: Tool, role: str):
    _, path = choosing(tool, changes={PREFIX + "roles": [role, MEMBERSHIP + "Learner"]})

    assert path.startswith("/select/")
