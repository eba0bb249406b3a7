"""SSH signatures as git asks for them (`gpg.format=ssh`): PROTOCOL.sshsig of OpenSSH, Ed25519."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import struct
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

_MAGIC: Final = b"SSHSIG"
_NAMESPACE: Final = b"git"
_HASH: Final = b"sha512"


class SigningKeyUnusable(Exception):
    """The file holds no Ed25519 key of OpenSSH's form, or cannot be read or made."""


class Signer:
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)

    @property
    def public_line(self) -> str:
        """`ssh-ed25519 AAAA…`, as in a list of allowed signers after the name."""
        return self._public.decode("ascii")

    def sign(self, payload: bytes) -> bytes:
        """The armoured signature, which ends with a newline."""
        fields = _string(_NAMESPACE) + _string(b"") + _string(_HASH)
        signed = self._key.sign(_MAGIC + fields + _string(hashlib.sha512(payload).digest()))
        public = base64.b64decode(self._public.split()[1])
        signature = _string(b"ssh-ed25519") + _string(signed)
        blob = _MAGIC + struct.pack(">I", 1) + _string(public) + fields + _string(signature)
        text = base64.b64encode(blob)
        lines = [text[at : at + 70] for at in range(0, len(text), 70)]
        begin, end = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"
        return b"\n".join([begin, *lines, end, b""])


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def open_signer(path: Path) -> Signer:
    """Of the key in that file; made when it is first asked for, readable by its owner only."""
    try:
        if not path.exists():
            _make(path)
        key = load_ssh_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as wrong:
        raise SigningKeyUnusable(f"{path} cannot be used: {wrong}") from wrong
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyUnusable(f"{path} cannot be used: it is no Ed25519 key")
    return Signer(key)


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
    )
    # Written aside and linked into place: of two that begin at once, one wins whole.
    aside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(private)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)
    except FileExistsError:
        return
    finally:
        aside.unlink()
