"""One file in one language, read into phases and steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from content.attributes import Attributes, check_attributes, minutes
from content.blocks import BLOCKS, INNER_BLOCKS, STEP_BLOCKS, BlockText
from content.front_matter import FrontMatter
from content.languages import word
from content.markdown import Document, Element, heading_text
from content.model import Access, Audience, Phase, StepKind, StepText, Visibility
from content.problems import Location, ProblemList, suggestion
from content.reading.forms import ModuleForm, TrackForm
from content.said import say
from content.source import source_of

ModuleKey = tuple[int, str]  # number and id, from the file's name

_PHASE_HINT = say("Write for instance: ## A Forarbeid {phase=A minutes=30}")
_OUTSIDE_HINT = "Give the heading above it an id, ### Title {#id}, or move it into a step."


class StepEdition(Struct, frozen=True):
    id: str  # "" if the author gave none
    kind: StepKind
    is_resource: bool
    minutes: int | None
    visibility: Visibility | None
    text: StepText
    size: int  # bytes of source, the leader's words included
    scale: tuple[int, int] | None = None
    access: Access | None = None

    @property
    def line(self) -> int:
        return self.text.location.line


@dataclass(slots=True)
class SectionEdition:
    phase: Phase
    minutes: int | None
    heading: str
    line: int
    steps: list[StepEdition] = field(default_factory=list)
    leader: list[str] = field(default_factory=list)


class ModuleEdition(Struct, frozen=True):
    id: str
    number: int
    language: str
    document: Document
    front: FrontMatter[ModuleForm]
    sections: tuple[SectionEdition, ...]

    @property
    def steps(self) -> tuple[StepEdition, ...]:
        return tuple(step for section in self.sections for step in section.steps)

    @property
    def is_for_leaders(self) -> bool:
        return self.front.values is not None and self.front.values.audience is Audience.LEADERS

    def phase_minutes(self, section: SectionEdition) -> int | None:
        given = self.front.values.minutes if self.front.values else {}
        return section.minutes or given.get(section.phase)


class TrackEdition(Struct, frozen=True):
    language: str
    document: Document
    front: FrontMatter[TrackForm]


def read_sections(
    document: Document, language: str, found: ProblemList
) -> tuple[SectionEdition, ...]:
    reader = _Sections(document, language, found)
    for element in document.elements:
        reader.take(element)
    reader.end_section()
    return tuple(reader.sections)


@dataclass(slots=True)
class _Draft:
    """A step being collected: its heading, what stands in it, and the block if it has one."""

    heading: Element | None = None
    prose: list[Element] = field(default_factory=list)
    leader: list[str] = field(default_factory=list)
    leader_size: int = 0  # bytes of leader blocks that stand beside what else is collected
    is_reading: bool = False


class _Sections:
    def __init__(self, document: Document, language: str, found: ProblemList) -> None:
        self.document = document
        self.language = language
        self.found = found
        self.sections: list[SectionEdition] = []
        self.section: SectionEdition | None = None
        self.draft = _Draft()

    def take(self, element: Element) -> None:
        if element.type == "footnote":
            return  # belongs to the texts that lead to it
        if element.type == "heading" and element.token.tag in ("h1", "h2"):
            self.end_section()
            if element.token.tag == "h2":
                self.begin_section(element)
        elif element.type == "heading" and element.token.tag == "h3":
            self.end_step()
            has_id = element.attributes.id is not None
            self.draft = _Draft(heading=element, is_reading=has_id)
        elif element.block_name == "leader":
            self.take_leader(element)
        elif element.block_name in STEP_BLOCKS - {"video"} or (
            element.block_name == "video" and element.attributes.id is not None
        ):
            self.take_step_block(element)
        else:
            self.draft.prose.append(element)

    def begin_section(self, heading: Element) -> None:
        what, attributes = say("a phase's heading"), heading.attributes
        known = frozenset({"phase", "minutes"})
        check_attributes(attributes, known, heading.line, self.found, what=what)
        if attributes.ids:
            hint = "A step's heading has three #: ### Title {#id}"
            self.found.error("id-place", heading.line, "a phase has no id", hint)
        letter = attributes.options.get("phase")
        if letter is None:
            message = "a heading with ## begins a phase, and this one names none"
            self.found.error("phase-not-named", heading.line, message, _PHASE_HINT)
            return
        if letter not in set(Phase):
            hint = say(
                "{suggestion} {phase_hint}",
                suggestion=suggestion(letter, set(Phase)),
                phase_hint=_PHASE_HINT,
            )
            self.found.error(
                "phase-unknown", heading.line, say("phase={letter!r}", letter=letter[:20]), hint
            )
            if letter.upper() not in set(Phase):
                return
        given = minutes(attributes, heading.line, self.found)
        text = heading_text(heading)
        self.section = SectionEdition(Phase(letter.upper()), given, text, heading.line)
        self.sections.append(self.section)

    def end_section(self) -> None:
        self.end_step()
        self.section = None

    def take_leader(self, block: Element) -> None:
        """Belongs to the step that was begun last; before the first step, to the phase."""
        text = BLOCKS["leader"].read(self.document, block, self.found).prompt
        if not text:
            return
        if self.section is None:
            hint = "Put it under a phase, or write it as `leader:` in the front matter."
            self.found.error("outside-phase", block.line, "a leader block before any phase", hint)
        elif self.draft.is_reading or self.draft.heading or self.draft.prose:
            self.draft.leader.append(text)
            self.draft.leader_size += _size(self.document, [block])
        elif self.section.steps:
            last = self.section.steps[-1]
            size = last.size + _size(self.document, [block])
            self.section.steps[-1] = replace(_with_leader(last, text), size=size)
        else:
            self.section.leader.append(text)

    def take_step_block(self, block: Element) -> None:
        if self.draft.is_reading:
            self.end_step()
        draft, self.draft = self.draft, _Draft()
        text = BLOCKS[block.block_name].read(self.document, block, self.found)
        draft.leader += _leader_inside(self.document, block, self.found)
        self.add_step(StepKind(block.block_name), block.attributes, block, draft, text)

    def end_step(self) -> None:
        draft, self.draft = self.draft, _Draft()
        if draft.is_reading and draft.heading is not None:
            heading = draft.heading
            self.check_heading(heading)
            if not draft.prose:
                hint = "Write the step's text under its heading, or take the heading out."
                self.found.error("step-empty", heading.line, "a step without text", hint)
            self.add_step(StepKind.READING, heading.attributes, heading, draft, BlockText())
            return
        first = draft.heading or (draft.prose[0] if draft.prose else None)
        if first is not None:
            code = "outside-step" if self.section else "outside-phase"
            hint = _OUTSIDE_HINT if self.section else _PHASE_HINT
            what = say("text in no step") if self.section else say("text before any phase")
            self.found.error(code, first.line, what, hint)

    def check_heading(self, heading: Element) -> None:
        known = frozenset({"minutes", ".resource"})
        check_attributes(
            heading.attributes, known, heading.line, self.found, what=say("a step's heading")
        )

    def add_step(
        self, kind: StepKind, given: Attributes, at: Element, draft: _Draft, block: BlockText
    ) -> None:
        inner = [
            BLOCKS[each.block_name].read(self.document, each, self.found)
            for each in _inner_blocks([*draft.prose, *(at.children if at.type == "block" else ())])
        ]
        if draft.heading is not None and not draft.is_reading:
            check_attributes(
                draft.heading.attributes,
                frozenset(),
                draft.heading.line,
                self.found,
                what=say("the heading of a block"),
            )
        title = heading_text(draft.heading) if draft.heading else ""
        text = StepText(
            title=title or given.options.get("title", "") or word(kind.value, self.language),
            markdown=source_of(self.document, draft.prose),
            prompt=block.prompt,
            question=block.question,
            video=block.video,
            leader=tuple(draft.leader),
            location=Location(self.document.path, at.line),
            items=block.items,
            includes=tuple(each.include for each in inner if each.include),
            terms=next((each.terms for each in inner if each.terms), None),
            event=block.event,
        )
        step = StepEdition(
            id=given.id or "",
            kind=kind,
            is_resource="resource" in given.classes,
            minutes=minutes(given, at.line, self.found),
            visibility=block.visibility,
            text=text,
            size=_size(self.document, [*draft.prose, at]) + draft.leader_size,
            scale=block.scale,
            access=next((each.access for each in inner if each.access), None),
        )
        if self.section is None:
            hint = say("Put it under a phase. {phase_hint}", phase_hint=_PHASE_HINT)
            self.found.error("outside-phase", at.line, "a step before any phase", hint)
        else:
            self.section.steps.append(step)


def _with_leader(step: StepEdition, text: str) -> StepEdition:
    words = step.text
    return replace(step, text=replace(words, leader=(*words.leader, text)))


def _leader_inside(document: Document, block: Element, found: ProblemList) -> list[str]:
    texts = [
        BLOCKS["leader"].read(document, child, found).prompt
        for child in block.children
        if child.block_name == "leader"
    ]
    return [text for text in texts if text]


def _inner_blocks(elements: Sequence[Element]) -> list[Element]:
    names = INNER_BLOCKS | {"video"}
    return [inner for element in elements for inner in element.walk() if inner.block_name in names]


def _size(document: Document, elements: Sequence[Element]) -> int:
    lines = (line for e in elements for line in document.lines[e.first : e.last])
    return sum(len(line.encode()) + 1 for line in lines)
