"""Full-text search on each database: FTS5 on SQLite, a tsvector with GIN on PostgreSQL.

Both get the same stems, made by us: so both find the same, and neither reads what people type as
a language of its own. The databases' own configurations differ in what they take for a word, and
leave out words such as "ikke" (PostgreSQL), or know English only (SQLite).
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Float, Subquery, column, text

from tracks.db import Id, Session

MOST_WORDS_INDEXED = 10_000  # PostgreSQL counts places to 16,383


def add_words(session: Session, entry_id: int, title: Sequence[str], body: Sequence[str]) -> None:
    body = body[:MOST_WORDS_INDEXED]
    if _is_postgres(session):
        statement, values = _ADD_TSVECTOR, {"words": _tsvector(title, body)}
    else:
        statement, values = _ADD_FTS5, {"title": " ".join(title), "text": " ".join(body)}
    session.execute(statement, {"id": entry_id, **values})


def remove_words(session: Session, entry_ids: Iterable[int]) -> None:
    rows = [{"id": entry_id} for entry_id in entry_ids]
    if rows:
        session.execute(_REMOVE_TSVECTOR if _is_postgres(session) else _REMOVE_FTS5, rows)


def entries_with(session: Session, stems: Sequence[str]) -> Subquery:
    """Entries where some word begins with each of `stems`: id and rank, smaller is better."""
    if _is_postgres(session):
        statement, query = _FIND_TSVECTOR, " & ".join(f"'{stem}':*" for stem in stems)
    else:
        statement, query = _FIND_FTS5, " AND ".join(f'"{stem}"*' for stem in stems)
    found = statement.bindparams(query=query)
    return found.columns(column("id", Id), column("rank", Float)).subquery("hits")


_ADD_FTS5 = text("INSERT INTO search_words (rowid, title, text) VALUES (:id, :title, :text)")
_ADD_TSVECTOR = text("INSERT INTO search_words (id, words) VALUES (:id, CAST(:words AS tsvector))")
_REMOVE_FTS5 = text("DELETE FROM search_words WHERE rowid = :id")
_REMOVE_TSVECTOR = text("DELETE FROM search_words WHERE id = :id")
# A word in the title weighs eight times one in the text.
_FIND_FTS5 = text(
    "SELECT rowid AS id, bm25(search_words, 8.0, 1.0) AS rank FROM search_words"
    " WHERE search_words MATCH :query"
)
_FIND_TSVECTOR = text(
    "SELECT id, -ts_rank('{0.125, 0.125, 0.125, 1.0}', words, CAST(:query AS tsquery), 1) AS rank"
    " FROM search_words WHERE words @@ CAST(:query AS tsquery)"
)


def _is_postgres(session: Session) -> bool:
    return session.connection.dialect.name == "postgresql"


def _tsvector(title: Sequence[str], body: Sequence[str]) -> str:
    """Stems are letters and digits: nothing in them ends the quotes."""
    places = [(stem, "A") for stem in title] + [(stem, "D") for stem in body]
    return " ".join(f"'{stem}':{at}{weight}" for at, (stem, weight) in enumerate(places, start=1))
