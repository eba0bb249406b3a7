from __future__ import annotations

from content.blocks.words import block_word
from content.ids import LONGEST_ID, is_id
from content.problems import ProblemList
from content.reading.editions import ModuleEdition
from content.said import say

_HINT = say(
    "Use a-z, 0-9 and single hyphens, at most {longest_id} characters: #test-yourself",
    longest_id=LONGEST_ID,
)


def check(edition: ModuleEdition, found: ProblemList) -> None:
    """The id is the step's address for ever; progress and links hang on it."""
    seen: dict[str, int] = {}
    for step in edition.steps:
        if not step.id:
            hint = say("Give it one: ::: {value} {{#a-name}}", value=block_word(step.kind.value))
            found.error(
                "id-missing",
                step.line,
                say("a {value} step without an id", value=block_word(step.kind.value)),
                hint,
            )
        elif not is_id(step.id):
            found.error("id-form", step.line, say("{id!r} cannot be an id", id=step.id[:80]), _HINT)
        elif step.id in seen:
            hint = say("It stands on line {seen} too; give this one another.", seen=seen[step.id])
            found.error("id-doubled", step.line, say("the id {id} is taken", id=step.id), hint)
        seen.setdefault(step.id, step.line)
