"""GIFT in: https://docs.moodle.org/en/GIFT_format. Quiz blocks out, as an author would write them.
What cannot be taken over is told with the line of its question."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from html.parser import HTMLParser
from typing import Final

from msgspec import Struct

from content.intake.quiz_blocks import Answer, QuizText, block
from content.problems import Problem, ProblemList, in_reading_order
from content.said import say

__all__ = ["Taken", "read_gift"]

_ESCAPE = re.compile(r"\\([~=#{}:\\])")
# escaped signs stand in the last private area while the text is taken apart
_SHIFT: Final = 0x10_FF00
_SHOWN: Final = {_SHIFT + ord(sign): sign for sign in "~=#{}:\\"}
_FORMAT = re.compile(r"\s*+\[(html|markdown|plain|moodle)\]", re.IGNORECASE)
_TITLE = re.compile(r"::(.*?)::", re.DOTALL)
_ANSWER = re.compile(r"([=~])([^=~]*)")
_WEIGHT = re.compile(r"\s*+%(-?[0-9]+(?:\.[0-9]+)?)%")
_TRUTH = re.compile(r"(TRUE|FALSE|T|F)\s*+(?:#(.*))?", re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(
    r"[-+]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})(?:[eE][-+]?[0-9]{1,2})?"
)
_TAG = re.compile(r"</?[a-z][^<>]*+>", re.IGNORECASE)
_NO_TAG = re.compile(r"<(?!/?[a-z][^<>]*+>)", re.IGNORECASE)
_NOTED = re.compile(r"\[(?:id|tag):")  # what Moodle 3.7 and later write into a comment
# What is no more than a sign in every format but Markdown
_MARKS = re.compile(r"[\\`*$\[\]]|~(?=~)|(?<!\w)_|_(?!\w)")
_GAP: Final = "_____"
_TRUE_FALSE: Final = {
    "nb": ("Sant", "Usant"),
    "nn": ("Sant", "Usant"),
    "sv": ("Sant", "Falskt"),
    "en": ("True", "False"),
}


class Taken(Struct, frozen=True):
    markdown: str
    count: int
    problems: tuple[Problem, ...]


def read_gift(
    text: str, *, language: str = "nb", name: str = "gift", ids: Collection[str] = ()
) -> Taken:
    """`ids`: those that no question may have."""
    found = ProblemList(name)
    taken = dict.fromkeys(ids, 1)
    blocks = []
    for line, source in _questions(text, found):
        quiz = _Reader(line, language, found).read(source)
        if quiz is not None:
            blocks.append(block(quiz, taken))
    return Taken("\n".join(blocks), len(blocks), in_reading_order(found.found))


def _questions(text: str, found: ProblemList) -> Iterator[tuple[int, str]]:
    """Questions are parted by empty lines outside their braces. Escaped signs are hidden."""
    start, lines, opened = 0, list[str](), 0
    every = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate([*every, ""], start=1):
        if line.lstrip().startswith("//"):
            if _NOTED.search(line):
                found.warning(
                    "gift-loss", number, say("not kept: {what}", what=say("ids and tags"))
                )
            continue
        if line.lstrip().startswith("$CATEGORY"):
            found.warning("gift-category", number, "categories are not kept")
            continue
        if line.strip() or opened > 0:
            start = start if lines else number
            lines.append(_hidden(line))
            opened += lines[-1].count("{") - lines[-1].count("}")
        elif lines:
            yield start, "\n".join(lines)
            lines, opened = [], 0
    if lines:
        yield start, "\n".join(lines)


def _hidden(text: str) -> str:
    return _ESCAPE.sub(lambda sign: chr(_SHIFT + ord(sign[1])), text)


class _Reader:
    def __init__(self, line: int, language: str, found: ProblemList) -> None:
        self.line = line
        self.language = language
        self.found = found
        self.format = "moodle"
        self.told: set[str] = set()

    def cannot(self, message: str, hint: str = "") -> None:
        self.found.error("gift-question", self.line, message, hint)

    def lost(self, what: str) -> None:
        if what in self.told:
            return
        self.told.add(what)
        self.found.warning("gift-loss", self.line, say("not kept: {what}", what=what))

    def read(self, source: str) -> QuizText | None:
        text = source.strip()
        title = _TITLE.match(text)
        text = text[title.end() :] if title else text
        before, brace, rest = text.partition("{")
        body, closing, after = rest.partition("}")
        if not brace:
            self.cannot("a text without { }, which asks nothing", "Write it as a reading step.")
            return None
        if not closing or "{" in after or "}" in after or "{" in body:
            self.cannot(
                "the braces do not fit", "One pair of { } a question; \\{ and \\} in texts."
            )
            return None
        self.format, before = self.format_of(before)
        prompt = self.clean(before)
        if after.strip():
            # as close to the words around as it was
            left, right = before[-1:].isspace(), after[:1].isspace()
            prompt += f"{' ' * left}{_GAP}{' ' * right}{self.clean(after)}"
        answers, mark, explanation = body.rpartition("####")
        body = (answers if mark else explanation).strip()
        explanation = self.clean(explanation) if mark else ""
        quiz = QuizText(_as_written(title[1]) if title else "", prompt, explanation)
        if not prompt:
            self.cannot("the question asks nothing")
            return None
        return self.with_answers(quiz, body)

    def with_answers(self, quiz: QuizText, body: str) -> QuizText | None:
        truth = _TRUTH.fullmatch(body)
        if not body:
            quiz.lines = ["___"]
        elif truth:
            self.add_truth(quiz, truth[1].upper().startswith("T"), truth[2] or "")
        elif body.startswith("#"):
            return self.with_numbers(quiz, body[1:].strip())
        else:
            return self.with_choices(quiz, body)
        return quiz

    def add_truth(self, quiz: QuizText, is_true: bool, feedback: str) -> None:
        """GIFT's first feedback is for the wrong answer, its second for the right one."""
        wrong, _, right = feedback.partition("#")
        words = _TRUE_FALSE.get(self.language, _TRUE_FALSE["en"])
        for word, is_right in zip(words, (is_true, not is_true), strict=True):
            told = self.clean(right if is_right else wrong)
            quiz.answers.append(Answer(word, is_right, told))
        quiz.is_one = True

    def with_numbers(self, quiz: QuizText, body: str) -> QuizText | None:
        """One, or several after =. After ~ stands what is told to whoever is wrong."""
        body, wrong, _ = body.partition("~")
        if wrong:
            self.lost(say("feedback on a number"))
        for text in body.removeprefix("=").split("="):
            share, text = _weighed(text)
            answer, _, feedback = text.partition("#")
            if feedback.strip():
                self.lost(say("feedback on a number"))
            number = _number(answer)
            if number is None:
                hint = "Write {#3.14:0.01} or {#3..4}."
                self.cannot("an answer that is no number", hint)
                return None
            if share in (None, 100):
                quiz.lines.append(number)
            else:
                self.lost(say("an answer that gives a part of the points"))
        return self.answered(quiz)

    def with_choices(self, quiz: QuizText, body: str) -> QuizText | None:
        parts = _ANSWER.findall(body)
        if body[:1] not in ("=", "~"):
            self.cannot("answers must begin with = or ~")
            return None
        if all(sign == "=" for sign, _ in parts):
            texts = [text for _, text in parts]
            has_pairs = any("->" in text for text in texts)
            return self.with_pairs(quiz, texts) if has_pairs else self.with_texts(quiz, texts)
        weights = []
        for sign, text in parts:
            given, text = _weighed(text)
            share = given if given is not None else 100.0 if sign == "=" else 0.0
            answer, _, feedback = text.partition("#")
            quiz.answers.append(Answer(self.clean(answer), share > 0, self.clean(feedback)))
            weights.append(share)
        if any(not answer.text for answer in quiz.answers):
            self.cannot("an answer without text")
            return None
        if not any(answer.is_right for answer in quiz.answers):
            self.cannot("no answer is right", "Write = before the right one.")
            return None
        self.weigh(quiz, weights, is_one=any(sign == "=" for sign, _ in parts))
        return quiz

    def weigh(self, quiz: QuizText, weights: list[float], *, is_one: bool) -> None:
        """With a = one can be chosen there, and no more."""
        right = [share for share in weights if share > 0]
        if _are_our_shares(weights) and not is_one:
            return
        quiz.is_one = weights.count(100) == 1 and (is_one or right == [100])
        if quiz.is_one:
            quiz.answers = [
                Answer(each.text, share == 100, each.feedback)
                for each, share in zip(quiz.answers, weights, strict=True)
            ]
            if len(right) > 1:
                self.lost(say("an answer that gives a part of the points"))
        if min(weights) < 0 or not quiz.is_one:
            self.lost(say("weights of the answers; each right one counts the same"))

    def with_texts(self, quiz: QuizText, texts: list[str]) -> QuizText | None:
        for text in texts:
            share, text = _weighed(text)
            answer, _, feedback = text.partition("#")
            if feedback.strip():
                self.lost(say("feedback on a text"))
            line = self.written(answer)
            if not line:
                self.cannot("an answer without text")
                return None
            if share not in (None, 100):
                self.lost(say("an answer that gives a part of the points"))
            elif "*" in line.replace("\\*", ""):
                self.lost(say("an answer with * for any text"))
            else:
                quiz.lines.append("= " + line.replace("\\*", "*"))
        return self.answered(quiz)

    def with_pairs(self, quiz: QuizText, texts: list[str]) -> QuizText | None:
        for text in texts:
            left, arrow, right = (part.strip() for part in text.partition("->"))
            if not arrow or not right:
                self.cannot("a pair without ->", "Write each answer as =left -> right.")
                return None
            if not self.format_of(left)[1].strip():
                self.lost(say("a right side that nothing belongs to"))
                continue
            shown = " ".join(self.clean(left).split())
            quiz.lines.append(f"- {shown} -> {self.written(right)}")
        return self.answered(quiz)

    def answered(self, quiz: QuizText) -> QuizText | None:
        if not quiz.lines:
            self.cannot("no answer is right", "Write = before the right one.")
            return None
        return quiz

    def format_of(self, text: str) -> tuple[str, str]:
        """Each part may name one; it is else the question's."""
        named = _FORMAT.match(text)
        return (named[1].lower(), text[named.end() :]) if named else (self.format, text)

    def clean(self, text: str) -> str:
        """As Markdown."""
        form, text = self.format_of(text)
        text = _as_written(text)
        if form == "markdown":
            return text
        if form != "plain" and (form == "html" or _TAG.search(text)):
            self.lost(say("the looks of HTML text"))
            return _words(text)
        return _MARKS.sub(r"\\\g<0>", text)

    def written(self, text: str) -> str:
        """What is compared with an answer, in one line."""
        form, text = self.format_of(text)
        return " ".join((_words(text) if form == "html" else _as_written(text)).split())


