from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app

from lti.platform import CourseContext, HintSigner, LaunchMessage, Member, MessageHint, Platform
from tracks.demo_lms.gradebook import CourseGradebook
from tracks.demo_lms.state import State
from tracks.demo_lms.world import ContextRole, Course, Directory

ROLE_URIS: Mapping[ContextRole, str] = {
    "Learner": "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner",
    "Instructor": "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor",
}
EXTENSION = "demo_lms"


@dataclass(frozen=True, slots=True)
class Site:
    """What the endpoints and pages of one demo LMS share."""

    directory: Directory
    state: State
    platform: Platform
    hints: HintSigner
    base_url: str
    tool_base_url: str

    @property
    def tool_origin(self) -> str:
        parts = urlsplit(self.tool_base_url)
        return f"{parts.scheme}://{parts.netloc}"

    def gradebook(self, course: Course) -> CourseGradebook:
        return CourseGradebook(self.state, course)

    def line_items_url(self, course: Course) -> str:
        return f"{self.base_url}/lti/courses/{course.id}/lineitems"

    def memberships_url(self, course: Course) -> str:
        return f"{self.base_url}/lti/courses/{course.id}/members"

    def message_for(self, hint: MessageHint, language: str) -> LaunchMessage | None:
        """None when the person is not in the course, or the link is not there (any more)."""
        course = self.directory.courses.get(hint.context_id)
        role = self.directory.role(hint.context_id, hint.sub)
        link = self.directory.link(hint.context_id, hint.link_id)
        if course is None or role is None or link is None:
            return None
        person = self.directory.people[hint.sub]
        item = self.gradebook(course).line_item_of_link(link.id)
        return LaunchMessage(
            sub=person.sub,
            roles=(ROLE_URIS[role],),
            context=CourseContext(course.id, course.label, course.title),
            link_id=link.id,
            link_title=link.title,
            target_link_uri=link.target_link_uri,
            document_target=hint.document_target,
            return_url=f"{self.base_url}/courses/{course.id}/return",
            locale=language,
            line_items_url=self.line_items_url(course),
            line_item_url=f"{self.line_items_url(course)}/{item.id}" if item else None,
            memberships_url=self.memberships_url(course),
            name=person.name,
            email=person.email,
            custom=link.custom,
        )


class CourseRoster:
    """`lti.platform.Roster` for one course."""

    def __init__(self, directory: Directory, course: Course) -> None:
        self._directory = directory
        self._course = course
        self.context_id = course.id
        self.context_label = course.label
        self.context_title = course.title

    def members(self) -> list[Member]:
        return [
            Member(
                user_id=member.sub,
                roles=(ROLE_URIS[member.role],),
                name=self._directory.people[member.sub].name,
                email=self._directory.people[member.sub].email,
            )
            for member in self._course.members
        ]

    def has_link(self, resource_link_id: str) -> bool:
        return self._directory.link(self._course.id, resource_link_id) is not None


def current_site() -> Site:
    site: Site = current_app.extensions[EXTENSION]
    return site
