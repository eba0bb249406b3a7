from __future__ import annotations

from pathlib import Path

from content import checks
from content.markdown import read_document
from content.problems import ProblemList
from content.reading.editions import ModuleEdition


def check(edition: ModuleEdition, folder: Path, found: ProblemList) -> None:
    """The leader's words in the front matter are Markdown like all other text. YAML may fold them,
    so every problem is told at the key."""
    if edition.front.values is None or not edition.front.values.leader:
        return
    inner = ProblemList(found.path)
    document = read_document(found.path, edition.front.values.leader)
    for one in checks.DOCUMENT_CHECKS:
        one(document, folder, inner)
    for problem in inner.found:
        tell = found.error if problem.is_error else found.warning
        tell(problem.code, edition.front.line("leader"), problem.message, problem.hint)
