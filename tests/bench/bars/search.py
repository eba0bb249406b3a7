"""Search over 10,000 resources in four languages on both databases, beside reading them all with
LIKE: by words, by words and choices, and by choices alone."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import perf_counter

from msgspec.structs import replace
from sqlalchemy import func, or_, select, text

from tests.bench.bench import Bench
from tests.bench.result import Figure, Limit, Result
from tests.bench.world import World
from tests.factories.databases import open_database
from tracks.catalogue.finding import Free, Look, find
from tracks.catalogue.models import search_entry, track
from tracks.catalogue.search_words import add_words
from tracks.catalogue.stems import stems
from tracks.db import Database, Session

RESOURCES = 10_000
WORDS = 5_000
ROUNDS = 30
BESIDE = Limit(floor=0.5, goal=0.2, at_most=True)
WITHOUT_WORDS = Limit(floor=5.0, goal=3.0, at_most=True)
TODAY, WEEK = date.today(), timedelta(days=7)
LANGUAGES = ("nb", "nn", "sv", "en")


NARROW = Look(subject="norsk", grade="8", phase="A", minutes=15, free=Free.NOW)
CHOICES = {"words": (True, Look()), "words and choices": (True, NARROW), "choices": (False, NARROW)}


def measure(bench: Bench) -> list[Result]:
    return [*_measure("SQLite", bench.sqlite()), *_measure("PostgreSQL", bench.postgres())]


def _measure(name: str, world: World) -> Iterator[Result]:
    database = open_database(world.database_url)
    chance = random.Random(4)
    vocabulary = _vocabulary(chance)
    with database.writing() as session:
        _fill(session, chance, vocabulary)
    with database.writing() as session:
        session.execute(text("ANALYZE"))  # as PostgreSQL does by itself within a minute
    for what, (has_words, look) in CHOICES.items():
        asked = [
            (replace(look, typed=" ".join(chance.sample(vocabulary, 2)) if has_words else ""), lang)
            for lang in LANGUAGES
            for _ in range(ROUNDS)
        ]
        ours = _seconds(database, asked, _search)
        theirs = _seconds(database, asked, _read_all)
        yield Figure(
            name=f"search by {what} over {RESOURCES} resources, {name}",
            value=ours / theirs,
            unit="x",
            # Without words LIKE reads as few columns as we do; ours takes each thing once, in the
            # best of its languages.
            limit=BESIDE if has_words else WITHOUT_WORDS,
            how=f"median of {len(asked)} searches in {len(LANGUAGES)} languages: ours "
            f"{ours * 1e3:.1f} ms, LIKE over the same rows {theirs * 1e3:.1f} ms",
        )
    database.engine.dispose()


def _vocabulary(chance: random.Random) -> list[str]:
    return [
        "".join(chance.choices("abdefgiklmnoprstuvyæøå", k=chance.randint(4, 10)))
        for _ in range(WORDS)
    ]


def _fill(session: Session, chance: random.Random, vocabulary: list[str]) -> None:
    track_id = session.execute(
        track.insert().values(publisher="bench-search", slug="t").returning(track.c.id)
    ).scalar_one()
    for number in range(RESOURCES):
        language = LANGUAGES[number % len(LANGUAGES)]
        title, body = (" ".join(chance.choices(vocabulary, k=k)) for k in (4, 150))
        entry_id = session.execute(
            search_entry.insert()
            .values(
                track_id=track_id,
                address=f"bench-search/t/m#s{number}",
                language=language,
                kind="resource",
                title=title,
                text=body,
                subjects=chance.choice(["|norsk|", "|matte|", "|norsk|engelsk|"]),
                grades=chance.choice(["|8|9|10|", "|1|2|", "|8|"]),
                phase=chance.choice("ABCD"),
                minutes=chance.choice([5, 10, 20, 45]),
                free_until=chance.choice([None, None, TODAY + WEEK, TODAY - WEEK]),
                published_at=datetime.now(UTC),
            )
            .returning(search_entry.c.id)
        ).scalar_one()
        add_words(session, entry_id, stems(title, language), stems(body, language))


def _seconds(
    database: Database,
    asked: list[tuple[Look, str]],
    answer: Callable[[Session, Look, str], object],
) -> float:
    taken = []
    for look, language in asked:
        with database.reading() as session:
            start = perf_counter()
            answer(session, look, language)
            taken.append(perf_counter() - start)
    return median(taken)


def _search(session: Session, look: Look, language: str) -> object:
    return find(session, look, language, LANGUAGES, TODAY, skip=0, take=20)


def _read_all(session: Session, look: Look, _language: str) -> object:
    fits = [search_entry.c.text.contains(word) for word in look.typed.split()]
    if look.subject:
        last = search_entry.c.free_until
        fits += [search_entry.c.subjects.contains(f"|{look.subject}|")]
        fits += [search_entry.c.grades.contains(f"|{look.grade}|")]
        fits += [search_entry.c.phase == look.phase, search_entry.c.minutes <= look.minutes]
        fits += [or_(last.is_(None), last >= TODAY)]
    newest = search_entry.c.published_at.desc()
    page = session.execute(select(search_entry).where(*fits).order_by(newest).limit(20)).all()
    if look.typed:
        return page
    return page, session.execute(select(func.count()).where(*fits)).scalar_one()
