"""A track as an author would write it down: every field of the model has a place in the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from content.front_matter_writing import Written, with_values
from content.model import (
    Event,
    Module,
    Number,
    Question,
    Section,
    Step,
    StepKind,
    StepText,
    Track,
    Video,
)


def files_of(track: Track) -> dict[str, str]:
    files: dict[str, str] = {}
    for language, text in track.texts.items():
        head: dict[str, Written | None] = {
            "title": text.title,
            "title-en": track.title_en,
            "summary": text.summary,
            "subjects": track.subjects,
            "grades": track.grades,
            "frameworks": track.frameworks,
            "languages": track.languages,
            "licence": track.licence,
            "authors": track.authors,
            "entry-level": track.entry_level.value,
            "entry-check": text.entry_check,
            "foundation": track.foundation,
            "kind": track.kind and track.kind.value,
            "order": track.order.value,
            "lifecycle": track.lifecycle.value,
            "version": track.version,
            "replaced-by": track.replaced_by,
        }
        head |= _if_any({"renamed": track.renamed, "retired": track.retired})
        head |= _if_any({"you-said": text.you_said, "changes": text.changes})
        files[f"track.{language}.md"] = _file(head, [text.markdown])
    for module in track.modules:
        for language in module.texts:
            name = f"{module.number:02}-{module.id}.{language}.md"
            files[name] = _module(module, language)
    return files


def _if_any(
    values: Mapping[str, Mapping[str, int | str] | Mapping[str, tuple[str, ...]]],
) -> dict[str, Written | None]:
    return {key: value for key, value in values.items() if value}  # type: ignore[misc]


def _file(head: Mapping[str, Written | None], parts: list[str]) -> str:
    front = with_values("---\n---\n", head)
    return front + "\n" + "\n\n".join(part for part in parts if part) + "\n"


def _module(module: Module, language: str) -> str:
    text = module.texts[language]
    head: dict[str, Written | None] = {
        "title": text.title,
        "devices": module.devices,
        "minutes": {phase.value: minutes for phase, minutes in module.minutes.items()},
        "gap-weeks": module.gap_weeks,
        "subjects": module.subjects,
        "grades": module.grades,
        "frameworks": module.frameworks,
        "leader": text.leader,
        "begins": module.begins and module.begins.value,
        "audience": module.audience and module.audience.value,
    }
    head |= _if_any({"renamed": module.renamed, "retired": module.retired})
    parts: list[str] = []
    for section in module.sections:
        parts += _section(section, language)
    return _file(head, parts)


def _section(section: Section, language: str) -> Iterator[str]:
    yield f"## {section.texts[language]} {{phase={section.phase.value}}}"
    yield from map(_leader, section.leader.get(language, ()))
    for step in section.steps:
        yield from _step(step, step.texts[language])


def _leader(text: str) -> str:
    return f"::: leader\n{text}\n:::"


def _step(step: Step, text: StepText) -> Iterator[str]:
    options = [f"#{step.id}"]
    options += [".resource"] if step.is_resource else []
    options += [f"minutes={step.minutes}"] if step.minutes else []
    if step.kind is StepKind.READING:
        yield f"### {text.title} {{{' '.join(options)}}}"
        yield text.markdown
    else:
        yield f"### {text.title}"
        yield text.markdown
        options += [f"visible={step.visibility.value}"] if step.visibility else []
        options += ["{}..{}".format(*step.scale)] if step.scale else []
        inside = text.prompt
        if text.question is not None:
            options.append(f"points={text.question.points}")
            inside = "\n\n".join(filter(None, _question(text.question)))
        if text.video is not None:
            options += _film(text.video)
        if text.event is not None:
            options += _event(text.event)
        if text.items:
            inside += "\n\n" + "\n".join(f"- [ ] {item}" for item in text.items)
        yield f"::: {step.kind.value} {{{' '.join(options)}}}\n{inside}\n:::"
    yield from map(_leader, text.leader)


def _film(video: Video) -> list[str]:
    values = {
        "src": video.src,
        "captions": video.captions,
        "link-only": video.link_only,
        "described": video.described,
    }
    return [f'{name}="{value}"' for name, value in values.items() if value]


def _event(event: Event) -> list[str]:
    values = {
        "starts": event.starts.isoformat(timespec="minutes"),
        "ends": event.ends.isoformat(timespec="minutes") if event.ends else "",
        "place": event.place,
        "link": event.link,
        "sign-up": event.sign_up,
    }
    return [f'{name}="{value}"' for name, value in values.items() if value]


def _question(question: Question) -> Iterator[str]:
    prompt = question.prompt
    for place, gap in enumerate(question.gaps, start=1):
        right = [f"({word})" for word in gap.accepted]
        choices = [f"({c})" if c in gap.accepted else c for c in gap.choices] or right
        prompt = prompt.replace(f"[[{place}]]", f"[[ {' | '.join(choices)} ]]")
    yield prompt
    brackets = "()" if question.form == "one" else "[]"
    yield "\n".join(
        f"- {brackets[0]}{'x' if option.is_right else ' '}{brackets[1]} {option.text}"
        + (f"\n  > {option.feedback}" if option.feedback else "")
        for option in question.options
    )
    yield "\n".join(f"= {answer}" for answer in question.accepted)
    yield "\n".join(f"= {_number(each)}" for each in question.numbers)
    yield "\n".join(f"- {pair.left} -> {pair.right}" for pair in question.pairs)
    yield "\n".join(f"{place}. {item}" for place, item in enumerate(question.items, start=1))
    yield "___" if question.form == "open" else ""
    yield f"> [!TIP]\n> {question.hint}" if question.hint else ""
    yield f"> [!NOTE]\n> {question.explanation}" if question.explanation else ""


def _number(number: Number) -> str:
    return f"{number.value}{' %' if number.is_percent else ''} +- {number.tolerance}"
