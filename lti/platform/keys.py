from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)


class PlatformKey:
    """The platform's RSA key, parsed once.

    OpenSSL checks a private key each time it reads its PEM, about 40 ms. The library reads it
    twice for each signature, so it is handed this object instead (`lti.platform.library`).
    """

    def __init__(self, pem: str) -> None:
        private = load_pem_private_key(pem.encode(), password=None)
        if not isinstance(private, RSAPrivateKey) or private.key_size < 2048:
            raise ValueError("the platform's key must be RSA of at least 2048 bits")
        self.private = private
        self.public = private.public_key()
        self.public_pem = self.public.public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        ).decode()


def new_platform_key_pem() -> str:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
