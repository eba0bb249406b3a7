"""Device variants beside each other as tabs. They are radio buttons, so they work by keyboard and
without a script; where the style sheet does not hide the others, and on paper, all are shown."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from markdown_it.token import Token

from content.attributes import Attributes
from content.blocks.device import device
from content.devices import DEVICES, PICKER
from content.languages import word


def device_of(token: Token) -> str:
    attributes = token.meta.get("attributes")
    return device(attributes) if isinstance(attributes, Attributes) else ""


def grouped(tokens: Sequence[Token]) -> list[Token]:
    """With a devices_open and _close around what stands beside each other for several devices."""
    done: list[Token] = []
    run: list[Token] = []
    names: list[str] = []
    level = 0  # of blocks inside the device block that is open

    def end_run() -> None:
        several = list(dict.fromkeys(names))
        if len(several) > 1:
            opening = Token("devices_open", "div", 1)
            opening.meta = {"names": several}
            done.extend([opening, *run, Token("devices_close", "div", -1)])
        else:
            done.extend(run)
        run.clear()
        names.clear()

    for token in tokens:
        if level:
            run.append(token)
            level += token.nesting
        elif token.type == "block_open" and token.meta.get("name") == "device" and device_of(token):
            run.append(token)
            names.append(device_of(token))
            level = 1
        else:
            end_run()
            done.append(token)
    end_run()
    return done


def picker(names: Sequence[str], group: str, language: str) -> str:
    """The radio buttons belong to no form: an answer is sent without them."""
    buttons = "".join(
        f'<input class="pick-{name}" type="radio" name="{group}" value="{name}" form="no-form"'
        f' id="{group}-{name}"{" checked" if name == names[0] else ""}>'
        f'<label for="{group}-{name}">{escape(DEVICES[name])}</label>'
        for name in names
    )
    legend = escape(word("device", language))
    return f'<fieldset class="{PICKER}"><legend>{legend}</legend>{buttons}</fieldset>'
