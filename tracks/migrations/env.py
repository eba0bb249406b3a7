"""Alembic's entry: migrations run on the connection that tracks.migrations hands over."""

from alembic import context

from tracks.migrations import target_metadata

connection = context.config.attributes["connection"]


def _has_a_model(name: str | None, kind: str, _parents: object) -> bool:
    """search_words is a table of its own kind on each database (and several on SQLite)."""
    return kind != "table" or not (name or "").startswith("search_words")


context.configure(
    connection=connection,
    target_metadata=target_metadata(),
    # SQLite cannot alter most things in place.
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    include_name=_has_a_model,
)
with context.begin_transaction():
    context.run_migrations()
