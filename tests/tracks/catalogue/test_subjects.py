"""Subjects by their names: every known code has one, in the order of the reader's alphabet."""

import pytest

from content.codes import SUBJECTS
from tracks.catalogue.subjects import named_subjects
from tracks.i18n import LANGUAGES, translations
from tracks.i18n.sorting import sort_key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_name_of_its_own(language: str):
    named = dict(named_subjects(SUBJECTS, language, translations(language).gettext))

    assert set(named) == set(SUBJECTS)
    assert [code for code, name in named.items() if name == code] == []
    assert len(set(named.values())) == len(SUBJECTS)


def test_two_of_one_name_say_their_curriculum_and_a_code_without_a_name_is_shown():
    codes = ("GRGRGEO01", "MAT01-06", "GEO01-02", "XYZ01-01")

    assert named_subjects(codes, "nb", translations("nb").gettext) == [
        ("GRGRGEO01", "Geografi (Lgr22)"),
        ("GEO01-02", "Geografi (LK20)"),
        ("MAT01-06", "Matematikk"),
        ("XYZ01-01", "XYZ01-01"),
    ]


def test_history_is_a_subject_and_not_what_happened_to_a_file():
    named = named_subjects(["HIS01-03"], "nb", translations("nb").gettext)

    assert named == [("HIS01-03", "Historie")]


def test_a_code_of_an_earlier_revision_has_the_name_of_todays():
    assert named_subjects(["NAT01-04"], "nb", translations("nb").gettext) == [
        ("NAT01-04", "Naturfag")
    ]


@pytest.mark.parametrize(
    ("language", "ordered"),
    [
        ("nb", ["Asker", "Zoologi", "ærlig", "Østfold", "Åmot"]),
        ("sv", ["Asker", "Zoologi", "Åmot", "ärlig", "Östfold"]),
        ("en", ["Asker", "bread", "Zoology"]),
    ],
)
def test_the_letters_after_z_stand_where_they_stand_in_that_language(
    language: str, ordered: list[str]
):
    keys = [sort_key(language, word) for word in ordered]
    assert keys == sorted(keys)
