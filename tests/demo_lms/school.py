from tracks.demo_lms import Course, Link, Member, Person, World

MANY = tuple(Person(f"many-{n}", f"Person {n}", "Teacher") for n in range(1, 51))


def world(tool: str) -> World:
    return World(
        site_name="Asker skole",
        people=(
            Person("u-1", "Lærer En", "Teacher"),
            Person("u-2", None, "Teacher"),
            Person("t-1", "Leder To", "Change-group leader", "leder@example.org"),
            Person("alone", "Utenfor", "Visitor"),
            *MANY,
        ),
        courses=(
            Course(
                "science",
                "Naturfag 8–10",
                "NAT",
                members=(
                    Member("u-1", "Learner"),
                    Member("u-2", "Learner"),
                    Member("t-1", "Instructor"),
                ),
                links=(
                    Link("hypo", "Hypoteser", f"{tool}/r/hypo", {"resource": "a/b"}, 10),
                    Link("read", "Les <om> det", f"{tool}/r/read"),
                ),
            ),
            Course("other", "Norsk", "NOR", (Member("t-1", "Learner"),), ()),
        ),
    )
