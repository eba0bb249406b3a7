from __future__ import annotations

from content.problems import ProblemList
from content.reading.editions import ModuleEdition
from content.reading.forms import LONGEST_ID, is_id

_HINT = f"Use a-z, 0-9 and single hyphens, at most {LONGEST_ID} characters: #test-yourself"


def check(edition: ModuleEdition, found: ProblemList) -> None:
    """The id is the step's address for ever; progress and links hang on it."""
    seen: dict[str, int] = {}
    for step in edition.steps:
        if not step.id:
            hint = f"Give it one: ::: {step.kind.value} {{#a-name}}"
            found.error("id-missing", step.line, f"a {step.kind.value} step without an id", hint)
        elif not is_id(step.id):
            found.error("id-form", step.line, f"{step.id[:80]!r} cannot be an id", _HINT)
        elif step.id in seen:
            hint = f"It stands on line {seen[step.id]} too; give this one another."
            found.error("id-doubled", step.line, f"the id {step.id} is taken", hint)
        seen.setdefault(step.id, step.line)
