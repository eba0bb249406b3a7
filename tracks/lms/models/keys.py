"""Our own keys, the private half sealed."""

from sqlalchemy import Column, String, Table, Text

from tracks.db import ONE_TREE, Json, UtcDateTime, metadata

tool_key = Table(
    "tool_key",
    metadata,
    # The key's RFC 7638 thumbprint: with another key it could not be the same (J7).
    Column("kid", String(64), primary_key=True),
    # Its JWK, as LMSs read it.
    Column("public", Json, nullable=False),
    # PKCS 8, as tracks.lms.sealing seals it; the kid is bound to it (J11).
    Column("sealed", Text, nullable=False),
    Column("active_from", UtcDateTime, nullable=False),
    # NULL until a rotation says when.
    Column("published_until", UtcDateTime),
    **ONE_TREE,
)
