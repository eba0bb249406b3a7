"""The list of who has been erased, in a file beside the database: it outlives a restore.

One line each, in JSON: the person's number and when their row was made; of a municipality its
number and its mark. Both together find nobody but them, and say nothing about them.
"""

import json
import os
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from tracks.db import Database, Session
from tracks.db.data_map import DataMap
from tracks.privacy.actions.ending import announce_end, end_municipality
from tracks.privacy.actions.erasing import erase
from tracks.privacy.queries import due_to_leave, ended, erased, marks, subject


class ErasedList(Struct, frozen=True):
    file: Path

    def bring_up_to_date(self, session: Session) -> int:
        """Add whoever is missing; on the disk when this returns. The number of new lines.

        After the erasure is committed: a line of somebody who was not erased, and has come back
        since, would erase them at the next start.
        """
        persons, municipalities = self._listed()
        lines: list[dict[str, object]] = [
            {"person": person_id, "made": made.isoformat()}
            for person_id, made in sorted(erased(session) - persons)
        ]
        lines += [
            {"municipality": number, "mark": mark}
            for number, mark in sorted(ended(session) - municipalities)
        ]
        if not lines:
            return 0
        self.file.touch(mode=0o600)
        whole = self.file.read_bytes()
        with self.file.open("a", encoding="utf-8") as out:
            if whole and not whole.endswith(b"\n"):
                out.write("\n")
            for line in lines:
                out.write(json.dumps(line) + "\n")
            out.flush()
            os.fsync(out.fileno())
        return len(lines)

    def persons(self) -> set[tuple[int, datetime]]:
        """Their numbers, and when each one's row was made."""
        return self._listed()[0]

    def municipalities(self) -> set[tuple[int, str]]:
        """Their numbers and marks."""
        return self._listed()[1]

    def _listed(self) -> tuple[set[tuple[int, datetime]], set[tuple[int, str]]]:
        persons: set[tuple[int, datetime]] = set()
        municipalities: set[tuple[int, str]] = set()
        if not self.file.exists():
            return persons, municipalities
        for line in self.file.read_text("utf-8").splitlines():
            try:
                said = json.loads(line)
                if "municipality" in said:
                    municipalities.add((int(said["municipality"]), str(said["mark"])))
                else:
                    persons.add((int(said["person"]), datetime.fromisoformat(said["made"])))
            except (ValueError, KeyError, TypeError):
                continue  # cut off in the middle: it is added again
        return persons, municipalities


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


def end_again(
    database: Database, data_map: DataMap, listed: ErasedList, now: datetime, small_number: int
) -> int:
    """After a restore: municipalities that are on the list and back again; how many."""
    with database.reading() as session:
        back = sorted(marks(session) & listed.municipalities())
    for number, _ in back:
        with database.writing() as session:
            announce_end(session, number, now, actor_id=None, at_once=True)
        end_municipality(database, data_map, number, now, small_number=small_number)
    return len(back)
