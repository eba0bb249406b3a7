"""Bar 9: what cleaning costs, Markdown beside Python-Markdown, what one edit of 15,000 steps draws,
and reading instead of drawing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from unittest.mock import patch

from msgspec.structs import replace
from sqlalchemy import select

from content.loader import load_library
from content.markdown import markdown, normalised
from content.model import Track
from content.rendering import pieces
from content.rendering.drawing import Drawing, prepared
from content.rendering.footnotes import without_notes
from content.rendering.html import render_markdown, render_step
from content.rendering.rules import StepRenderer, draw_notes
from tests.bench.bench import CACHE, Bench
from tests.bench.measuring import in_turn
from tests.bench.peers import Missing, peer_python, rounds_of
from tests.bench.people import own_cpu
from tests.bench.result import Comparison, Figure, Limit, NotMeasured, Result
from tests.factories.databases import open_database
from tracks.catalogue.actions import publish_track
from tracks.catalogue.models import step_text
from tracks.catalogue.queries import Shelf

LIBRARY = Path("content/library")
TEXTS = 120
STEPS = 15_000
PACKAGES = ("Markdown==3.11.3",)


def measure(bench: Bench) -> list[Result]:
    return [_cleaning(bench), _peer(bench), _edit(bench), _stored(bench)]


@cache
def texts() -> tuple[str, ...]:
    """Of the tracks we ship: what authors really write."""
    library = load_library(LIBRARY).value
    assert library is not None
    steps = (s for t in library.tracks for m in t.modules for s in m.steps)
    found = (text.markdown for s in steps for text in s.texts.values() if text.markdown)
    return tuple(islice(found, TEXTS))


def _clean() -> int:
    for text in texts():
        render_markdown(text, "nb", media_url=str)
    return len(texts())


def _only_drawn() -> int:
    for text in texts():
        drawing = Drawing("nb", str, 0, "text")
        tokens = without_notes(markdown().parse(normalised(text)), drawing.notes)
        renderer, options = StepRenderer(), markdown().options
        renderer.render(prepared(tokens, drawing), options, {"drawing": drawing})
        draw_notes(renderer, drawing, options)
    return len(texts())


def _cleaning(bench: Bench) -> Result:
    return Comparison(
        name="9 render and sanitise, against render alone",
        ours="render_markdown: parsed, drawn, cleaned by nh3",
        theirs="the same without nh3",
        how=f"{len(texts())} texts of the shipped tracks a round; CPU for a text",
        limit=Limit(floor=1.15, goal=1.08, at_most=True),
        pairs=in_turn(lambda: own_cpu(_clean), lambda: own_cpu(_only_drawn), bench.pairs),
    )


def _peer(bench: Bench) -> Result:
    name = "9 render and sanitise, against Python-Markdown"
    try:
        python = peer_python(CACHE / "python-markdown", PACKAGES)
    except Missing as missing:
        return NotMeasured(name, str(missing))
    held = bench.folder / "texts.json"
    held.write_text(json.dumps(texts()), encoding="utf-8")
    with rounds_of(python, "python_markdown.py", [str(held)]) as theirs:
        pairs = in_turn(lambda: own_cpu(_clean), theirs, bench.pairs)
    return Comparison(
        name=name,
        ours="render_markdown, cleaned, with footnotes, formulas, tables, alerts, blocks",
        theirs="markdown.Markdown(extensions=[extra, toc]), not cleaned",
        how=f"{len(texts())} texts of the shipped tracks a round; texts per CPU second",
        limit=Limit(floor=1.2, goal=1.5, at_most=False),
        pairs=pairs,
    )


def _edit(bench: Bench) -> Result:
    """Every track gets a new version; in one of them a step has another text."""
    world = bench.sqlite()
    database = open_database(world.database_url)
    library = load_library(world.folder / "library").value
    assert library is not None
    tracks = [_of_hundred(library.tracks[1], number) for number in range(STEPS // 100)]

    def publish(version: str) -> int:
        counted = patch.object(pieces, "render_step", wraps=render_step)
        with database.writing() as session, counted as drawing:
            for each in tracks:
                new = replace(each, version=version)
                publish_track(session, "edit", new, media={}, now=datetime.now(UTC))
        return drawing.call_count

    first = publish("1")
    tracks[0] = _of_hundred(library.tracks[1], 0, edited="Et ord til.")
    renders = publish("2")
    database.engine.dispose()
    return Figure(
        name="9 renders for one edit of 15,000 steps",
        value=renders,
        limit=Limit(floor=1, goal=1, at_most=True),
        how=f"{len(tracks)} tracks published anew; calls of render_step, {first:,} the first time",
    )


def _of_hundred(long: Track, number: int, edited: str = "") -> Track:
    """The long track of the made library, the reading steps of its first phase alone."""
    section = long.modules[0].sections[0]
    steps = list(section.steps[:100])
    text = steps[0].texts["nb"]
    steps[0] = replace(steps[0], texts={"nb": replace(text, prompt=edited)})
    module = replace(long.modules[0], sections=(replace(section, steps=tuple(steps)),))
    return replace(long, id=f"hundred-{number}", modules=(module,))


def _stored(bench: Bench) -> Result:
    """One step of the made course, as the page gets it once it has been read."""
    world = bench.sqlite()
    database = open_database(world.database_url)
    library = load_library(world.folder / "library").value
    assert library is not None
    one = next(s for m in library.tracks[0].modules for s in m.steps)
    shelf = Shelf()
    with database.reading() as session:
        found = session.execute(select(step_text)).first()
        assert found is not None
        key = (found.track_version_id, found.step_id, found.language)

        def read() -> int:
            for _ in range(20_000):
                shelf.text(session, *key)
            return 20_000

        def draw() -> int:
            for _ in range(20):
                render_step(one, "nb", media_url=str)
            return 20

        pairs = in_turn(lambda: own_cpu(read), lambda: own_cpu(draw), bench.pairs)
    database.engine.dispose()
    return Comparison(
        name="9 a stored step, against drawing it",
        ours="Shelf.text: finished HTML, kept in memory",
        theirs="render_step",
        how="steps per CPU second, ours to theirs",
        limit=Limit(floor=300, goal=600, at_most=False),
        pairs=pairs,
    )
