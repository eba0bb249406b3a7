"""What done work stands for: this harness's own arithmetic, not the product's."""

from collections import defaultdict
from dataclasses import dataclass

from tests.crash.browser import TRACK
from tests.crash.snapshot import Snapshot

PERSONAL = 5  # les, en-av-tre, flere, tanker, provd: counted step by step
JOINT = 2  # the phases B and D: counted once each
JOINT_STEPS = {"del", "tilbake"}
MODULES = 2


@dataclass(frozen=True, slots=True)
class Done:
    """One person's done work, from the rows of the work itself."""

    steps: frozenset[tuple[str, str]]
    phases: frozenset[tuple[str, str]]

    def stages(self) -> frozenset[str]:
        letters = {letter for _, letter in self.phases}
        reached = {
            "started": bool(self.steps or self.phases),
            "together": "B" in letters,
            "tried": any(slug == "provd" for _, slug in self.steps),
            "followed_up": "D" in letters,
        }
        return frozenset(name for name, is_reached in reached.items() if is_reached)

    def percent(self, address: str) -> float | None:
        module = address.removeprefix(TRACK).lstrip("/")
        parts = [m for m, s in self.steps if s not in JOINT_STEPS] + [m for m, _ in self.phases]
        done = sum(not module or part == module for part in parts)
        units = (PERSONAL + JOINT) * (1 if module else MODULES)
        if done == 0:
            return None
        return 100.0 if done == units else float(max(1, 100 * done // units))


def done_work(seen: Snapshot) -> dict[int, Done]:
    steps: dict[int, set[tuple[str, str]]] = defaultdict(set)
    phases: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for row in seen.step_work:
        if row.done_at is not None and not row.alone:
            steps[row.person_id].add(seen.step_places[row.step_id])
    for row in seen.phase_work:
        phases[row.person_id].add((seen.module_slugs[row.module_id], row.phase))
    return {
        row.id: Done(frozenset(steps[row.id]), frozenset(phases[row.id])) for row in seen.people
    }
