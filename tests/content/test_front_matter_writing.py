"""What a form writes is read back, and what it does not write stays as it was."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from content.front_matter import read_front_matter, split_front_matter
from content.front_matter_writing import CannotWrite, with_values
from content.problems import ProblemList
from content.reading.forms import ModuleForm, TrackForm
from tests.content.cases import TRACK_FILE

FILE = """---
# what it is about
title: Enheter   # words
devices: [pc, ipad]   # those of the school
minutes: {A: 20, B: 30}
grades:
  - "8-10"   # yes
  # later
  - vg1
# about gaps
gap-weeks: 4
leader: |
  Line one
  # no comment
source: ""
---

Text with --- in it.
"""
LINE = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufffd\ufeff"),
    min_size=1,
    max_size=40,
).filter(str.strip)
TEXT = st.lists(st.one_of(LINE, st.just("")), max_size=5).map("\n".join)


def values(text, form):
    yaml, _ = split_front_matter(text)
    found = ProblemList("x")
    return read_front_matter(yaml or "", form, found).values, found.found


def test_comments_order_and_the_rest_stay():
    changed = with_values(
        FILE,
        {"title": "Nye: ord # her", "devices": ["pc"], "grades": ["5"], "minutes": {"A": 1}},
    )

    assert changed == FILE.replace("title: Enheter", 'title: "Nye: ord # her"').replace(
        "[pc, ipad]", "[pc]"
    ).replace("{A: 20, B: 30}", "{A: 1}").replace(
        '\n  - "8-10"   # yes\n  # later\n  - vg1\n', ' ["5"]\n'
    )


def test_a_new_key_stands_last_and_none_takes_one_out():
    changed = with_values(FILE, {"licence": "CC BY 4.0", "gap-weeks": None})

    assert changed == FILE.replace("gap-weeks: 4\n", "").replace(
        'source: ""\n', 'source: ""\nlicence: CC BY 4.0\n'
    )


def test_text_of_several_lines_is_written_as_a_block():
    changed = with_values(FILE, {"leader": "First\n\n  - then\n"})

    assert "leader: |\n  First\n\n    - then\nsource" in changed
    assert (
        values(
            changed.replace('grades:\n  - "8-10"   # yes\n  # later\n  - vg1\n', ""), ModuleForm
        )[0].leader
        == "First\n\n  - then\n"
    )


@pytest.mark.parametrize(
    "text", ["no front matter", "---\na: [\n---\n", "---\n- a\n---\n", "---\na: &x 1\n---\n"]
)
def test_what_cannot_be_read_is_not_changed(text):
    with pytest.raises(CannotWrite):
        with_values(text, {"title": "x"})


@given(LINE, TEXT, st.lists(st.sampled_from(["ipad", "pc"]), unique=True), st.integers(0, 52))
def test_what_is_written_is_read(title, leader, devices, weeks):
    given = {"title": title, "leader": leader, "devices": devices, "gap-weeks": weeks}
    for file in (
        "---\ntitle: x\n---\ntext\n",
        "---\nleader: |\n  a\n  b\ntitle: x # y\n---\ntext\n",
    ):
        changed = with_values(file, given)

        form, problems = values(changed, ModuleForm)
        assert problems == []
        assert form is not None
        assert (form.title, form.leader, form.devices, form.gap_weeks) == (
            *(title, leader, tuple(devices), weeks),
        )
        assert changed.endswith("---\ntext\n")
        assert with_values(changed, given) == changed


@given(st.lists(LINE, min_size=1, max_size=4), LINE)
def test_a_tracks_lists_are_read_back(authors, licence):
    assume(all(len(each) <= 80 for each in authors))
    changed = with_values(TRACK_FILE, {"authors": authors, "licence": licence})

    form, problems = values(changed, TrackForm)
    assert problems == []
    assert form is not None
    assert (form.authors, form.licence) == (tuple(authors), licence)
