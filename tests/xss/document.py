"""A track with one payload in every place where an author writes."""

from __future__ import annotations

import json
from pathlib import Path

from content.loader import load_track
from content.model import Track
from content.rendering.html import render_notes, render_step, render_track_intro
from tests.content.cases import MODULE, write

TRACK = """---
title: {yaml}
summary: {yaml}
subjects: [NAT01-05]
grades: "8-10"
languages: [nb]
licence: {short}
authors: [{yaml}]
changes: {{"1.0": [{yaml}]}}
lifecycle: open
version: "1.0"
---

{text}

## {line}
"""
MODULE_TEXT = """---
title: {yaml}
minutes: {{A: 30, B: 45, D: 30}}
leader: {yaml}
---
## A {line} {{phase=A}}

### {line} {{#a1 .resource}}

{text}

- {line}
- [ ] {line}

> [!TIP]
> {line}

| {cell} |
|---|
| {cell} |

#### {line}

[{line}](https://a.no) [x]({line}) [x](<{line}>) [x](https://a.no "{line}") ![{line}](media/a.png)
![x]({line}) <{line}> `{line}` {line}[^1] ${line}$ **{line}** [{line}] [x][r] www.{line}

[^1]: {line}
[r]: {line}

```{line}
{text}
```

$$
{text}
$$

::: leder
{text}
:::

::: enhet {{ipad}}
{text}
:::

::: enhet {{pc}}
{text}
:::

::: film {{src="{attribute}" captions="{attribute}" link-only="{attribute}" title="{attribute}"}}
{text}
:::

::: quiz {{#q1 title="{attribute}"}}
{text}

- (x) {line}
  > {line}
- ( ) {line}
  > {line}

> [!TIP]
> {line}

> [!NOTE]
> {line}
:::

::: quiz {{#q2}}
{line} [[{gap}]] [[ {gap} | (b) ]]
:::

::: quiz {{#q3}}
Hva?

- {line} -> {line}
- b -> c
:::

::: quiz {{#q4}}
Hva?

1. {line}
2. b
:::

::: quiz {{#q5}}
Hva?

= {line}
:::

::: refleksjon {{#r1}}
{text}
:::

::: sjekkliste {{#c1}}
{text}

- [ ] {line}
- [ ] to
:::

::: skala {{#s1 1..3}}
{text}
:::

::: arrangement {{#e1 starts=2027-01-14T15:00 place="{attribute}" link="{attribute}"}}
{text}
:::

::: arrangement {{#e2 starts=2027-01-14T15:00 link="https://a.no/{attribute}" sign-up="https://{attribute}"}}
{text}
:::

::: film {{#v1 src="https://a.no/{attribute}" captions=nb title="{attribute}"}}
{text}
:::

## B {line} {{phase=B}}

### Del {{#b1}}

{text}

## D {line} {{phase=D}}

### Se {{#d1}}

{text}
"""


def write_document(folder: Path, payload: str) -> None:
    line = " ".join(payload.split())
    places = {
        "text": payload,
        "line": line,
        "yaml": json.dumps(line[:280].encode("utf-8", "replace").decode("utf-8")),
        "short": json.dumps(line[:60].encode("utf-8", "replace").decode("utf-8")),
        "cell": line.replace("|", "\\|"),
        "attribute": line.replace('"', "'"),
        "gap": line.replace("[", "(").replace("]", ")")[:400],
    }
    write(folder, {"track.nb.md": _utf8(TRACK.format(**places))})
    write(folder, {MODULE: _utf8(MODULE_TEXT.format(**places)), "media/a.png": "x"})


def _utf8(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def draft(folder: Path) -> Track | None:
    """Also what may not be published can be looked at; None if the front matter cannot be read."""
    return load_track(folder).draft


def html_of(track: Track) -> list[str]:
    """All that pages put in as it is."""
    parts = [render_track_intro(track, "nb", media_url=_url)]
    for module in track.modules:
        parts.append(render_notes([module.texts["nb"].leader], "nb", media_url=_url))
        for section in module.sections:
            parts.append(render_notes(section.leader.get("nb", ()), "nb", media_url=_url))
            for step in section.steps:
                drawn = render_step(step, "nb", media_url=_url)
                parts += [drawn.html, drawn.prompt_html, drawn.leader_html, drawn.event_html]
                parts += drawn.items
                parts += [drawn.video.html] if drawn.video else []
                if drawn.question is not None:
                    asked = drawn.question
                    parts += [asked.prompt_html, asked.hint_html, asked.explanation_html]
                    parts += [html for o in asked.options for html in (o.html, o.feedback_html)]
                    parts += [pair.left_html for pair in asked.pairs]
                    parts += asked.items
    return [part for part in parts if part]


def _url(path: str) -> str:
    return "/m/a.png"
