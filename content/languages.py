"""The languages tracks are written in, and the words the content itself needs in each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

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


def language_meant(code: str) -> str:
    """The code of the language, however it is written; "" if none is meant."""
    meant = MEANT.get(code.casefold().replace("_", "-"), code.casefold())
    return meant if meant in LANGUAGES else ""


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
        "enhet": "device",
        "eining": "device",
        "enhed": "device",
        "device": "device",
        "drøfting": "discussion",
        "diskusjon": "discussion",
        "diskussion": "discussion",
        "discussion": "discussion",
        "skala": "scale",
        "scale": "scale",
        "sjekkliste": "checklist",
        "checklista": "checklist",
        "checklist": "checklist",
        "lån": "include",
        "inkluder": "include",
        "inkludera": "include",
        "include": "include",
        "tilgang": "access",
        "åtkomst": "access",
        "access": "access",
        "arrangement": "event",
        "evenemang": "event",
        "event": "event",
    }
)

_WORDS: Mapping[str, Mapping[str, str]] = {
    "quiz": {"nb": "Quiz", "nn": "Quiz", "sv": "Quiz", "en": "Quiz"},
    "reflection": {"nb": "Refleksjon", "nn": "Refleksjon", "sv": "Reflektion", "en": "Reflection"},
    "try-out": {"nb": "Utprøving", "nn": "Utprøving", "sv": "Prova", "en": "Try-out"},
    "video": {"nb": "Film", "nn": "Film", "sv": "Film", "en": "Video"},
    "reading": {"nb": "Les", "nn": "Les", "sv": "Läs", "en": "Read"},
    "discussion": {"nb": "Drøft", "nn": "Drøft", "sv": "Diskutera", "en": "Discuss"},
    "scale": {"nb": "Skala", "nn": "Skala", "sv": "Skala", "en": "Scale"},
    "checklist": {"nb": "Sjekkliste", "nn": "Sjekkliste", "sv": "Checklista", "en": "Checklist"},
    "event": {"nb": "Arrangement", "nn": "Arrangement", "sv": "Evenemang", "en": "Event"},
    "when": {"nb": "Når", "nn": "Når", "sv": "När", "en": "When"},
    "where": {"nb": "Hvor", "nn": "Kvar", "sv": "Var", "en": "Where"},
    "take-part": {"nb": "Delta her", "nn": "Delta her", "sv": "Delta här", "en": "Take part here"},
    "sign-up": {"nb": "Påmelding", "nn": "Påmelding", "sv": "Anmälan", "en": "Sign up"},
    "at-the-hour": {"nb": "kl.", "nn": "kl.", "sv": "kl.", "en": "at"},
    "free-from": {"nb": "Gratis fra", "nn": "Gratis frå", "sv": "Gratis från", "en": "Free from"},
    "free-until": {
        "nb": "Gratis til og med",
        "nn": "Gratis til og med",
        "sv": "Gratis till och med",
        "en": "Free until the end of",
    },
    "provider": {"nb": "Tilbyder", "nn": "Tilbydar", "sv": "Leverantör", "en": "Provider"},
    "price": {
        "nb": "Pris ellers",
        "nn": "Pris elles",
        "sv": "Pris annars",
        "en": "Price otherwise",
    },
    "footnotes": {"nb": "Fotnoter", "nn": "Fotnotar", "sv": "Fotnoter", "en": "Footnotes"},
    "footnote": {"nb": "Fotnote", "nn": "Fotnote", "sv": "Fotnot", "en": "Footnote"},
    "back-to-text": {
        "nb": "Tilbake til teksten",
        "nn": "Tilbake til teksten",
        "sv": "Tillbaka till texten",
        "en": "Back to the text",
    },
    "formula": {"nb": "Formel", "nn": "Formel", "sv": "Formel", "en": "Formula"},
    "device": {"nb": "Enhet", "nn": "Eining", "sv": "Enhet", "en": "Device"},
    "table": {"nb": "Tabell", "nn": "Tabell", "sv": "Tabell", "en": "Table"},
    "watch-elsewhere": {
        "nb": "Se filmen (åpnes et annet sted)",
        "nn": "Sjå filmen (blir opna ein annan stad)",
        "sv": "Se filmen (öppnas på en annan plats)",
        "en": "Watch the video (opens elsewhere)",
    },
    "described": {
        "nb": "Filmen med synstolking",
        "nn": "Filmen med synstolking",
        "sv": "Filmen med syntolkning",
        "en": "The video with audio description",
    },
    "captions": {"nb": "Teksting", "nn": "Teksting", "sv": "Undertexter", "en": "Captions"},
    "done": {"nb": "gjort", "nn": "gjort", "sv": "klart", "en": "done"},
    "to-do": {"nb": "ikke gjort", "nn": "ikkje gjort", "sv": "inte klart", "en": "to do"},
    "note": {"nb": "Merk", "nn": "Merk", "sv": "Obs", "en": "Note"},
    "tip": {"nb": "Tips", "nn": "Tips", "sv": "Tips", "en": "Tip"},
    "important": {"nb": "Viktig", "nn": "Viktig", "sv": "Viktigt", "en": "Important"},
    "warning": {"nb": "Advarsel", "nn": "Åtvaring", "sv": "Varning", "en": "Warning"},
    "finish": {"nb": "Ferdig", "nn": "Ferdig", "sv": "Klar", "en": "Finished"},
    "check-answer": {
        "nb": "Svar",
        "nn": "Svar",
        "sv": "Svara",
        "en": "Answer",
    },
    "saved": {"nb": "Lagret.", "nn": "Lagra.", "sv": "Sparat.", "en": "Saved."},
    "unsaved": {
        "nb": "Dette ble ikke lagret. Prøv igjen, eller åpne siden på nytt.",
        "nn": "Dette blei ikkje lagra. Prøv igjen, eller opne sida på nytt.",
        "sv": "Det här sparades inte. Försök igen eller öppna sidan på nytt.",
        "en": "This was not saved. Try again, or reload the page.",
    },
    "right": {"nb": "Riktig.", "nn": "Rett.", "sv": "Rätt.", "en": "Right."},
    "wrong": {
        "nb": "Ikke helt riktig.",
        "nn": "Ikkje heilt rett.",
        "sv": "Inte riktigt rätt.",
        "en": "Not quite right.",
    },
    "answers": {"nb": "Fasit", "nn": "Fasit", "sv": "Facit", "en": "Answers"},
    "for-leader": {
        "nb": "Til den som leder",
        "nn": "Til den som leier",
        "sv": "Till den som leder",
        "en": "For the leader",
    },
    "minutes": {"nb": "minutter", "nn": "minutt", "sv": "minuter", "en": "minutes"},
    "caution": {"nb": "Vær varsom", "nn": "Ver varsam", "sv": "Var försiktig", "en": "Caution"},
}
_NEAREST = {"da": "nb", "nb": "nb", "nn": "nn", "sv": "sv"}


_NORWEGIAN_MONTHS: Final = (
    *("januar", "februar", "mars", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "desember"),
)
_MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "nb": _NORWEGIAN_MONTHS,
    "nn": _NORWEGIAN_MONTHS,
    "sv": (
        *("januari", "februari", "mars", "april", "maj", "juni"),
        *("juli", "augusti", "september", "oktober", "november", "december"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}


def day_in(language: str, day: date) -> str:
    """As one writes it in a text: "1. august 2026", "1 augusti 2026"."""
    nearest = _NEAREST.get(language, "en")
    point = "." if nearest in ("nb", "nn") else ""
    return f"{day.day}{point} {_MONTHS[nearest][day.month - 1]} {day.year}"


def word(name: str, language: str) -> str:
    return _WORDS[name][_NEAREST.get(language, "en")]
