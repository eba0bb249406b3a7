from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import current_app
from msgspec import Struct

from lti.platform import (
    ContentRequest,
    CourseContext,
    HintSigner,
    LaunchMessage,
    Member,
    MessageHint,
    Platform,
)
from tracks.demo_lms.added import added_links, begin_request
from tracks.demo_lms.gradebook import CourseGradebook
from tracks.demo_lms.state import State
from tracks.demo_lms.world import ContextRole, Course, Directory, Link, Person

ROLE_URIS: Mapping[ContextRole, str] = {
    "Learner": "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner",
    "Instructor": "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor",
}
EXTENSION = "demo_lms"


class Site(Struct, frozen=True):
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

    def links(self, course: Course) -> list[Link]:
        """Those the course begins with, and those its teachers have added."""
        return [*course.links, *added_links(self.state, course)]

    def link(self, course_id: str, link_id: str) -> Link | None:
        course = self.directory.courses.get(course_id)
        links = self.links(course) if course else []
        return next((link for link in links if link.id == link_id), None)

    def course_of_link(self, link_id: str) -> Course | None:
        courses = self.directory.courses.values()
        return self.directory.course_of_link.get(link_id) or next(
            (course for course in courses if self.link(course.id, link_id)), None
        )

    def message_for(
        self, hint: MessageHint, language: str
    ) -> LaunchMessage | ContentRequest | None:
        """None when the person is not in the course, or the link is not there (any more)."""
        course = self.directory.courses.get(hint.context_id)
        role = self.directory.role(hint.context_id, hint.sub)
        if course is None or role is None:
            return None
        person = self.directory.people[hint.sub]
        if hint.link_id is None:
            return self._content_request(hint, course, person, role, language)
        link = self.link(course.id, hint.link_id)
        may_review = role == "Instructor" or hint.for_user in (None, person.sub)
        if link is None or not may_review:
            return None
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
            for_user=hint.for_user,
        )

    def _content_request(
        self, hint: MessageHint, course: Course, person: Person, role: ContextRole, language: str
    ) -> ContentRequest | None:
        """Only the course's teachers choose content for it."""
        if role != "Instructor":
            return None
        data = begin_request(self.state, course, person.sub)
        return ContentRequest(
            sub=person.sub,
            roles=(ROLE_URIS[role],),
            context=CourseContext(course.id, course.label, course.title),
            target_link_uri=self.choosing_uri,
            document_target=hint.document_target,
            return_url=f"{self.base_url}/courses/{course.id}/return",
            locale=language,
            # A query in the address, as Moodle has it.
            deep_link_return_url=f"{self.base_url}/courses/{course.id}/chosen?v=1&request={data}",
            data=data,
            name=person.name,
            email=person.email,
        )

    @property
    def choosing_uri(self) -> str:
        return f"{self.tool_base_url}/lti/launch"


class CourseRoster:
    """`lti.platform.Roster` for one course."""

    def __init__(self, site: Site, course: Course) -> None:
        self._site = site
        self._directory = site.directory
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
        return self._site.link(self._course.id, resource_link_id) is not None


def current_site() -> Site:
    site: Site = current_app.extensions[EXTENSION]
    return site
