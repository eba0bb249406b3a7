"""Moodle XML, as moodle-xml-parser reads it: questions that are ticked, it knows no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from moodle_xml_parser.parser import parse_bytes

from tests.content.readers.conftest import Taken
from tests.content.readers.expected import asked, words


def plain(text: str) -> str:
    """Up to a "<" of its own: the reader unescapes once too often, and makes a tag of it."""
    return text.partition("<")[0]


def test_every_ticked_question_reads_the_same(taken: Taken) -> None:
    for name, path in taken.paths("moodle-xml").items():
        said = parse_bytes(Path(path).read_bytes())["multichoice"]
        expected = list(asked(taken.sources[name]).values())
        assert [one.name for one in said] == [question.title for question in expected], name
        for one, question in zip(said, expected, strict=True):
            assert (one.single, one.default_grade) == (question.form == "one", question.points)
            read = [one.text_pre_parse, *(option.answer for option in one.options)]
            read += [*(option.feedback or "" for option in one.options), one.general_feedback or ""]
            meant = [question.prompt, *question.options, *question.told, question.why]
            assert [plain(words(html)) for html in read] == [plain(text) for text in meant]
            least = 0 if question.form == "one" else -100 / len(question.right)
            most = 100 / len(question.right)
            for place, option in enumerate(one.options):
                share = most if place in question.right else least
                # it reads whole numbers
                assert option.score_fraction == pytest.approx(share, abs=1), (name, question)
