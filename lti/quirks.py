"""What each platform does differently, as data. Key: Registration.platform_family."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from lti.ports import Registration


@dataclass(frozen=True, slots=True)
class Quirks:
    # names under which the login may say its deployment; the first one given counts
    deployment_parameters: tuple[str, ...] = ("lti_deployment_id",)
    # line items must have whole points
    whole_points: bool = False
    # further fields of every score; without this Canvas counts each one as a new submission
    score_extension: Mapping[str, Any] = field(default_factory=dict)
    # by which a refused score says that the person is no longer in the course
    unknown_user_texts: tuple[str, ...] = ()
    # the aud of the token request, where the token URL will not do
    token_audience: str | None = None


STANDARD: Final = Quirks()

BY_FAMILY: Final[Mapping[str, Quirks]] = MappingProxyType(
    {
        "openedx": Quirks(whole_points=True),
        "canvas": Quirks(
            deployment_parameters=("lti_deployment_id", "deployment_id"),
            score_extension=MappingProxyType(
                {"https://canvas.instructure.com/lti/submission": {"new_submission": False}}
            ),
        ),
        "blackboard": Quirks(unknown_user_texts=("user could not be found",)),
        "brightspace": Quirks(token_audience="https://api.brightspace.com/auth/token"),  # noqa: S106 - an audience, not a secret
    }
)


def quirks_of(registration: Registration) -> Quirks:
    return BY_FAMILY.get(registration.platform_family, STANDARD)
