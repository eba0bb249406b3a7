"""A track that is written down and read is the same track: every block, every form of answer,
every key of the front matter, in two languages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from content.codes import FRAMEWORKS, SUBJECTS, current_subject
from content.devices import DEVICES
from content.loader import load_track
from content.model import (
    Access,
    Audience,
    Begins,
    EntryLevel,
    Event,
    Gap,
    Lifecycle,
    Module,
    ModuleText,
    Number,
    Option,
    Order,
    Pair,
    Phase,
    Question,
    Section,
    Step,
    StepKind,
    StepText,
    Terms,
    Track,
    TrackKind,
    TrackText,
    Video,
    Visibility,
)
from content.problems import Location
from tests.content.cases import write
from tests.content.writing import files_of

NOWHERE = Location("", 0)
FOLDER = "et-spor"
MEDIA = {
    "media/film.mp4": "film",
    "media/film.nb.vtt": "WEBVTT\n\n00:00.000 --> 00:01.000\nHei.\n",
}
WORD = st.text("abcdeghikmnoprstuæøåäö", min_size=2, max_size=8)
WORDS = st.lists(WORD, min_size=1, max_size=5).map(" ".join)
# of a value in front matter also what YAML has other uses for
VALUE = st.builds(
    "{} {}{}".format, WORDS, WORD, st.sampled_from(["", ": b", " #c", "?", ' "d"', " no"])
)
ID = st.from_regex(r"[a-z][a-z0-9]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True)
# What once had another name, and what is no more.
GONE, RETIRED = ID.map("var-{}".format), ID.map("borte-{}".format)
INSTEAD = st.sampled_from(["", "annet", "annet/forste", "annet/forste#les"])
MINUTES = st.none() | st.integers(1, 600)
PARAGRAPHS = st.lists(
    WORDS | WORDS.map("**{}** og `b`".format) | WORDS.map("- a\n- {}".format),
    min_size=1,
    max_size=3,
).map("\n\n".join)
# what stands before a list that is asked about
PLAIN = st.lists(WORDS, min_size=1, max_size=3).map("\n\n".join)
LANGUAGES = st.sampled_from([("nb",), ("nb", "sv"), ("sv", "nn", "en")])
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2090, 1, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)
ADDRESS = "https://a.no/b/#c"
FORMS = ("one", "several", "text", "number", "gap", "match", "order", "open")


def different(texts: st.SearchStrategy[str], least: int = 2) -> st.SearchStrategy[list[str]]:
    return st.lists(texts, min_size=least, max_size=4, unique=True)


@st.composite
def questions(draw: st.DrawFn, languages: tuple[str, ...]) -> dict[str, Question]:
    form = draw(st.sampled_from(FORMS))
    points = draw(st.sampled_from([0.5, 1.0, 2.0, 12.25]))
    count = draw(st.integers(2, 4))
    right = draw(st.integers(0, count - 1))
    others = draw(st.integers(0, 2**count - 1)) | 1 << right
    figure = st.integers(-10_000, 10_000).map(lambda each: each / 8)
    numbers = draw(
        st.lists(st.builds(Number, figure, figure.map(abs), st.booleans()), min_size=1, max_size=3)
    )
    is_choice = draw(st.booleans())

    def one(language: str) -> Question:
        texts = draw(st.lists(WORDS, min_size=count, max_size=count, unique=True))
        more: dict[str, Any] = {}
        prompt = draw(PLAIN)
        options: tuple[Option, ...] = ()
        if form in ("one", "several"):
            is_right = [
                n == right if form == "one" else bool(others >> n & 1) for n in range(count)
            ]
            options = tuple(
                Option(text, is_one, draw(st.just("") | WORDS))
                for text, is_one in zip(texts, is_right, strict=True)
            )
        elif form == "text":
            more["accepted"] = tuple(texts)
        elif form == "number":
            more["numbers"] = tuple(numbers)
        elif form == "gap":
            gap = Gap((texts[right],), tuple(texts)) if is_choice else Gap(tuple(texts))
            more["gaps"] = (gap, gap)
            prompt += "\n\n[[1]] og [[2]]"
        elif form == "match":
            more["pairs"] = tuple(Pair(text, draw(WORDS)) for text in texts)
        elif form == "order":
            more["items"] = tuple(texts)
        hint, told = draw(st.just("") | WORDS), draw(st.just("") | WORDS)
        return Question(form, prompt, options, hint, told, points, **more)

    return {language: one(language) for language in languages}


def whole(span: timedelta) -> timedelta:
    return span // MINUTE * MINUTE


@st.composite
def events(draw: st.DrawFn, starts: datetime, ends: datetime | None) -> Event:
    """The time is the same in every language; where it is and how one gets there need not be."""
    place, link = draw(st.sampled_from([("her", ""), ("", "https://a.no/b"), ("her", ADDRESS)]))
    return Event(starts, ends, place, link, draw(st.sampled_from(["", "https://a.no/c?d=1"])))


@st.composite
def steps(draw: st.DrawFn, id_: str, languages: tuple[str, ...], *, is_read: bool) -> Step:
    kind = StepKind.READING if is_read else draw(st.sampled_from(StepKind))
    items = draw(st.integers(1, 4))
    asked = draw(questions(languages)) if kind is StepKind.QUIZ else {}
    low = draw(st.integers(0, 9))
    first, last = sorted(draw(st.lists(st.dates(date(2026, 1, 1)), min_size=2, max_size=2)))
    access = draw(st.sampled_from([None, Access(first, last), Access(first, None)]))
    includes = draw(st.sampled_from([(), ("annet/forste#les",)]))
    devices = draw(st.lists(st.sampled_from(sorted(DEVICES)), unique=True, max_size=3))
    videos = [
        Video("https://a.no/b", ", ".join(languages), "", "yes"),
        Video("https://a.no/b", "", "ingen tale", "https://a.no/c"),
        Video("media/film.mp4", "media/film.nb.vtt", "", "media/film.mp4"),
    ]
    starts = draw(MOMENTS)
    ends = draw(st.none() | st.timedeltas(MINUTE, 9 * DAY).map(lambda span: starts + whole(span)))
    video = draw(st.sampled_from(videos)) if kind is StepKind.VIDEO else None

    provider = draw(st.just("") | WORDS)  # the same in every language

    def own_terms() -> Terms | None:
        words = [provider, *(draw(st.just("") | each) for each in (WORDS, PLAIN))]
        return Terms(*words) if access and any(words) else None

    def inner(terms: Terms | None) -> list[str]:
        """What stands in the text of a step, in every language."""
        days = (
            ("free-from", access and access.free_from),
            ("free-until", access and access.free_until),
        )
        given = " ".join(f"{name}={day}" for name, day in days if day)
        words = ""
        if terms:
            said = (("provider", terms.provider), ("price", terms.price))
            given += "".join(f' {name}="{value}"' for name, value in said if value)
            words = terms.text
        parts = [f"::: access {{{given}}}\n{words}\n:::"] if access else []
        parts += [f"::: include {{resource={address}}}\n:::" for address in includes]
        return parts + [f"::: device {{{device}}}\n{draw(WORDS)}\n:::" for device in devices]

    def text(language: str) -> StepText:
        asks = kind not in (StepKind.READING, StepKind.QUIZ)
        terms = own_terms()
        return StepText(
            title=draw(WORDS),
            markdown="\n\n".join([draw(PARAGRAPHS), *inner(terms)]),
            prompt=draw(PLAIN) if asks else "",
            question=asked.get(language),
            video=video,
            leader=tuple(draw(st.lists(WORDS, max_size=2))),
            location=NOWHERE,
            items=tuple(draw(st.lists(WORDS, min_size=items, max_size=items)))
            if kind is StepKind.CHECKLIST
            else (),
            includes=includes,
            terms=terms,
            event=draw(events(starts, ends)) if kind is StepKind.EVENT else None,
        )

    return Step(
        id=id_,
        kind=kind,
        is_resource=draw(st.booleans()),
        minutes=draw(MINUTES),
        visibility=draw(st.sampled_from(Visibility)) if kind is StepKind.REFLECTION else None,
        texts={language: text(language) for language in languages},
        scale=(low, low + draw(st.integers(1, 10))) if kind is StepKind.SCALE else None,
        access=access,
    )


@st.composite
def modules(
    draw: st.DrawFn,
    number: int,
    languages: tuple[str, ...],
    subjects: tuple[str, ...],
    grades: tuple[str, ...],
) -> Module:
    # A track begins with a session for everybody. One for leaders goes beside none, is read, and
    # has no resources, for they are everybody's.
    audience = draw(st.sampled_from([None, Audience.LEADERS])) if number > 1 else None
    phases = draw(st.sampled_from([list(Phase), [p for p in Phase if p is not Phase.TRY_OUT]]))
    ids = iter([f"steg-{n}" for n in range(20)])

    def section(phase: Phase) -> Section:
        return Section(
            phase=phase,
            minutes=draw(st.integers(1, 600)),
            texts={language: draw(WORDS) for language in languages},
            steps=tuple(
                draw(steps(next(ids), languages, is_read=bool(audience)))
                for _ in range(draw(st.integers(1, 2)))
            ),
            leader={language: tuple(draw(st.lists(WORDS, max_size=2))) for language in languages},
        )

    sections = tuple(section(phase) for phase in phases)
    if audience:
        sections = tuple(
            replace(each, steps=tuple(replace(s, is_resource=False) for s in each.steps))
            for each in sections
        )
    begins = draw(st.sampled_from([None, Begins.WITH])) if number > 1 and not audience else None
    there = st.sampled_from([step.id for section in sections for step in section.steps])
    return Module(
        id=f"{draw(ID)}-{number}",
        number=number,
        minutes={section.phase: section.minutes for section in sections},
        devices=tuple(draw(st.lists(st.sampled_from(sorted(DEVICES)), unique=True))),
        gap_weeks=draw(st.integers(0, 52)),
        begins=begins,
        audience=audience,
        texts={
            lang: ModuleText(draw(VALUE), draw(st.just("") | PARAGRAPHS), NOWHERE)
            for lang in languages
        },
        sections=sections,
        renamed=draw(st.dictionaries(GONE, there, max_size=2)),
        retired=draw(st.dictionaries(RETIRED, INSTEAD, max_size=2)),
        subjects=tuple(draw(st.lists(st.sampled_from(subjects or TODAY), unique=True, max_size=2))),
        grades=draw(st.sampled_from([(), *((grade,) for grade in WITHIN[grades])])),
        frameworks=tuple(draw(st.lists(st.sampled_from(REFERENCES), unique=True, max_size=3))),
    )


REFERENCES = ("pfdk-4", "digcompedu-3", "KM13854", "KV1078", "GRGRBIO01/7-9")
TODAY = tuple(sorted({current_subject(code) for code in SUBJECTS}))
WITHIN: dict[tuple[str, ...], tuple[str, ...]] = {
    (): ("5", "vg1"),
    ("8-10",): ("8-10", "9"),
    ("5", "vg1-vg3"): ("5", "vg2"),
}
VERSION = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}", fullmatch=True)


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    languages = draw(LANGUAGES)
    said = st.dictionaries(VERSION, st.lists(VALUE, min_size=1, max_size=3).map(tuple), max_size=2)
    checks = draw(st.integers(0, 3))
    versions = draw(said)
    chosen = draw(st.lists(st.sampled_from(sorted(SUBJECTS)), max_size=3))
    subjects = tuple(dict.fromkeys(map(current_subject, chosen)))
    grades = draw(st.sampled_from(sorted(WITHIN)))
    lines = st.lists(VALUE, min_size=checks, max_size=checks).map(tuple)
    taught = tuple(
        draw(modules(n, languages, subjects, grades)) for n in range(1, draw(st.integers(1, 2)) + 1)
    )
    there = st.sampled_from([each.id for each in taught])
    lifecycle = draw(st.sampled_from(Lifecycle))
    return Track(
        id=FOLDER,
        version=draw(VERSION),
        subjects=subjects,
        grades=grades,
        frameworks=tuple(
            draw(st.lists(st.sampled_from(sorted(FRAMEWORKS)), unique=True, max_size=3))
        ),
        languages=languages,
        licence=draw(WORDS),
        authors=tuple(draw(st.lists(VALUE, min_size=1, max_size=3))),
        entry_level=draw(st.sampled_from(EntryLevel)),
        kind=draw(st.sampled_from([None, *(k for k in TrackKind if k is not TrackKind.OTHER)])),
        order=draw(st.sampled_from(Order)),
        lifecycle=lifecycle,
        texts={
            lang: TrackText(
                draw(VALUE),
                draw(VALUE),
                draw(st.just("") | PARAGRAPHS),
                NOWHERE,
                draw(lines),
                versions,
                draw(said),
            )
            for lang in languages
        },
        modules=taught,
        renamed=draw(st.dictionaries(GONE, there, max_size=2)),
        retired=draw(st.dictionaries(RETIRED, INSTEAD, max_size=2)),
        foundation=draw(st.just("") | ID),
        replaced_by=draw(INSTEAD) if lifecycle is Lifecycle.ARCHIVED else "",
        title_en=draw(st.just("") | VALUE),
    )


def anywhere(track: Track) -> Track:
    """The same, whatever line its texts stand on."""

    def step(each: Step) -> Step:
        return replace(each, texts={k: replace(t, location=NOWHERE) for k, t in each.texts.items()})

    def section(each: Section) -> Section:
        return replace(each, steps=tuple(map(step, each.steps)))

    def module(each: Module) -> Module:
        texts = {k: replace(t, location=NOWHERE) for k, t in each.texts.items()}
        return replace(each, texts=texts, sections=tuple(map(section, each.sections)))

    texts = {k: replace(t, location=NOWHERE) for k, t in track.texts.items()}
    return replace(track, texts=texts, modules=tuple(map(module, track.modules)))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(tracks())
def test_what_is_written_is_read(track: Track) -> None:
    with TemporaryDirectory() as folder:
        write(Path(folder) / FOLDER, files_of(track) | MEDIA)

        loaded = load_track(Path(folder) / FOLDER)

    assert [problem for problem in loaded.problems if problem.is_error] == []
    assert loaded.draft is not None
    assert anywhere(loaded.draft) == track
