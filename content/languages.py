"""The languages tracks are written in, and the words the content itself needs in each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "nb": "norsk bokmål",
        "nn": "norsk nynorsk",
        "sv": "svenska",
        "en": "English",
        "da": "dansk",
        "fi": "suomi",
        "se": "davvisámegiella",
        "sma": "åarjelsaemien",
        "smj": "julevsámegiella",
    }
)

# What people write when they mean one of the above.
MEANT: Mapping[str, str] = MappingProxyType(
    {"no": "nb", "nor": "nb", "nob": "nb", "no-nb": "nb", "nb-no": "nb", "nno": "nn", "nn-no": "nn"}
    | {"no-nn": "nn", "se-sv": "sv", "sv-se": "sv", "swe": "sv", "eng": "en", "en-gb": "en"}
    | {"en-us": "en", "dk": "da", "sme": "se"}
)

BLOCK_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "quiz": "quiz",
        "refleksjon": "reflection",
        "reflektion": "reflection",
        "reflection": "reflection",
        "utprøving": "try-out",
        "prova": "try-out",
        "try-out": "try-out",
        "video": "video",
        "film": "video",
        "leder": "leader",
        "leiar": "leader",
        "ledare": "leader",
        "leader": "leader",
    }
)

_WORDS: Mapping[str, Mapping[str, str]] = {
    "quiz": {"nb": "Quiz", "nn": "Quiz", "sv": "Quiz", "en": "Quiz"},
    "reflection": {"nb": "Refleksjon", "nn": "Refleksjon", "sv": "Reflektion", "en": "Reflection"},
    "try-out": {"nb": "Utprøving", "nn": "Utprøving", "sv": "Prova", "en": "Try-out"},
    "video": {"nb": "Film", "nn": "Film", "sv": "Film", "en": "Video"},
    "reading": {"nb": "Les", "nn": "Les", "sv": "Läs", "en": "Read"},
    "table": {"nb": "Tabell", "nn": "Tabell", "sv": "Tabell", "en": "Table"},
    "watch-elsewhere": {
        "nb": "Se filmen (åpnes et annet sted)",
        "nn": "Sjå filmen (blir opna ein annan stad)",
        "sv": "Se filmen (öppnas på en annan plats)",
        "en": "Watch the video (opens elsewhere)",
    },
    "captions": {"nb": "Teksting", "nn": "Teksting", "sv": "Undertexter", "en": "Captions"},
    "done": {"nb": "gjort", "nn": "gjort", "sv": "klart", "en": "done"},
    "to-do": {"nb": "ikke gjort", "nn": "ikkje gjort", "sv": "inte klart", "en": "to do"},
    "note": {"nb": "Merk", "nn": "Merk", "sv": "Obs", "en": "Note"},
    "tip": {"nb": "Tips", "nn": "Tips", "sv": "Tips", "en": "Tip"},
    "important": {"nb": "Viktig", "nn": "Viktig", "sv": "Viktigt", "en": "Important"},
    "warning": {"nb": "Advarsel", "nn": "Åtvaring", "sv": "Varning", "en": "Warning"},
    "caution": {"nb": "Vær varsom", "nn": "Ver varsam", "sv": "Var försiktig", "en": "Caution"},
}
_NEAREST = {"da": "nb", "nb": "nb", "nn": "nn", "sv": "sv"}


def word(name: str, language: str) -> str:
    return _WORDS[name][_NEAREST.get(language, "en")]
