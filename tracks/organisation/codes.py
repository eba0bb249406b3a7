"""Codes that people read in one place and type in another. Pure."""

import re
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Final

# No letters or digits that look like others: 30 signs.
_SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUP: Final = 5
LINK_LIFE: Final = timedelta(minutes=10)
INVITATION_LIFE: Final = timedelta(days=14)
# After its end: who was invited to what is seen so long.
INVITATIONS_SHOWN: Final = timedelta(days=90)
MOST_TRIES: Final = 10
TRIES_IN: Final = timedelta(hours=1)


def new_code() -> str:
    """ "7KQ2M-XC4TB": 49 bits, of which a person may guess ten an hour."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(2 * _GROUP))
    return f"{signs[:_GROUP]}-{signs[_GROUP:]}"


def code_hash(typed: str) -> str:
    """Of what was typed, however it was grouped and in small letters or large."""
    return sha256(re.sub(r"[\W_]", "", typed[:100]).upper().encode()).hexdigest()
