"""Launches with claims that nobody should send: a page comes, no accident, and soon (check 7).

    python -m tests.conformance.fuzz [LAUNCHES]

runs 5,000 of them on SQLite. The same numbers are always the same launches.
"""

import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from tests.conformance.naughty import OTHERS, STRINGS, paths
from tests.factories.databases import published_sqlite
from tests.factories.tool import BASE_URL, Tool
from tests.fakes.forge import deep_linking_claims, resource_claims, token

LONG_RUN = 5_000
LONGEST_P99 = 0.300
Place = tuple[str, ...]


@dataclass
class Outcome:
    statuses: Counter[int] = field(default_factory=Counter)
    accidents: list[str] = field(default_factory=list)  # what was changed, and what came of it
    seconds: list[float] = field(default_factory=list)  # of each launch alone

    @property
    def p99(self) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * 0.99)]

    def __str__(self) -> str:
        counts = ", ".join(f"{n} x {status}" for status, n in sorted(self.statuses.items()))
        return f"{len(self.seconds)} launches: {counts}; p99 {1000 * self.p99:.0f} ms"


def changes(claims: Mapping[str, Any], first: int, count: int) -> Iterator[dict[Place, Any]]:
    """Every value in every place, one after the other in a fixed order that jumps about; with each
    third one up to three more places are changed."""
    places, values = paths(claims), (*STRINGS, *OTHERS)
    every = list(product(places, values))
    random.Random(7).shuffle(every)
    for number in range(first, first + count):
        dice = random.Random(number)
        more = dice.sample(places, dice.randint(1, 3)) if number % 3 == 0 else []
        place, value = every[number % len(every)]
        yield {**{path: dice.choice(values) for path in more}, place: value}


def changed(claims: Mapping[str, Any], chosen: Mapping[Place, Any]) -> dict[str, Any]:
    made = deepcopy(dict(claims))
    for path, value in chosen.items():
        if len(path) == 1:
            made[path[0]] = value
        elif isinstance(made.get(path[0]), dict):
            made[path[0]][path[1]] = value
    return made


def run(tool: Tool, first: int, count: int) -> Outcome:
    """Launches `first` to `first + count`, resource links and deep linking in turn, and the page
    that each leads to."""
    outcome = Outcome()
    sample = tool.login(tool.client())
    for number, chosen in enumerate(changes(resource_claims(sample), first, count), start=first):
        _one(tool, outcome, number, chosen)
    return outcome


def _one(tool: Tool, outcome: Outcome, number: int, chosen: Mapping[Place, Any]) -> None:
    client = tool.client()
    setting = tool.login(client)
    message = deep_linking_claims if number % 4 == 0 else resource_claims
    claims = changed(message(setting, teacher=number % 2 == 0), chosen)
    form = {"id_token": token(claims), "state": tool.state}
    began = time.perf_counter()
    answer = client.post("/lti/launch", data=form, base_url=BASE_URL)
    outcome.seconds.append(time.perf_counter() - began)
    outcome.statuses[answer.status_code] += 1
    statuses = [answer.status_code]
    if answer.status_code == 303:
        landed = client.get(answer.headers["Location"], base_url=BASE_URL, follow_redirects=True)
        statuses.append(landed.status_code)
    if max(statuses) >= 500 or not (answer.status_code == 303 or 400 <= answer.status_code < 500):
        outcome.accidents.append(f"launch {number}: {statuses} for {str(chosen)[:300]}")


def main(count: int) -> int:
    logging.disable()  # thousands of refusals
    with tempfile.TemporaryDirectory(prefix="tracks-fuzz-") as name:
        file = published_sqlite(Path(name))
        tool = Tool(f"sqlite:///{file}", Path(name) / "data")
        outcome = run(tool, 0, count)
        tool.close()
    print(outcome)
    print(*outcome.accidents, sep="\n")
    return 1 if outcome.accidents or outcome.p99 >= LONGEST_P99 else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else LONG_RUN))
