"""Names, numbers and versions, decided without a page."""

import pytest

from tracks.authoring.rules import (
    FileName,
    file_name,
    free_id,
    id_from,
    is_version,
    next_version,
    normal,
    with_module_moved,
    with_module_renamed,
)


@pytest.mark.parametrize(
    ("version", "following"),
    [("1.0", "1.1"), ("1.4.2", "1.5.0"), ("3", "4"), ("9.9.9", "9.10.0")],
)
def test_the_next_version_is_higher_and_as_long(version: str, following: str):
    assert next_version(version) == following
    assert is_version(following)


@pytest.mark.parametrize("text", ["", "1.", "1.2.3.4", "v1", "1.12345", "١"])
def test_other_things_are_no_version(text: str):
    assert not is_version(text)


@pytest.mark.parametrize("text", ["01-a.nb.md", "001-a.nb.md", "7-a.sv.md", "track.nn.md"])
def test_a_name_is_written_as_it_was_read(text: str):
    assert str(file_name(text)) == text


@pytest.mark.parametrize(
    "text",
    ["01-a.xx.md", "01-A.nb.md", "1234-a.nb.md", "track.md", "01--a.nb.md", "../track.nb.md"],
)
def test_other_files_are_no_text_of_ours(text: str):
    assert file_name(text) is None


def test_a_title_gives_an_id():
    assert id_from("Å måle i klassen!") == "a-male-i-klassen"
    assert id_from("Ærlig øl, ölig ärla") == "aerlig-ol-olig-arla"
    assert id_from("Café – 2") == "cafe-2"
    assert id_from("数学") == ""
    assert len(id_from("a" * 63 + " b")) == 63


def names(*texts: str) -> list[FileName]:
    found = [file_name(text) for text in texts]
    return [name for name in found if name is not None]


def moved(before: list[FileName], id_: str, places: int) -> dict[str, str]:
    return {str(a): str(b) for a, b in with_module_moved(before, id_, places).items()}


def test_a_session_moves_in_all_its_languages_and_the_numbers_stay():
    before = names("01-a.nb.md", "01-a.sv.md", "05-b.nb.md", "track.nb.md")

    assert moved(before, "b", -1) == {
        "01-a.nb.md": "05-a.nb.md",
        "01-a.sv.md": "05-a.sv.md",
        "05-b.nb.md": "01-b.nb.md",
    }
    assert moved(before, "a", -1) == moved(before, "b", 1) == moved(before, "c", 1) == {}


def test_two_sessions_of_one_number_get_numbers_of_their_own():
    before = names("01-a.nb.md", "01-b.nb.md", "02-c.nb.md")

    assert moved(before, "b", -1) == {"01-a.nb.md": "02-a.nb.md", "02-c.nb.md": "03-c.nb.md"}


def test_another_name_keeps_the_way_the_number_is_written():
    before = names("001-a.nb.md", "02-b.nb.md")

    found = with_module_renamed(before, "a", "c")

    assert {str(a): str(b) for a, b in found.items()} == {"001-a.nb.md": "001-c.nb.md"}


def test_ids_that_are_free_and_texts_made_one():
    assert free_id("{#quiz-1} {#quiz-2}", "quiz-one") == "quiz-3"
    assert free_id("", "try-out") == "try-out-1"
    assert normal("a\r\nb\rc\x00") == "a\nb\nc\ufffd"
