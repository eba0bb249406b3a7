"""What people type into larger fields."""

import unicodedata


def readable(text: str) -> str:
    """Without what nobody types: a browser's line ends are made one, control characters go."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(c for c in lines if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))
