import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

_ID = re.compile(r"[A-Za-z0-9._~-]{1,255}")  # ids are parts of addresses

ContextRole = Literal["Learner", "Instructor"]


class Person(Struct, frozen=True):
    sub: str
    name: str | None  # None: this LMS shares no name of this person
    role: str  # in words, for the front page: "Teacher", "Change-group leader"
    email: str | None = None


class Member(Struct, frozen=True):
    sub: str
    role: ContextRole


class Link(Struct, frozen=True):
    id: str  # unique in the whole world
    title: str
    target_link_uri: str
    custom: Mapping[str, str] = field(default_factory=dict)
    maximum_score: float | None = None  # None: the link has no column in the gradebook
    text: str = ""


class Course(Struct, frozen=True):
    id: str
    title: str
    label: str
    members: tuple[Member, ...]
    links: tuple[Link, ...]


class World(Struct, frozen=True):
    site_name: str
    people: tuple[Person, ...]
    courses: tuple[Course, ...]
    # Where its pages keep values for tools whose cookies get lost: "_parent" is the page itself,
    # any other name is a frame in it. None: nowhere, as in most LMSs.
    storage_target: str | None = None
    # Where that frame is and people sign in, if on another host than the pages, as with Canvas.
    sign_in_host: str | None = None


class Directory:
    """Look-ups in a world. ValueError when its ids or members contradict each other."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people = {person.sub: person for person in world.people}
        self.courses = {course.id: course for course in world.courses}
        links = [(link.id, course) for course in world.courses for link in course.links]
        self.course_of_link = dict(links)
        self._roles = {
            (course.id, member.sub): member.role
            for course in world.courses
            for member in course.members
        }
        repeated = len(self.people) < len(world.people) or len(self.courses) < len(world.courses)
        if repeated or len(self.course_of_link) < len(links):
            raise ValueError("a sub, a course id or a link id is used twice")
        if not all(map(_ID.fullmatch, [*self.people, *self.courses, *self.course_of_link])):
            raise ValueError("an id has characters that an address does not take")
        if not {sub for _, sub in self._roles} <= set(self.people):
            raise ValueError("a course has a member who is not among the people")

    def role(self, course_id: str, sub: str) -> ContextRole | None:
        return self._roles.get((course_id, sub))

    def link(self, course_id: str, link_id: str) -> Link | None:
        course = self.courses.get(course_id)
        return next((link for link in course.links if link.id == link_id), None) if course else None

    def courses_of(self, sub: str) -> list[Course]:
        return [course for course in self.world.courses if (course.id, sub) in self._roles]

    def people_by_role(self) -> dict[str, list[Person]]:
        groups: dict[str, list[Person]] = {}
        for person in self.world.people:
            groups.setdefault(person.role, []).append(person)
        return groups

    def search(self, words: str) -> list[Person]:
        wanted = words.casefold().split()

        def fits(person: Person) -> bool:
            text = f"{person.name or ''} {person.sub} {person.role}".casefold()
            return all(word in text for word in wanted)

        return [person for person in self.world.people if fits(person)]
