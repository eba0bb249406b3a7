"""The same people in the demo LMS: a course for each school, and the doors that `run` prints."""

from msgspec import Struct

from content.model import Library, Track
from tracks.cli.sample.people import (
    ADMINISTRATOR,
    AUTHOR,
    COORDINATOR,
    NEWCOMER,
    OFFICE,
    SamplePerson,
    SampleSchool,
    sample_schools,
)
from tracks.demo_lms import Course, Link, Member, Person, World
from tracks.people.rules import Role

_ROLE_WORDS = {
    Role.TEACHER: "Teacher",
    Role.LEADER: "Change-group leader",
    Role.SCHOOL_LEADER: "School leader",
    Role.COORDINATOR: "Municipality coordinator",
    Role.AUTHOR: "Author",
    Role.ADMINISTRATOR: "Administrator",
}
OPENED_SCHOOL = 11  # the first lower secondary school
SAMPLE_TRACK = "naturfag-utforskende"  # where the links of the courses lead to


def sample_track(library: Library) -> Track:
    """Of another library the first one."""
    named = (track for track in library.tracks if track.id == SAMPLE_TRACK)
    return next(named, library.tracks[0])


class Door(Struct, frozen=True):
    text: str
    path: str


def doors() -> list[Door]:
    """Where to click, one for each role."""
    school = OPENED_SCHOOL
    return [
        Door("open as a teacher", f"/open/sample-{school}-01/school-{school}-track"),
        Door("open as a teacher who is new here", "/open/sample-newcomer/school-11-track"),
        Door(
            "open as a change-group leader",
            f"/open/sample-{school}-leader/school-{school}-track",
        ),
        Door("open as a school leader", f"/open/sample-{school}-head/school-{school}-home"),
        Door("open as the municipality", f"/open/{COORDINATOR.sub}/office-municipality"),
        Door("write tracks, as an author", f"/open/{AUTHOR.sub}/office-authoring"),
        Door("connect an LMS, as administrator", f"/open/{ADMINISTRATOR.sub}/office-lms"),
        Door("see the gradebook of the LMS", f"/courses/school-{school}/gradebook"),
    ]


def demo_world(tool_url: str, track: str, resource: str) -> World:
    """`track` and `resource`: addresses that the links of every course lead to."""
    schools = sample_schools()
    people = [_person(p) for s in schools for p in s.everybody]
    people += [_person(p) for p in (*OFFICE, NEWCOMER)]
    courses = [_course(s, tool_url, track, resource) for s in schools]
    office = Course(
        id="office",
        title="Sample municipality: coordination",
        label="Office",
        members=tuple(Member(p.sub, "Instructor") for p in OFFICE),
        links=(
            Link("office-municipality", "How far have we come?", f"{tool_url}/municipality"),
            Link("office-authoring", "Write tracks", f"{tool_url}/authoring"),
            Link("office-lms", "LMS connections", f"{tool_url}/lms"),
            Link("office-home", "Learning Tracks", f"{tool_url}/lti/launch"),
        ),
    )
    return World("Sample LMS", tuple(people), (*courses, office))


def _person(person: SamplePerson) -> Person:
    return Person(person.sub, person.name, _ROLE_WORDS[person.role])


def _course(school: SampleSchool, tool_url: str, track: str, resource: str) -> Course:
    members = [Member(t.sub, "Learner") for t in school.teachers]
    members += [Member(school.school_leader.sub, "Learner")]
    members += [Member(school.leader.sub, "Instructor")]
    if school.number == OPENED_SCHOOL:
        members.append(Member(NEWCOMER.sub, "Learner"))
    name = f"school-{school.number}"
    launch = f"{tool_url}/lti/launch"
    return Course(
        id=name,
        title=f"Professional development, {school.name}",
        label=school.name,
        members=tuple(members),
        links=(
            Link(f"{name}-track", "Utforskende naturfag", launch, {"resource": track}, 100.0),
            Link(f"{name}-resource", "One resource", launch, {"resource": resource}, 100.0),
            Link(f"{name}-home", "Learning Tracks", launch),
        ),
    )
