"""GIFT in: https://docs.moodle.org/en/GIFT_format. Quiz blocks out, as an author would write them.
What cannot be taken over is told with the line of its question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from msgspec import Struct

from content.intake.quiz_blocks import Answer, QuizText, block
from content.problems import Problem, ProblemList, in_reading_order
from content.said import say

__all__ = ["Taken", "read_gift"]

_ESCAPE = re.compile(r"\\([~=#{}:\\])")
_SHIFT: Final = 0xE000  # escaped signs stand in the private area while the text is taken apart
_SHOWN: Final = {_SHIFT + ord(sign): sign for sign in "~=#{}:\\"}
_FORMAT = re.compile(r"\s*\[(html|markdown|plain|moodle)\]", re.IGNORECASE)
_TITLE = re.compile(r"\s*::(.*?)::", re.DOTALL)
_ANSWER = re.compile(r"([=~])([^=~]*)")
_WEIGHT = re.compile(r"\s*%(-?[0-9]+(?:\.[0-9]+)?)%")
_TRUTH = re.compile(r"\s*(TRUE|FALSE|T|F)\s*(?:#(.*))?", re.DOTALL | re.IGNORECASE)
_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_WITHIN = re.compile(rf"\s*=?\s*({_NUMBER})(?::({_NUMBER}))?\s*(?:#(.*))?", re.DOTALL)
_BETWEEN = re.compile(rf"\s*=?\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*(?:#(.*))?", re.DOTALL)
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


def read_gift(text: str, *, language: str = "nb", name: str = "gift") -> Taken:
    found = ProblemList(name)
    taken: set[str] = set()
    blocks = []
    for line, source in _questions(text, found):
        quiz = _Reader(line, language, found).read(source)
        if quiz is not None:
            blocks.append(block(quiz, taken))
    return Taken("\n".join(blocks), len(blocks), in_reading_order(found.found))


def _questions(text: str, found: ProblemList) -> Iterator[tuple[int, str]]:
    """Questions are parted by empty lines outside their braces."""
    start, lines = 0, list[str]()
    every = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate([*every, ""], start=1):
        if line.lstrip().startswith("//"):
            continue
        if line.lstrip().startswith("$CATEGORY"):
            found.warning("gift-category", number, "categories are not kept")
            continue
        hidden = _hidden("\n".join(lines))
        if line.strip() or hidden.count("{") > hidden.count("}"):
            start = start if lines else number
            lines.append(line)
        elif lines:
            yield start, "\n".join(lines)
            lines = []
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

    def cannot(self, message: str, hint: str = "") -> None:
        self.found.error("gift-question", self.line, message, hint)

    def read(self, source: str) -> QuizText | None:
        text = _hidden(source).strip()
        title = _TITLE.match(text)
        text = text[title.end() :] if title else text
        named = _FORMAT.match(text)
        if named:
            self.format, text = named[1].lower(), text[named.end() :]
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
        prompt = self.clean(before)
        if after.strip():
            prompt = f"{prompt} _____ {self.clean(after)}"
        body, _, explanation = body.partition("####")
        quiz = QuizText(self.clean(title[1]) if title else "", prompt, self.clean(explanation))
        if not prompt:
            self.cannot("the question asks nothing")
            return None
        return self.with_answers(quiz, body)

    def with_answers(self, quiz: QuizText, body: str) -> QuizText | None:
        truth = _TRUTH.fullmatch(body)
        if not body.strip():
            quiz.lines = ["___"]
        elif truth:
            self.add_truth(quiz, truth[1].upper().startswith("T"), truth[2] or "")
        elif body.lstrip().startswith("#"):
            return self.with_number(quiz, body.strip()[1:])
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

    def with_number(self, quiz: QuizText, body: str) -> QuizText | None:
        if found := _WITHIN.fullmatch(body):
            quiz.lines = [f"= {found[1]}" + (f" +- {found[2]}" if found[2] else "")]
        elif found := _BETWEEN.fullmatch(body):
            low, high = float(found[1]), float(found[2])
            quiz.lines = [f"= {(low + high) / 2:g} +- {abs(high - low) / 2:g}"]
        else:
            self.cannot("several numbers with weights", "Keep one: {#3.14:0.01}")
            return None
        if found[3]:
            self.lost(say("feedback on a number"))
        return quiz

    def with_choices(self, quiz: QuizText, body: str) -> QuizText | None:
        first = body.lstrip()[:1]
        parts = _ANSWER.findall(body)
        if first not in ("=", "~"):
            self.cannot("answers must begin with = or ~")
            return None
        if all(sign == "=" for sign, _ in parts):
            return self.with_texts(quiz, [text for _, text in parts])
        weights = []
        for sign, text in parts:
            weight = _WEIGHT.match(text)
            text = text[weight.end() :] if weight else text
            share = float(weight[1]) if weight else 100.0 if sign == "=" else 0.0
            answer, _, feedback = text.partition("#")
            quiz.answers.append(Answer(self.clean(answer), share > 0, self.clean(feedback)))
            weights.append(share)
        if any(not answer.text for answer in quiz.answers):
            self.cannot("an answer without text")
            return None
        if not any(answer.is_right for answer in quiz.answers):
            self.cannot("no answer is right", "Write = before the right one.")
            return None
        right = [share for share in weights if share > 0]
        quiz.is_one = right == [100.0]
        if not quiz.is_one and not _are_our_shares(weights):
            self.lost(say("weights of the answers; each right one counts the same"))
        return quiz

    def with_texts(self, quiz: QuizText, texts: list[str]) -> QuizText | None:
        for text in texts:
            weight = _WEIGHT.match(text)
            if weight and float(weight[1]) != 100:
                self.lost(say("an answer that gives a part of the points"))
                continue
            answer, _, feedback = text[weight.end() if weight else 0 :].partition("#")
            if feedback.strip():
                self.lost(say("feedback on a text"))
            left, arrow, right = answer.partition("->")
            line = self.clean(answer).replace("\n", " ")
            pair = f"- {self.clean(left)} -> {self.clean(right)}".replace("\n", " ")
            quiz.lines.append(pair if arrow else f"= {line}")
        return quiz

    def lost(self, what: str) -> None:
        self.found.warning("gift-loss", self.line, say("not kept: {what}", what=what))

    def clean(self, text: str) -> str:
        text = text.strip().replace("\\n", "\n")
        text = text.translate(_SHOWN)
        if self.format == "html" or re.search(r"</?[a-z][^>]*>", text, re.IGNORECASE):
            self.lost(say("the looks of HTML text"))
            return _words(text)
        return text


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
    reader = _Words()
    reader.feed(html)
    reader.close()
    text = re.sub(r"[<>]", lambda sign: f"\\{sign[0]}", "".join(reader.parts))
    return re.sub(r"[ \t]*\n\s*\n\s*", "\n\n", text).strip()
