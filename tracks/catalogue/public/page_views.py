"""How often public pages are opened: by page and day, and nothing about whoever did (P-14, F-13).

No cookie, no address, no list of visits: two visits of one person are two views. Views are counted
in memory and written together, so that reading a page waits for no writer. What a killed process
had not written is lost: at most PAUSE_S seconds of views, or what came since nobody called.
"""

import re
from collections import Counter
from datetime import date
from threading import Lock
from time import monotonic

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as insert_or
from werkzeug.datastructures import Headers

from tracks.catalogue.models import page_view
from tracks.db import Database, DatabaseBusy, Session

PAUSE_S = 20.0
MOST_KEPT = 1000
# What programs that fetch pages by themselves say they are.
_ROBOT = re.compile(
    r"bot|crawl|spider|slurp|preview|fetch|monitor|archiv|curl|wget|python|java/|go-"
)


class PageViews:
    """Of one process; shared by its threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[str, date]] = Counter()
        self._written_at = monotonic()

    def count(self, address: str, day: date) -> None:
        with self._lock:
            self._counts[address, day] += 1

    @property
    def is_due(self) -> bool:
        has_waited = monotonic() - self._written_at > PAUSE_S
        return bool(self._counts) and (has_waited or len(self._counts) >= MOST_KEPT)

    def write(self, database: Database) -> None:
        """All that has been counted; kept for the next time when the database does not answer."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            self._written_at = monotonic()
        if not counts:
            return
        try:
            with database.writing() as session:
                # In one order: two processes that write the same rows wait, but not crosswise.
                for (address, day), views in sorted(counts.items()):
                    _add(session, address, day, views)
        except DatabaseBusy:
            with self._lock:
                self._counts += counts


def _add(session: Session, address: str, day: date, views: int) -> None:
    row = insert_or(page_view).values(address=address, day=day, views=views)
    session.execute(
        row.on_conflict_do_update(
            index_elements=["address", "day"], set_={"views": page_view.c.views + views}
        )
    )


def is_by_a_person(headers: Headers) -> bool:
    """As far as a browser says: it is no robot, and nobody fetches ahead of a click."""
    ahead = headers.get("Sec-Purpose", "") + headers.get("Purpose", "")
    agent = headers.get("User-Agent", "").lower()
    return "pre" not in ahead and bool(agent) and _ROBOT.search(agent) is None


def views_since(session: Session, first: date) -> dict[str, int]:
    """Address -> views from that day on."""
    rows = session.execute(
        select(page_view.c.address, func.sum(page_view.c.views).label("views"))
        .where(page_view.c.day >= first)
        .group_by(page_view.c.address)
    )
    return {row.address: int(row.views) for row in rows}
