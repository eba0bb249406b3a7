"""What authors are told, in English, with what it takes to say it in their own language.

Texts without values are looked up as they are. Texts with values are written with `say`, so that
the values can stand elsewhere in another language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Final

from content.compiled_texts import compiled_texts

LANGUAGES: Final = ("nb", "nn", "sv", "en")
CATALOGUES: Final = Path(__file__).parent / "catalogues"
_PLACES = re.compile(r"\{[^{}]*\}")


class Said(str):
    """The English text, which still knows what it was made of."""

    template: str
    values: Mapping[str, object]


def say(template: str, **values: object) -> Said:
    """`template` as str.format reads it, if there are values."""
    said = Said(template.format(**values) if values else template)
    said.template, said.values = template, values
    return said


def in_language(text: str, language: str) -> str:
    """A text that has no translation stays English."""
    if language == "en" or not text:
        return text
    if not isinstance(text, Said) or not text.values:
        return _catalogue(language).gettext(str(text))
    template = text.template
    if _PLACES.sub("", template).strip(" .:;,()'"):
        template = _catalogue(language).gettext(template)
    values = {
        name: in_language(value, language) if isinstance(value, Said) else value
        for name, value in text.values.items()
    }
    return template.format(**values)


@cache
def _catalogue(language: str) -> NullTranslations:
    if language not in LANGUAGES:
        return NullTranslations()
    return compiled_texts(CATALOGUES, language)
