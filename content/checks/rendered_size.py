from __future__ import annotations

import json

from content.checks.size import HTML_LARGEST
from content.model import Step
from content.problems import Problem
from content.rendering.html import render_step

_HINT = "Divide it into several steps; wide tables grow the most."


def check(step: Step, language: str) -> Problem | None:
    """Draws the step once, so that no page is ever asked to draw what is too big."""
    rendered = render_step(step, language, media_url=lambda path: f"/{path}")
    size = len(json.dumps(rendered.as_json(), ensure_ascii=False).encode())
    if size <= HTML_LARGEST:
        return None
    message = f"the step becomes {size // 1024} KB of HTML; at most {HTML_LARGEST // 1024}"
    return Problem("step-html-size", step.texts[language].location, message, _HINT)
