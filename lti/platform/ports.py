from datetime import datetime
from typing import Protocol

from lti.ports import Clock


class UsedAssertions(Protocol):
    def consume(self, client_id: str, jti: str, expires_at: datetime) -> bool:
        """One atomic statement; False when this jti was used before."""


class ToolKeySetStore(Protocol):
    """Keeps the tool's last key set, so that a restart while the tool is down changes nothing."""

    def load(self) -> str | None: ...
    def save(self, document: str) -> None: ...


__all__ = ["Clock", "ToolKeySetStore", "UsedAssertions"]
