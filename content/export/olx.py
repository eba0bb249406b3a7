"""Open edX's OLX: a course of static files, quizzes as problems.
https://docs.openedx.org/en/latest/educators/olx/index.html"""

from __future__ import annotations

import gzip
import io
import json
import re
import tarfile
from xml.etree.ElementTree import Element

from content.export import olx_written
from content.export.pages import Place, intro_body, note_work_lost, places, step_body
from content.export.quizzes import TICKED, Quiz, asked_in, note_alike_only, number
from content.export.source import Exported, Losses, Source
from content.export.xml import add, elements, with_tex, written
from content.rendered import RenderedQuestion

_FORMS = TICKED | olx_written.FORMS
_GRADED = "Quiz"
_ODD = re.compile(r"[^A-Za-z0-9_-]")


def olx(source: Source) -> Exported:
    course = _Course(source)
    return Exported(_packed(course.files()), tuple(course.losses.found))


class _Course:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.losses = Losses()
        self.found: dict[str, bytes] = {}
        self.count = 0  # of the quizzes

    def files(self) -> dict[str, bytes]:
        source = self.source
        text = source.track.texts[source.language]
        run = _name(f"{source.track.version}-{source.language}")
        names = {"url_name": run, "org": _name(source.publisher.id), "course": source.track.id}
        self.write("course", Element("course", names))
        shown = {"display_name": text.title, "language": source.language}
        course = Element("course", {**shown, "start": "2020-01-01T00:00:00Z"})
        self.add_places(course)
        self.write(f"course/{run}", course)
        self.found["about/overview.html"] = intro_body(source, _static).encode()
        self.found["about/short_description.html"] = text.summary.encode()
        self.found[f"policies/{run}/policy.json"] = b"{}\n"
        self.found[f"policies/{run}/grading_policy.json"] = _grading(self.count)
        for path, data in source.media.items():
            self.found[f"static/{_static_name(path)}"] = data
        return self.found

    def write(self, path: str, root: Element) -> None:
        self.found[f"{path}.xml"] = written(root)

    def add_places(self, course: Element) -> None:
        """Module, phase and step are chapter, sequential and vertical."""
        language = self.source.language
        chapters: dict[str, Element] = {}
        sequences: dict[str, Element] = {}
        for place in places(self.source):
            module, section = place.module, place.section
            chapter_id, sequence_id = module.id, f"{module.id}_{section.phase}"
            if chapter_id not in chapters:
                add(course, "chapter", attributes={"url_name": chapter_id})
                title = {"display_name": module.texts[language].title}
                chapters[chapter_id] = Element("chapter", title)
            if sequence_id not in sequences:
                add(chapters[chapter_id], "sequential", attributes={"url_name": sequence_id})
                title = {"display_name": section.texts[language]}
                sequences[sequence_id] = Element("sequential", title)
            self.add_step(sequences[sequence_id], place)
        for kind, every in (("chapter", chapters), ("sequential", sequences)):
            for name, element in every.items():
                self.write(f"{kind}/{name}", element)

    def add_step(self, sequence: Element, place: Place) -> None:
        source, name = self.source, _name(place.id)
        text = place.step.texts[source.language]
        note_work_lost(source, place, self.losses, _FORMS)
        add(sequence, "vertical", attributes={"url_name": f"{name}_unit"})
        vertical = Element("vertical", {"display_name": text.title})
        question = asked_in(_FORMS, place.step, source.language)
        if question is not None:
            quiz = Quiz(place.module, place.step, question, source.language)
            self.count += 1
            sequence.set("format", _GRADED)
            sequence.set("graded", "true")
            add(vertical, "problem", attributes={"url_name": name})
            self.write(f"problem/{name}", _problem(quiz))
            if question.form == "several":
                message = "Open edX counts every option, also those rightly left out"
                self.losses.note(place.step, source.language, message)
            if question.form not in TICKED:
                note_alike_only(quiz, self.losses, "Open edX")
                olx_written.note_losses(quiz, self.losses)
        else:
            add(vertical, "html", attributes={"url_name": name})
            self.write(
                f"html/{name}", Element("html", {"filename": name, "display_name": text.title})
            )
            self.found[f"html/{name}.html"] = step_body(
                source, place.step, _static, _FORMS
            ).encode()
        self.write(f"vertical/{name}_unit", vertical)


def _problem(quiz: Quiz) -> Element:
    question = quiz.drawn(_static)
    points = number(question.points)
    problem = Element("problem", {"display_name": quiz.title, "weight": points})
    if question.form in TICKED:
        response = _ask_choice(problem, question)
    else:
        response = olx_written.ask(problem, question, quiz.step.id)
    if question.explanation_html:
        solution = add(response, "solution")
        shown = elements(with_tex(question.explanation_html))
        shown.set("class", "detailed-solution")
        solution.append(shown)
    if question.hint_html:
        hint = add(add(problem, "demandhint"), "hint")
        hint.append(elements(with_tex(question.hint_html)))
    return problem


def _ask_choice(problem: Element, question: RenderedQuestion) -> Element:
    is_one = question.form == "one"
    credit = {} if is_one else {"partial_credit": "EDC"}
    tag = "multiplechoiceresponse" if is_one else "choiceresponse"
    response = add(problem, tag, attributes=credit)
    response.append(elements(with_tex(question.prompt_html)))
    kind = {"type": "MultipleChoice"} if is_one else {}
    group = add(response, "choicegroup" if is_one else "checkboxgroup", attributes=kind)
    _add_choices(group, question)
    return response


def _add_choices(group: Element, question: RenderedQuestion) -> None:
    for option in question.options:
        choice = add(group, "choice", attributes={"correct": str(option.is_right).lower()})
        content = elements(with_tex(option.html))
        paragraphs = list(content)
        # one paragraph stands in the line of its button, as Studio writes it
        if len(paragraphs) == 1 and paragraphs[0].tag == "p":
            content = paragraphs[0]
        choice.text = content.text
        choice.extend(list(content))
        if option.feedback_html:
            is_one = question.form == "one"
            selected = {} if is_one else {"selected": "true"}
            add(choice, "choicehint", attributes=selected).append(
                elements(with_tex(option.feedback_html))
            )


def _grading(count: int) -> bytes:
    graders = [
        {"type": _GRADED, "short_label": _GRADED, "min_count": max(1, count)}
        | {"drop_count": 0, "weight": 1.0}
    ]
    return json.dumps({"GRADER": graders, "GRADE_CUTOFFS": {"Pass": 0.5}}, indent=2).encode()


def _name(text: str) -> str:
    return _ODD.sub("_", text)


def _static_name(path: str) -> str:
    """Open edX keeps files in one folder."""
    return path.removeprefix("media/").replace("/", "_")


def _static(path: str) -> str:
    return f"/static/{_static_name(path)}"


def _packed(files: dict[str, bytes]) -> bytes:
    """A .tar.gz that says nothing of the machine or the day."""
    held, packed = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            entry = tarfile.TarInfo(f"course/{name}")
            entry.size = len(files[name])
            archive.addfile(entry, io.BytesIO(files[name]))
    with gzip.GzipFile(fileobj=packed, mode="wb", filename="", mtime=0) as file:
        file.write(held.getvalue())
    return packed.getvalue()
