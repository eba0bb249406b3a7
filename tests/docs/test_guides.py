"""A guide and the invitation page tell an administrator the same values, by the same names."""

import re

import pytest

from tests.docs.pages import code_words, prose, read, rows
from tracks.lms.about_us import values_to_copy
from tracks.lms.kinds import KINDS, LmsKind, usual_addresses

OURS = values_to_copy("https://tracks.example")
SITES = {
    "moodle": "https://moodle.example",
    "canvas": "https://SCHOOL.instructure.com",
    "openedx": "https://lms.example",
    "brightspace": "https://school.brightspace.com",
}
with_a_guide = pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.key != "other"], ids=lambda kind: kind.key
)


@with_a_guide
def test_each_field_to_fill_in_stands_in_the_guide_with_its_value(kind: LmsKind) -> None:
    table = rows(read(f"operators/lms/{kind.key}.md"), "Field", "Value")
    said = {row[0]: code_words(row[1]) for row in table}

    assert {name: said.get(name) for name, _ in kind.fields} == {
        name: OURS[ours].splitlines() for name, ours in kind.fields
    }


@with_a_guide
def test_what_is_filled_in_for_the_lms_is_what_its_guide_says(kind: LmsKind) -> None:
    said = code_words(prose(read(f"operators/lms/{kind.key}.md")))

    filled = usual_addresses(kind, SITES.get(kind.key))

    assert [value for value in filled.values() if value not in said] == []


@with_a_guide
def test_what_else_is_to_be_chosen_stands_in_the_guide(kind: LmsKind) -> None:
    guide = read(f"operators/lms/{kind.key}.md").lower()

    assert [name for name, _ in kind.settings if name.lower() not in guide] == []
    # What Canvas needs to know stands in the file that it reads.
    assert kind.settings or kind.key == "canvas"


@with_a_guide
def test_a_guide_names_no_address_of_ours_that_is_not_one(kind: LmsKind) -> None:
    known = {word for value in OURS.values() for word in value.splitlines()}
    said = code_words(prose(read(f"operators/lms/{kind.key}.md")))

    assert {word for word in said if re.match(r"\W*https://tracks\.example", word)} <= known


def test_every_lms_that_is_offered_has_a_guide_or_is_another() -> None:
    listed = re.findall(r"\]\((\w+)\.md\)", read("operators/lms/index.md"))

    assert sorted(listed) == sorted(kind.key for kind in KINDS if kind.key != "other")
