"""The formats by the names authors give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec import Struct

from content.export.cmi5 import cmi5
from content.export.common_cartridge import (
    common_cartridge,
    common_cartridge_1_1,
    thin_cartridge,
)
from content.export.gift import gift
from content.export.moodle_xml import moodle_xml
from content.export.olx import olx
from content.export.pdf import pdf
from content.export.qti import qti
from content.export.source import Exported, Source, archive


class Format(Struct, frozen=True):
    suffix: str
    kind: str  # media type
    make: Callable[[Source], Exported]


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "zip": Format(".zip", "application/zip", archive),
        "gift": Format(".gift", "text/plain; charset=utf-8", gift),
        "moodle-xml": Format(".xml", "application/xml", moodle_xml),
        "qti": Format(".qti.zip", "application/zip", qti),
        "cartridge": Format(".imscc", "application/zip", common_cartridge),
        "cartridge-1.1": Format(".imscc", "application/zip", common_cartridge_1_1),
        "thin-cartridge": Format(".imscc", "application/zip", thin_cartridge),
        "pdf": Format(".pdf", "application/pdf", pdf),
        "cmi5": Format(".cmi5.zip", "application/zip", cmi5),
        "olx": Format(".tar.gz", "application/gzip", olx),
    }
)
