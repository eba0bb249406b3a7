"""What a new file begins with, and the blocks an author puts in, in the author's language.

A new session has its four phases and no text: what is to be written is what the checks ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from content.front_matter_writing import with_values
from content.model import Phase

_NEAREST: Final = {"da": "nb", "nb": "nb", "nn": "nn", "sv": "sv"}


class _Words(Struct, frozen=True):
    phases: tuple[str, str, str, str]
    steps: tuple[str, str, str]  # of phases A, B and D
    blocks: Mapping[str, str]  # our name of a block -> the language's
    heading: str
    text: str
    question: str
    answers: tuple[str, str, str]
    picture: str
    provider: str
    price: str
    place: str


_WORDS: Final[Mapping[str, _Words]] = {
    "nb": _Words(
        ("Forarbeid", "Samarbeid", "Utprøving", "Etterarbeid"),
        ("Les dette først", "Del og drøft", "Se tilbake"),
        {"reflection": "refleksjon", "try-out": "utprøving", "leader": "leder"}
        | {"discussion": "drøfting", "scale": "skala", "checklist": "sjekkliste"}
        | {"device": "enhet", "include": "lån", "access": "tilgang", "video": "film"}
        | {"event": "arrangement"},
        "Overskrift",
        "Skriv teksten her.",
        "Skriv spørsmålet her.",
        ("Første svar", "Andre svar", "Tredje svar"),
        "Si med ord hva bildet viser",
        "Hvem som tilbyr det",
        "Pris ellers",
        "Stedet",
    ),
    "nn": _Words(
        ("Førearbeid", "Samarbeid", "Utprøving", "Etterarbeid"),
        ("Les dette først", "Del og drøft", "Sjå tilbake"),
        {"reflection": "refleksjon", "try-out": "utprøving", "leader": "leiar"}
        | {"discussion": "drøfting", "scale": "skala", "checklist": "sjekkliste"}
        | {"device": "eining", "include": "lån", "access": "tilgang", "video": "film"}
        | {"event": "arrangement"},
        "Overskrift",
        "Skriv teksten her.",
        "Skriv spørsmålet her.",
        ("Første svar", "Andre svar", "Tredje svar"),
        "Sei med ord kva biletet viser",
        "Kven som tilbyr det",
        "Pris elles",
        "Staden",
    ),
    "sv": _Words(
        ("Förarbete", "Kollegialt arbete", "Prova i klassrummet", "Uppföljning"),
        ("Läs det här först", "Dela och diskutera", "Se tillbaka"),
        {"reflection": "reflektion", "try-out": "prova", "leader": "ledare"}
        | {"discussion": "diskussion", "scale": "skala", "checklist": "checklista"}
        | {"device": "enhet", "include": "inkludera", "access": "åtkomst", "video": "film"}
        | {"event": "evenemang"},
        "Rubrik",
        "Skriv texten här.",
        "Skriv frågan här.",
        ("Första svaret", "Andra svaret", "Tredje svaret"),
        "Säg med ord vad bilden visar",
        "Vem som erbjuder det",
        "Pris annars",
        "Platsen",
    ),
    "en": _Words(
        ("Preparation", "Joint work", "Try-out", "Follow-up"),
        ("Read this first", "Share and discuss", "Look back"),
        {},
        "Heading",
        "Write the text here.",
        "Write the question here.",
        ("First answer", "Second answer", "Third answer"),
        "Say in words what the picture shows",
        "Who offers it",
        "Price otherwise",
        "The place",
    ),
}

# What stands in place of a picture's words until the author writes them.
PICTURE_TEXTS: Final = frozenset(words.picture for words in _WORDS.values())

# The toolbar's pieces, in its order. {id} is replaced by one that is free.
PIECES: Final[tuple[str, ...]] = (
    *("text", "resource", "quiz-one", "quiz-several", "quiz-text", "quiz-number", "quiz-gap"),
    *("quiz-match", "quiz-order", "quiz-open", "reflection", "try-out", "discussion", "scale"),
    *(
        "checklist",
        "event",
        "device",
        "video",
        "leader",
        "include",
        "access",
        "picture",
        "table",
        "note",
    ),
)


def _words(language: str) -> _Words:
    return _WORDS[_NEAREST.get(language, "en")]


def new_track(title: str, summary: str, languages: list[str], licence: str, author: str) -> str:
    head = "---\ntitle: x\nsummary: x\nsubjects: []\ngrades: []\n---\n"
    return with_values(
        head,
        {
            "title": title,
            "summary": summary,
            "languages": languages,
            "licence": licence,
            "authors": [author],
            "lifecycle": "draft",
            "version": "0.1",
        },
    )


def new_module(title: str, language: str) -> str:
    words = _words(language)
    minutes = {"A": 30, "B": 45, "C": 60, "D": 30}
    head = with_values("---\ntitle: x\n---\n", {"title": title, "minutes": minutes})
    reading, sharing, looking = words.steps
    inside = {
        Phase.PREPARE: f"### {reading} {{#les}}\n",
        Phase.TOGETHER: f"### {sharing} {{#del}}\n",
        Phase.TRY_OUT: f"::: {_block(language, 'try-out')} {{#prov}}\n:::\n",
        Phase.FOLLOW_UP: f"### {looking} {{#tilbake}}\n",
    }
    parts = [
        f"## {phase.value} {name} {{phase={phase.value}}}\n\n{inside[phase]}"
        for phase, name in zip(Phase, words.phases, strict=True)
    ]
    return head + "\n" + "\n".join(parts)


def phase_heading(phase: Phase, language: str) -> str:
    name = _words(language).phases[list(Phase).index(phase)]
    return f"## {phase.value} {name} {{phase={phase.value} minutes=30}}\n"


def piece(kind: str, language: str, id_: str) -> str:
    """KeyError for a kind that is not one of PIECES."""
    words = _words(language)
    first, second, third = words.answers
    quizzes = {
        "quiz-one": f"{words.question}\n\n- (x) {first}\n- ( ) {second}\n- ( ) {third}",
        "quiz-several": f"{words.question}\n\n- [x] {first}\n- [x] {second}\n- [ ] {third}",
        "quiz-text": f"{words.question}\n\n= {first}\n= {second}",
        "quiz-number": f"{words.question}\n\n= 10 +- 1",
        "quiz-gap": f"{words.text} [[{first}]] [[ {second} | ({third}) ]]",
        "quiz-match": f"{words.question}\n\n- {first} -> 1\n- {second} -> 2",
        "quiz-order": f"{words.question}\n\n1. {first}\n2. {second}\n3. {third}",
        "quiz-open": f"{words.question}\n\n___",
    }
    if kind in quizzes:
        return f"::: quiz {{#{id_}}}\n{quizzes[kind]}\n:::\n"
    steps = {
        "reflection": (f"{{#{id_} visible=private}}", words.question),
        "try-out": (f"{{#{id_}}}", words.question),
        "discussion": (f"{{#{id_}}}", words.question),
        "scale": (f"{{#{id_} 1..5}}", words.question),
        "checklist": (f"{{#{id_}}}", f"{words.text}\n\n- [ ] {first}\n- [ ] {second}"),
        "event": (
            f'{{#{id_} starts=0000-00-00T15:00 ends=0000-00-00T16:00 place="{words.place}"}}',
            words.text,
        ),
        "leader": ("", words.text),
        "video": (f'{{#{id_} src=https://example.org captions="{language}"}}', words.text),
        "include": ("{resource=track/module#step}", ""),
        "access": (
            f'{{free-from=2026-08-01 free-until=2027-06-30 provider="{words.provider}"'
            f' price="{words.price}"}}',
            words.text,
        ),
    }
    if kind in steps:
        options, inside = steps[kind]
        return _fenced(_block(language, kind), options, inside)
    texts = {
        "text": f"### {words.heading} {{#{id_}}}\n\n{words.text}\n",
        "resource": f"### {words.heading} {{#{id_} .resource minutes=10}}\n\n{words.text}\n",
        "picture": f"![{words.picture}](media/)\n",
        "table": f"| {first} | {second} |\n|---|---|\n| 1 | 2 |\n",
        "note": f"> [!NOTE]\n> {words.text}\n",
        "device": "\n".join(
            _fenced(_block(language, "device"), f"{{{device}}}", words.text)
            for device in ("ipad", "chromebook", "pc")
        ),
    }
    return texts[kind]


def _fenced(name: str, options: str, inside: str) -> str:
    first = f"::: {name} {options}".rstrip()
    return "\n".join([first, *([inside] if inside else []), ":::", ""])


def _block(language: str, name: str) -> str:
    return _words(language).blocks.get(name, name)
