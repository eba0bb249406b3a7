import json
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field


class ServiceRequest(Struct, frozen=True):
    """A request to a service endpoint, already taken apart by the host's web framework."""

    method: str
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)  # lower-case names
    body: bytes = b""

    def media_types(self, header: str) -> list[str]:
        """Without parameters and in lower case, e.g. of Accept or Content-Type."""
        parts = self.headers.get(header, "").split(",")
        return [part.partition(";")[0].strip().lower() for part in parts if part.strip()]


class ServiceAnswer(Struct, frozen=True):
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(
    status: int,
    value: Any,
    headers: Mapping[str, str] | None = None,
    *,
    media_type: str = "application/json",
) -> ServiceAnswer:
    body = json.dumps(value, ensure_ascii=False).encode()
    return ServiceAnswer(status, body, {"Content-Type": media_type, **(headers or {})})
