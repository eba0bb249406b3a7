"""The kinds of device that pupils have, and the choice between their variants in a drawn text.

A page only opens one of what was drawn before, so nothing here reads or draws Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

DEVICES: Final[Mapping[str, str]] = {"ipad": "iPad", "chromebook": "Chromebook", "pc": "PC"}
PICKER: Final = "device-picker"

_PICKER = re.compile(rf'<fieldset class="{PICKER}">.*?</fieldset>', re.DOTALL)
_BUTTON = re.compile(r'(<input class="pick-(\w+)"[^>]*?)(?: checked)?>')


def devices_in(html: str) -> list[str]:
    """Of the choices in a drawn text, each once."""
    pickers = "".join(_PICKER.findall(html))
    return [name for name in DEVICES if f'value="{name}"' in pickers]


def opened(html: str, device: str | None) -> str:
    """The drawn text with that device's variants open, where it has one."""
    if device not in DEVICES or PICKER not in html:
        return html

    def chosen(match: re.Match[str]) -> str:
        if f'value="{device}"' not in match[0]:
            return match[0]
        return _BUTTON.sub(lambda b: b[1] + (" checked>" if b[2] == device else ">"), match[0])

    return _PICKER.sub(chosen, html)
