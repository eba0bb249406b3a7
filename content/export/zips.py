"""Zip files whose bytes depend on nothing but what is in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Final

_DATE: Final = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say
_ORDINARY_FILE: Final = 0o100644 << 16
_UNIX: Final = 3
# What is compressed already only grows by being compressed again.
_STORED: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".mp4", ".webm", ".m4v", ".pdf")


def zipped(files: Mapping[str, bytes], *, first: str = "") -> bytes:
    """Sorted by name; `first` names the entry that a format wants at the beginning."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in sorted(files, key=lambda name: (name != first, name)):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = _UNIX  # else it is the machine's own
            entry.external_attr = _ORDINARY_FILE
            is_packed = name.lower().endswith(_STORED)
            entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name], compresslevel=9)
    return held.getvalue()
