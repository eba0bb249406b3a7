"""What stands in a cell, read as people in two countries write it."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracks.people.rules import SchoolKind
from tracks.rosters import values
from tracks.rosters.records import Task
from tracks.rosters.values import BadValue


@pytest.mark.parametrize(
    ("written", "country", "code"),
    [
        ("974760673", "NO", "974760673"),
        ("974 760 673", "NO", "974760673"),
        ("974\u00a0760\u00a0673", "NO", "974760673"),
        ("12345678", "SE", "12345678"),
        ("1234-5678", "SE", "12345678"),
    ],
)
def test_a_units_number_is_its_digits(written: str, country: str, code: str):
    assert values.unit_code(written, country) == code


@pytest.mark.parametrize(
    ("written", "country", "fault"),
    [
        ("974760674", "NO", "bad-unit-code"),  # a changed digit
        ("97476067", "NO", "bad-unit-code"),
        ("9747606733", "NO", "bad-unit-code"),
        ("97476067x", "NO", "bad-unit-code"),
        ("٩٧٤٧٦٠٦٧٣", "NO", "bad-unit-code"),
        ("", "NO", "missing-value"),
        ("974760673", "SE", "bad-unit-code"),
        ("1234567", "SE", "bad-unit-code"),
    ],
)
def test_a_number_that_is_none_is_refused(written: str, country: str, fault: str):
    with pytest.raises(BadValue) as raised:
        values.unit_code(written, country)

    assert raised.value.code == fault


# Numbers of nobody: from the authorities' lists of numbers for tests.
@pytest.mark.parametrize(
    "number",
    [
        "13116900216",  # Norwegian
        "131169 00216",
        "53116900129",  # D-number: the day has 40 more
        "19121212-1212",  # Swedish, with its century
        "191212121212",
        "121212-1212",
        "121212+1212",
        "1212121212",
        "701063-2391",  # samordningsnummer: the day has 60 more
    ],
)
def test_an_identity_number_is_seen(number: str):
    assert values.is_identity_number(number)
    with pytest.raises(BadValue, match="identity-number"):
        values.key(number)


@pytest.mark.parametrize(
    "number", ["13116900217", "1212121213", "10022", "4711-0815", "99999999999", "lærer12", ""]
)
def test_what_only_resembles_one_is_a_staff_number(number: str):
    assert not values.is_identity_number(number)


@pytest.mark.parametrize(
    ("written", "task"),
    [
        ("", Task.TEACHER),
        ("Lærer", Task.TEACHER),
        ("LÆRAR", Task.TEACHER),
        ("lärare", Task.TEACHER),
        ("Speciallärare/specialpedagog", Task.SPECIAL_EDUCATOR),
        ("Rektor", Task.SCHOOL_LEADER),
        ("Endringsgruppe-leder", Task.LEADER),
        ("lärspridare", Task.SPREADER),
        ("Fagarbeider", Task.ASSISTANT),
        ("Annan personal", Task.OTHER),
    ],
)
def test_a_task_is_known_by_the_words_of_both_countries(written: str, task: Task):
    assert values.task(written) is task


@pytest.mark.parametrize("word", [task.value for task in Task])
def test_our_own_words_are_known_too(word: str):
    assert values.task(word.replace("_", " ")) is Task(word)


@pytest.mark.parametrize("kind", list(SchoolKind))
def test_our_own_kinds_are_known(kind: SchoolKind):
    assert values.kind(kind.value) is kind


def test_an_unknown_word_is_a_fault():
    with pytest.raises(BadValue, match="unknown-task"):
        values.task("trollmann")
    with pytest.raises(BadValue, match="unknown-kind"):
        values.kind("skip")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-08-17", date(2026, 8, 17)),
        ("2026-08-17T00:00:00Z", date(2026, 8, 17)),
        ("17.08.2026", date(2026, 8, 17)),
        ("17/8/2026", date(2026, 8, 17)),
        ("", None),
    ],
)
def test_days(written: str, day: date | None):
    assert values.day(written) == day


@pytest.mark.parametrize("written", ["2026-13-01", "31.02.2026", "i fjor", "20260817"])
def test_a_day_that_is_none(written: str):
    with pytest.raises(BadValue, match="bad-date"):
        values.day(written)


@pytest.mark.parametrize(("written", "number"), [("", None), ("0", 0), ("34", 34), ("1 200", 1200)])
def test_no_number_is_unknown_and_nought_is_nought(written: str, number: int | None):
    assert values.teachers(written) == number


@pytest.mark.parametrize("written", ["-1", "3.5", "5001", "999999", "mange", "٣"])
def test_a_number_of_teachers_that_cannot_be(written: str):
    with pytest.raises(BadValue, match="bad-number"):
        values.teachers(written)


@pytest.mark.parametrize("written", ["", "0", "nei", "Nej", "NO", "Ingen", "false"])
def test_a_clear_no_is_open(written: str):
    assert not values.is_protected(written)


@pytest.mark.parametrize("written", ["1", "ja", "Kode 6", "Skyddad folkbokföring", "?", "kanskje"])
def test_whatever_is_no_clear_no_is_protected(written: str):
    assert values.is_protected(written)


@given(st.text())
def test_any_text_is_a_value_or_a_fault(cell: str):
    for read in (values.text, values.key, values.task, values.kind, values.teachers, values.day):
        with suppress(BadValue):  # nothing else is raised
            read(cell)
    values.is_protected(cell)
