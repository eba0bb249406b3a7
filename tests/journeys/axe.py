"""What axe and a ruler find on a page."""

from typing import Any

from playwright.sync_api import Frame, Page

_OPTIONS = {
    "resultTypes": ["violations"],
    "iframes": False,
    # By default it fetches every style sheet again, for a rule that is experimental and never runs.
    "preload": {"assets": ["media"]},
    "rules": {"target-size": {"enabled": True}},
}
# What the width of the window or the colours can change; all else is the same document.
LAYOUT = ("color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block")
COLOURS = ("color-contrast", "link-in-text-block")
# What it found, not how: the whole report is 50 KB a page, which takes longer than the looking.
_RUN = """async (options) => (await axe.run(document, options)).violations.flatMap(
    (rule) => rule.nodes.map((node) => [rule.id, node.target, node.failureSummary])
)"""
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

    `only`: these rules and no others. A page that has got axe from its browser context
    (`add_init_script`) is not sent it once more.
    """
    if not place.evaluate("() => 'axe' in window"):
        place.evaluate(axe_source)
    options = {**_OPTIONS, "runOnly": list(only), "rules": {}} if only else _OPTIONS
    found: list[tuple[str, Any, str]] = place.evaluate(_RUN, options)
    return [f"{rule}: {target} {summary}" for rule, target, summary in found]


def too_wide(place: Page | Frame) -> list[str]:
    """What makes the page scroll sideways."""
    found: list[str] = place.evaluate(_WIDER)
    return found
