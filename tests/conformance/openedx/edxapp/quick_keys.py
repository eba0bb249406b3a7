"""RSA keys by OpenSSL: the consumer makes one for each block in Python, which takes a second."""

from Cryptodome.PublicKey import RSA
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def install() -> None:
    RSA.generate = _generate


def _generate(bits: int) -> RSA.RsaKey:
    made = rsa.generate_private_key(65537, bits).private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return RSA.import_key(made)
