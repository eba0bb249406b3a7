"""What each platform does differently, as data. Key: Registration.platform_family."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct, field

from lti.ports import Registration


class ProgressNote(Struct, frozen=True):
    """How progress is told without points, in a score that says neither how many nor how well."""

    # in place of `score_extension`
    extension: Mapping[str, Any] = field(default_factory=dict)


class Quirks(Struct, frozen=True):
    # names under which the login may say its deployment; the first one given counts
    deployment_parameters: tuple[str, ...] = ("lti_deployment_id",)
    # where it keeps values for us, though its login does not say so (`lti_storage_target`)
    storage_target: str | None = None
    # line items must have whole points
    whole_points: bool = False
    # further fields of every score; without this Canvas counts each one as a new submission
    score_extension: Mapping[str, Any] = field(default_factory=dict)
    # the score says when the work was done: else work is late when our message is
    says_submitted_at: bool = False
    # a score below the maximum looks like a failure there: send nothing before all is done
    complete_only: bool = False
    # None: a score without points clears what the gradebook shows (so says AGS, and Moodle does it,
    # also to what a teacher has given), or nobody has looked: progress is not told before the end
    progress_note: ProgressNote | None = None
    # words in a refused score, in lower case, and what they mean
    refusals: Mapping[str, str] = field(default_factory=dict)
    # the most calls of one service in a second
    calls_per_second: float = 10.0
    # the aud of the token request, where the token URL will not do
    token_audience: str | None = None


STANDARD: Final = Quirks()

BY_FAMILY: Final[Mapping[str, Quirks]] = MappingProxyType(
    {
        # only what is fully graded reaches the gradebook; tests/conformance/openedx has seen it
        "openedx": Quirks(whole_points=True, progress_note=ProgressNote()),
        "canvas": Quirks(
            deployment_parameters=("lti_deployment_id", "deployment_id"),
            score_extension=MappingProxyType(
                {
                    "https://canvas.instructure.com/lti/submission": {
                        "new_submission": False,
                        # a grade that a teacher has set stays
                        "prioritize_non_tool_grade": True,
                    }
                }
            ),
            says_submitted_at=True,
            complete_only=True,
            progress_note=ProgressNote(
                MappingProxyType(
                    {
                        "https://canvas.instructure.com/lti/submission": {
                            "new_submission": False,
                            # else a score without points empties the grade, whoever has given it
                            "preserve_score": True,
                        }
                    }
                )
            ),
            refusals=MappingProxyType(
                {
                    "user not found in course": "user_unknown",
                    "maximum number of allowed attempts": "attempts_used_up",
                }
            ),
        ),
        "blackboard": Quirks(
            storage_target="_parent",
            refusals=MappingProxyType({"user could not be found": "user_unknown"}),
        ),
        "brightspace": Quirks(
            token_audience="https://api.brightspace.com/auth/token",  # noqa: S106 - an audience, not a secret
            refusals=MappingProxyType(
                {
                    "user in requested score is not enrolled": "user_unknown",
                    "user in requested score does not exist": "user_unknown",
                }
            ),
        ),
    }
)


def quirks_for(platform_family: str) -> Quirks:
    return BY_FAMILY.get(platform_family, STANDARD)


def quirks_of(registration: Registration) -> Quirks:
    return quirks_for(registration.platform_family)
