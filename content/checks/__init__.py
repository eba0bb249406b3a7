"""Everything an author can get wrong, one file each. What a block or the front matter itself gets
wrong is told where it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from content.checks import (
    blocks,
    captions,
    codes,
    control_characters,
    devices,
    footnotes,
    formulas,
    headings,
    ids,
    images,
    leader_modules,
    link_words,
    links,
    lost_text,
    minutes,
    missing_languages,
    module_codes,
    names,
    order,
    phases,
    raw_html,
    size,
    tables,
)
from content.markdown import Document
from content.problems import Problem, ProblemList
from content.reading.editions import ModuleEdition, ModuleKey, TrackEdition

# (the text, the track's folder, where to put what is found)
DOCUMENT_CHECKS: Final[tuple[Callable[[Document, Path, ProblemList], None], ...]] = (
    blocks.check,
    captions.check,
    control_characters.check,
    footnotes.check,
    formulas.check,
    headings.check,
    images.check,
    link_words.check,
    links.check,
    lost_text.check,
    raw_html.check,
    tables.check,
)
MODULE_CHECKS: Final[tuple[Callable[[ModuleEdition, ProblemList], None], ...]] = (
    captions.check_language,
    codes.check_module,
    devices.check,
    ids.check,
    leader_modules.check,
    minutes.check,
    phases.check,
    size.check,
)
# (the folder's name, the tracks and the modules by language, the languages the track says it has)
FOLDER_CHECKS: Final[
    tuple[
        Callable[
            [
                str,
                Mapping[str, TrackEdition],
                Mapping[ModuleKey, Mapping[str, ModuleEdition]],
                Sequence[str],
            ],
            list[Problem],
        ],
        ...,
    ]
] = (
    names.check,
    missing_languages.check,
    leader_modules.check_track,
    module_codes.check,
    order.check,
)