def _as_written(text: str) -> str:
    return text.strip().replace("\\n", "\n").translate(_SHOWN).strip()


def _weighed(text: str) -> tuple[float | None, str]:
    found = _WEIGHT.match(text)
    return (float(found[1]), text[found.end() :]) if found else (None, text)


def _number(text: str) -> str | None:
    """The line of a right number; None for what is none."""
    low, dots, high = text.partition("..")
    near, colon, off = text.partition(":")
    given = [_decimal(part) for part in ((low, high) if dots else (near, off if colon else "0"))]
    if None in given:
        return None
    first, second = (part for part in given if part is not None)
    value, tolerance = ((first + second) / 2, abs(second - first) / 2) if dots else (first, second)
    if tolerance < 0:
        return None
    shown = [format(part.normalize(), "f") for part in (value, tolerance)]
    return f"= {shown[0]} +- {shown[1]}" if tolerance else f"= {shown[0]}"


def _decimal(text: str) -> Decimal | None:
    """As long as our own numbers may be."""
    number = Decimal(text.strip()) if _NUMBER.fullmatch(text.strip()) else None
    is_short = number is not None and (not number or -12 <= number.adjusted() <= 12)
    return number if is_short else None


def _are_our_shares(weights: list[float]) -> bool:
    """Each right answer adds its share and each wrong one takes one back."""
    right = sum(share > 0 for share in weights)
    return all(abs(abs(share) - 100 / right) < 0.01 for share in weights)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "div", "br", "li", "tr", "pre", "h1", "h2", "h3", "h4"):
            self.parts.append("\n\n")
        elif tag == "img":
            self.parts.append(dict(attrs).get("alt") or "")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _words(html: str) -> str:
    """Paragraphs, with what HTML does not mean but Markdown would."""
    if not html:
        return ""
    seen, *rest = html.split("<!--")
    seen += "".join(part.partition("-->")[2] for part in rest)
    reader = _Words()
    # the parser looks for the end of what begins like a tag as far as there is text
    reader.feed(_NO_TAG.sub("&lt;", seen))
    reader.close()
    text = _MARKS.sub(r"\\\g<0>", "".join(reader.parts))
    text = re.sub(r"[<>]", lambda sign: f"\\{sign[0]}", text)
    lines = [line.strip() for line in text.strip().split("\n")]
    kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
    return "\n".join(kept)
