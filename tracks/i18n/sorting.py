"""Words in the order of a reader's own alphabet."""

from typing import Final

# The letters after z; those of the neighbour's alphabet stand where their kin stands.
_AFTER_Z: Final = {"nb": "æä øö å", "nn": "æä øö å", "sv": "å äæ öø", "en": ""}


def sort_key(language: str, text: str) -> tuple[int, ...]:
    """As a dictionary has it: capitals beside small letters, æ, ø and å after z."""
    groups = _AFTER_Z.get(language, "").split()
    places = {letter: 0x7B + n for n, group in enumerate(groups) for letter in group}
    return tuple(places.get(letter, ord(letter)) for letter in text.casefold())
