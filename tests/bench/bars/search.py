"""Search over 10,000 resources on both databases, beside reading them all with LIKE."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from statistics import median
from time import perf_counter

from sqlalchemy import select, text

from tests.bench.bench import Bench
from tests.bench.result import Figure, Limit, Result
from tests.bench.world import World
from tests.factories.databases import open_database
from tracks.catalogue.finding import Look, find
from tracks.catalogue.models import search_entry, track
from tracks.catalogue.search_words import add_words
from tracks.catalogue.stems import stems
from tracks.db import Database, Session

RESOURCES = 10_000
WORDS = 5_000
ROUNDS = 30
BESIDE = Limit(floor=0.5, goal=0.2, at_most=True)
LANGUAGES = ("nb", "nn", "sv", "en")


def measure(bench: Bench) -> list[Result]:
    return [_measure("SQLite", bench.sqlite()), _measure("PostgreSQL", bench.postgres())]


def _measure(name: str, world: World) -> Result:
    database = open_database(world.database_url)
    chance = random.Random(4)
    vocabulary = _vocabulary(chance)
    with database.writing() as session:
        _fill(session, chance, vocabulary)
    with database.writing() as session:
        session.execute(text("ANALYZE"))  # as PostgreSQL does by itself within a minute
    typed = [" ".join(chance.sample(vocabulary, 2)) for _ in range(ROUNDS)]
    ours = _seconds(database, typed, _search)
    theirs = _seconds(database, typed, _read_all)
    database.engine.dispose()
    return Figure(
        name=f"search over {RESOURCES} resources, {name}",
        value=ours / theirs,
        unit="x",
        limit=BESIDE,
        how=f"median of {ROUNDS} searches for two words: ours {ours * 1e3:.1f} ms, "
        f"LIKE over the same rows {theirs * 1e3:.1f} ms",
    )


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
        title, body = (" ".join(chance.choices(vocabulary, k=k)) for k in (4, 150))
        entry_id = session.execute(
            search_entry.insert()
            .values(
                track_id=track_id,
                address=f"bench-search/t/m#s{number}",
                language="nb",
                kind="resource",
                title=title,
                text=body,
                subjects="|norsk|",
                grades="|8|",
                phase="A",
                minutes=10,
                published_at=datetime.now(UTC),
            )
            .returning(search_entry.c.id)
        ).scalar_one()
        add_words(session, entry_id, stems(title, "nb"), stems(body, "nb"))


def _seconds(database: Database, typed: list[str], look: Callable[[Session, str], object]) -> float:
    taken = []
    for words in typed:
        with database.reading() as session:
            start = perf_counter()
            look(session, words)
            taken.append(perf_counter() - start)
    return median(taken)


def _search(session: Session, typed: str) -> object:
    return find(session, Look(typed=typed), "nb", LANGUAGES, date.today(), skip=0, take=20)


def _read_all(session: Session, typed: str) -> object:
    fits = [search_entry.c.text.contains(word) for word in typed.split()]
    return session.execute(select(search_entry).where(*fits).limit(20)).all()
