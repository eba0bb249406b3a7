"""subjects, grades and frameworks of a session; the years that a search finds, each by itself

Revision: 0052, after 0050
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0050"
branch_labels = None
depends_on = None

_SPAN = re.compile(r"(vg)?([0-9]+)-(?:vg)?([0-9]+)")


def upgrade() -> None:
    for name in ("subjects", "grades", "frameworks"):
        op.add_column("module_version", sa.Column(name, sa.Text()))
    entries = sa.table("search_entry", sa.column("grades", sa.Text))
    connection = op.get_bind()
    for grades in connection.execute(sa.select(entries.c.grades).distinct()).scalars().all():
        connection.execute(
            sa.update(entries).where(entries.c.grades == grades).values(grades=_by_years(grades))
        )


def _by_years(grades: str) -> str:
    """ "|8-10|vg1|" is "|8|9|10|vg1|"."""
    years: list[str] = []
    for grade in grades.strip("|").split("|"):
        span = _SPAN.fullmatch(grade)
        first, last = (int(span[2]), int(span[3])) if span else (0, 0)
        if span is None or last - first > 20:
            years.append(grade)
            continue
        years += [f"{span[1] or ''}{year}" for year in range(first, last + 1)]
    return f"|{'|'.join(dict.fromkeys(years))}|"
