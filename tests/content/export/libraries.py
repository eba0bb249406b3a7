"""Libraries of one made-up track, drawn by hypothesis."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from tests.content.cases import DOT

LIBRARY_FILE = """id: sample
name: Sample municipality
contact: content@example.org
licence: CC BY 4.0
languages: [nb, sv]
"""
_WORDS = st.text("abcæøåäö é«»&<>%~={}#\\'\"", min_size=1, max_size=30).map(
    lambda text: f"x{' '.join(text.split())}"
)
_TRACK = """---
title: Et spor
summary: Hva det er til for.
subjects: [NAT01-05]
grades: "8-10"
languages: [{languages}]
licence: CC BY 4.0
authors: [Sample school 3]
version: "1.{version}"
---
"""
_MODULE = """---
title: En modul
minutes: {A: 30, B: 45, D: 30}
---

## A Forarbeid {phase=A}

### Les {#a1}

%s

### Svar

::: quiz {#q1}
Hva er rett?

- (x) ja
- ( ) nei
:::

## B Samarbeid {phase=B}

### Del {#b1}

Del med hverandre.

## D Etterarbeid {phase=D}

### Se tilbake {#d1}

Hva skjedde?
"""


def _files(
    track_id: str, version: int, languages: list[str], words: str, media: dict[str, bytes]
) -> tuple[str, dict[str, bytes]]:
    files = {"library.yaml": LIBRARY_FILE.encode()}
    for language in languages:
        front = _TRACK.format(languages=", ".join(languages), version=version)
        files[f"{track_id}/track.{language}.md"] = front.encode()
        text = _MODULE % words.replace("\\", "\\\\").replace("<", "\\<")
        files[f"{track_id}/01-en.{language}.md"] = text.encode()
    files |= {f"{track_id}/media/{name}": data for name, data in media.items()}
    return track_id, files


LIBRARIES = st.builds(
    _files,
    st.from_regex(r"[a-z]{1,8}(-[a-z0-9]{1,4})?", fullmatch=True),
    st.integers(0, 99),
    st.sampled_from([["nb"], ["nb", "sv"], ["sv", "nb"]]),
    _WORDS,
    st.dictionaries(
        st.from_regex(r"[a-z]{1,6}\.(png|vtt|pdf)", fullmatch=True),
        st.binary(max_size=300).map(lambda data: DOT + data),
        max_size=3,
    ),
)


def laid_out(root: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


_QUIZZES = """### Tegn: {a} = ~b

::: quiz {#q1}
Hva er 1 = 1?

- ( ) galt # her
  > Nei & nei.
- (x) rett: ja \\\\ nei

> [!TIP]
> Tenk.

> [!NOTE]
> Derfor.
:::

### Flere

Se bildet.

::: quiz {#q2 points=2}
Hva ser du?

![To kopper](media/a.png)

- [x] én ~ kopp
- [ ] ingen
  > Se *en gang* til.
- [x] to {kopper}
:::
"""


def quiz_library(quizzes: str = _QUIZZES) -> dict[str, bytes]:
    """Two quizzes, with every sign that means something in GIFT."""
    text = _MODULE.replace("### Les {#a1}\n\n%s\n", "", 1)
    before, _, rest = text.partition("### Svar")
    after = rest[rest.index(":::\n\n## B") + len(":::\n\n") :]
    return {
        "library.yaml": LIBRARY_FILE.encode(),
        "spor/track.nb.md": _TRACK.format(languages="nb", version=0).encode(),
        "spor/01-en.nb.md": f"{before}{quizzes}\n{after}".encode(),
        "spor/media/a.png": DOT,
    }
