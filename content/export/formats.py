"""The formats by the names authors give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from content.export.source import Exported, Source, archive


@dataclass(frozen=True, slots=True)
class Format:
    suffix: str
    make: Callable[[Source], Exported]
    needs_tool: bool = False


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "zip": Format(".zip", archive),
    }
)
