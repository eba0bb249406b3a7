"""The list of who has been erased, in a file beside the database: it outlives a restore.

One line each, in JSON: the person's number and when their row was made. Both together find nobody
but them, and say nothing about them.
"""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tracks.db import Database, Session
from tracks.db.data_map import DataMap
from tracks.privacy.actions.erasing import erase
from tracks.privacy.queries import due_to_leave, erased, subject


@dataclass(frozen=True, slots=True)
class ErasedList:
    file: Path

    def bring_up_to_date(self, session: Session) -> int:
        """Add whoever is missing; on the disk when this returns. The number of new lines.

        After the erasure is committed: a line of somebody who was not erased, and has come back
        since, would erase them at the next start.
        """
        new = erased(session) - self.persons()
        if not new:
            return 0
        self.file.touch(mode=0o600)
        whole = self.file.read_bytes()
        with self.file.open("a", encoding="utf-8") as out:
            if whole and not whole.endswith(b"\n"):
                out.write("\n")
            for person_id, made in sorted(new):
                out.write(json.dumps({"person": person_id, "made": made.isoformat()}) + "\n")
            out.flush()
            os.fsync(out.fileno())
        return len(new)

    def persons(self) -> set[tuple[int, datetime]]:
        """Their numbers, and when each one's row was made."""
        if not self.file.exists():
            return set()
        found = set()
        for line in self.file.read_text("utf-8").splitlines():
            try:
                said = json.loads(line)
                found.add((int(said["person"]), datetime.fromisoformat(said["made"])))
            except (ValueError, KeyError, TypeError):
                continue  # cut off in the middle: it is added again
        return found


def erase_who_left(session: Session, data_map: DataMap, now: datetime) -> int:
    return sum(erase(session, data_map, person_id, now) for person_id in due_to_leave(session, now))


def replay(database: Database, data_map: DataMap, listed: ErasedList, now: datetime) -> int:
    """After a restore: whoever is on the list and back again. The number of persons."""
    back = []
    with database.reading() as session:
        for person_id, made in sorted(listed.persons()):
            found = subject(session, person_id)
            if found and found.erased_at is None and found.created_at == made:
                back.append(person_id)
    for person_id in back:
        with database.writing() as session:
            erase(session, data_map, person_id, now)
    return len(back)
