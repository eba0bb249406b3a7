from collections.abc import Mapping

from msgspec import Struct, field


class CourseContext(Struct, frozen=True):
    id: str
    label: str
    title: str


class LaunchMessage(Struct, frozen=True):
    """One resource link launch, in the host's words; `lti.platform.launch` makes the claims."""

    sub: str
    roles: tuple[str, ...]  # full role URIs
    context: CourseContext
    link_id: str
    link_title: str
    target_link_uri: str
    document_target: str  # "iframe" or "window"
    return_url: str
    locale: str
    line_items_url: str
    line_item_url: str | None  # only when the link has exactly one line item (AGS §3.1)
    memberships_url: str
    name: str | None = None
    email: str | None = None
    custom: Mapping[str, str] = field(default_factory=dict)
    for_user: str | None = None  # then it is a submission review of that person's work


class ContentRequest(Struct, frozen=True):
    """A deep linking launch: this person chooses content for the course."""

    sub: str
    roles: tuple[str, ...]  # full role URIs
    context: CourseContext
    target_link_uri: str
    document_target: str  # "iframe" or "window"
    return_url: str
    locale: str
    deep_link_return_url: str
    data: str | None  # opaque for the tool; comes back as it is
    name: str | None = None
    email: str | None = None
