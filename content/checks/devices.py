"""`devices` in the front matter says for which devices a module has variants: that is what it is
found by, so it is true both ways."""

from __future__ import annotations

from content.blocks.device import device
from content.problems import ProblemList
from content.reading.editions import ModuleEdition
from content.said import say


def check(edition: ModuleEdition, found: ProblemList) -> None:
    """Borrowed text may have variants of its own, which this file does not show."""
    if edition.front.values is None:
        return
    listed = edition.front.values.devices
    shown: dict[str, int] = {}  # the device -> the line of its first block
    borrows = False
    for element in edition.document.walk():
        borrows = borrows or element.block_name == "include"
        name = device(element.attributes) if element.block_name == "device" else ""
        if name:
            shown.setdefault(name, element.line)
    missing = () if borrows else tuple(name for name in listed if name not in shown)
    if missing:
        names = ", ".join(missing)
        message = say("devices says {names}, and no device block is for that", names=names)
        hint = say(
            "Write what is done on it in ::: device {{{name}}}, or take {names} out of devices.",
            name=missing[0],
            names=names,
        )
        found.warning("device-not-shown", edition.front.line("devices"), message, hint)
    everything = [*listed, *(name for name in shown if name not in listed)]
    unlisted = [name for name in shown if name not in listed]
    if unlisted:
        message = say("a block for {name}, which devices does not say", name=", ".join(unlisted))
        hint = say(
            "Write it in the front matter, so that the module is found by it: devices: [{all}]",
            all=", ".join(everything),
        )
        found.warning("device-not-listed", shown[unlisted[0]], message, hint)
