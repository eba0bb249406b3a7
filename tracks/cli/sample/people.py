"""Who there is: 27 schools of different types, about 800 teachers, one person in each role."""

from msgspec import Struct

from tracks.people.rules import Role, SchoolKind

MUNICIPALITY = "Sample municipality"
# How many schools of each type, and their staffs: the sizes of a municipality of 100,000 people.
_STAFFS: tuple[tuple[SchoolKind, tuple[int, ...]], ...] = (
    (SchoolKind.PRIMARY, (18, 22, 24, 26, 27, 29, 31, 33, 36, 40)),
    (SchoolKind.LOWER_SECONDARY, (28, 32, 35, 38, 41, 44)),
    (SchoolKind.COMBINED, (8, 12, 26, 34, 45, 52)),
    (SchoolKind.UPPER_SECONDARY, (48, 55)),
    (SchoolKind.SPECIAL, (4, 9)),
    (SchoolKind.ADULT, (14,)),
)


class SamplePerson(Struct, frozen=True):
    sub: str
    name: str
    role: Role


class SampleSchool(Struct, frozen=True):
    number: int
    name: str
    kind: SchoolKind
    staff: int

    @property
    def code(self) -> str:
        return f"sample-{self.number}"

    @property
    def teachers(self) -> list[SamplePerson]:
        return [
            SamplePerson(
                f"sample-{self.number}-{n:02}", f"Sample teacher {self.number}.{n}", Role.TEACHER
            )
            for n in range(1, self.staff + 1)
        ]

    @property
    def leader(self) -> SamplePerson:
        return SamplePerson(
            f"sample-{self.number}-leader", f"Sample leader {self.number}", Role.LEADER
        )

    @property
    def school_leader(self) -> SamplePerson:
        return SamplePerson(
            f"sample-{self.number}-head", f"Sample school leader {self.number}", Role.SCHOOL_LEADER
        )

    @property
    def everybody(self) -> list[SamplePerson]:
        return [*self.teachers, self.leader, self.school_leader]


COORDINATOR = SamplePerson("sample-coordinator", "Sample coordinator", Role.COORDINATOR)
AUTHOR = SamplePerson("sample-author", "Sample author", Role.AUTHOR)
ADMINISTRATOR = SamplePerson("sample-administrator", "Sample administrator", Role.ADMINISTRATOR)
OFFICE = (COORDINATOR, AUTHOR, ADMINISTRATOR)
# In the LMS only: somebody who has never been here, to see what a newcomer sees.
NEWCOMER = SamplePerson("sample-newcomer", "Sample newcomer", Role.TEACHER)


def sample_schools() -> list[SampleSchool]:
    found: list[SampleSchool] = []
    for kind, staffs in _STAFFS:
        for staff in staffs:
            number = len(found) + 1
            found.append(SampleSchool(number, f"Sample school {number}", kind, staff))
    return found
