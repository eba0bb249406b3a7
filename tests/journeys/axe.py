"""What axe and a ruler find on a page."""

from typing import Any

from playwright.sync_api import Frame, Page

_OPTIONS = {
    "resultTypes": ["violations"],
    "iframes": False,
    "rules": {"target-size": {"enabled": True}},
}
# What the width of the window or the colours can change; all else is the same document.
LAYOUT = ("color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block")
COLOURS = ("color-contrast", "link-in-text-block")
# What sticks out to the right, but for what has a scrollbar of its own.
_WIDER = """() => {
    const edge = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= edge) return [];
    const scrolls = (it) => {
        for (let up = it.parentElement; up; up = up.parentElement) {
            if (getComputedStyle(up).overflowX !== "visible" && up !== document.body) return true;
        }
        return false;
    };
    return [...document.body.querySelectorAll("*")]
        .filter((it) => it.getBoundingClientRect().right > edge + 0.5 && !scrolls(it))
        .map((it) => `${it.tagName}.${it.className} ${it.textContent.trim().slice(0, 40)}`);
}"""


def violations(place: Page | Frame, axe_source: str, *only: str) -> list[str]:
    """One line for each node that breaks a rule: WCAG 2.2 AA and axe's best practices.

    `only`: these rules and no others.
    """
    if not place.evaluate("() => 'axe' in window"):
        place.evaluate(axe_source)
    options = {**_OPTIONS, "runOnly": list(only), "rules": {}} if only else _OPTIONS
    found: dict[str, Any] = place.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def too_wide(place: Page | Frame) -> list[str]:
    """What makes the page scroll sideways."""
    found: list[str] = place.evaluate(_WIDER)
    return found
