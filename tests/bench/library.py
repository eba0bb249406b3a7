"""A library made for measuring: always the same, so that figures of different days compare."""

from pathlib import Path

TRACK = "bench/course"
LONG_TRACK = "bench/long"
MODULES = 3
READINGS = 8  # in phase A of each module; every fourth is a resource, as in the tracks we ship
LONG_STEPS = 100

_PROSE = """\
Et forskbart spørsmål kan besvares med data som elevene selv kan samle inn. Det nevner **hva som
endres**, hva som måles, og hva som holdes likt. Mange elevspørsmål er gode uten å være forskbare
ennå: de er for store, spør etter en mening, eller nevner ikke noe som kan måles.

- Velg ett av spørsmålene elevene har stilt.
- Skriv det om så det kan undersøkes i én time, med det utstyret dere har.
- La en kollega si hva hun ville ha målt. Er dere uenige, er spørsmålet ikke klart nok.

| Før | Etter |
| --- | --- |
| Hvorfor bruser det? | Bruser det mer når vannet er varmere? |
| Er planter smarte? | Vokser en bønne mot lyset fra en sprekk? |

Det tar noen forsøk. Ta vare på de første formuleringene, for de viser elevene at det å spørre
er et arbeid. Les også om [hypoteser](https://example.org/hypoteser) før du går videre.
"""

_QUIZ = """\
::: quiz {#kontroll points=1 minutes=4 title="Hvilket spørsmål kan undersøkes?"}
Velg det som kan besvares med målinger.

- ( ) Er havet vakkert?
  > Det er en mening.
- (x) Synker et egg i saltvann?
  > Ja: det kan prøves, og svaret kan ses.
:::
"""

_REST = """\
::: refleksjon {#tanker visible=private minutes=6}
Hva vil du prøve med din egen klasse?
:::

## B Samarbeid {phase=B minutes=45}

### Del med hverandre {#del minutes=45}

En runde med ett eksempel hver.

## C Utprøving {phase=C minutes=60}

::: utprøving {#provd minutes=60}
Hvordan gikk det?
:::

## D Etterarbeid {phase=D minutes=30}

### Se tilbake {#tilbake minutes=30}

Hva beholder dere?
"""


def reading_slug(number: int) -> str:
    return f"les-{number}"


def module_slug(number: int) -> str:
    return f"okt-{number}"


def write_library(root: Path) -> None:
    root.mkdir(parents=True)
    (root / "library.yaml").write_text(
        "id: bench\nname: Made for measuring\ncontact: bench@example.org\n"
        "licence: CC BY 4.0\nlanguages: [nb]\n",
        encoding="utf-8",
    )
    course = root / TRACK.partition("/")[2]
    _write_track(course, "Naturfag som undersøker")
    for number in range(1, MODULES + 1):
        text = _module(f"Økt {number}", READINGS, resources=True)
        (course / f"{number:02d}-{module_slug(number)}.nb.md").write_text(text, encoding="utf-8")
    long = root / LONG_TRACK.partition("/")[2]
    _write_track(long, "Hundre steg")
    text = _module("Alt på en gang", LONG_STEPS, resources=False)
    (long / f"01-{module_slug(1)}.nb.md").write_text(text, encoding="utf-8")


def _write_track(folder: Path, title: str) -> None:
    folder.mkdir()
    (folder / "track.nb.md").write_text(
        f"---\ntitle: {title}\nsummary: Laget for å måle.\nsubjects: [NAT01-05]\n"
        'grades: ["8-10"]\nframeworks: [pfdk-1]\nlanguages: [nb]\nlicence: CC BY 4.0\n'
        'authors: ["Eksempelredaksjonen"]\nentry-level: A2\norder: recommended\n'
        'lifecycle: open\nversion: "1.0.0"\n---\n\nBare til måling.\n',
        encoding="utf-8",
    )


def _module(title: str, readings: int, *, resources: bool) -> str:
    head = (
        f"---\ntitle: {title}\ndevices: [pc]\n"
        "minutes: {A: 60, B: 45, C: 60, D: 30}\ngap-weeks: 4\n---\n\n"
        "## A Forarbeid {phase=A minutes=60}\n\n"
    )
    steps = [_reading(n, is_resource=resources and n % 4 == 0) for n in range(readings)]
    return head + "\n".join([*steps, _QUIZ, _REST])


def _reading(number: int, *, is_resource: bool) -> str:
    mark = " .resource" if is_resource else ""
    return f"### Undersøk nummer {number + 1} {{#{reading_slug(number)}{mark}}}\n\n{_PROSE}"
