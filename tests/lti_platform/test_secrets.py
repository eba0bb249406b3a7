"""What is too short to keep a secret is not taken."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lti.platform.hints import HintSigner
from lti.platform.keys import PlatformKey, new_platform_key_pem


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(65537, 1024),
        ec.generate_private_key(ec.SECP521R1()),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["short", "elliptic", "edwards"],
)
def test_a_platforms_key_is_long_and_rsa(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey,
):
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    with pytest.raises(ValueError, match="must be RSA of at least 2048 bits"):
        PlatformKey(pem)


def test_a_new_key_is_as_short_as_may_be():
    key = PlatformKey(new_platform_key_pem())

    assert (key.private.key_size, key.public.public_numbers().e) == (2048, 65537)


@pytest.mark.parametrize(("length", "taken"), [(31, False), (32, True)])
def test_the_secret_of_hints_has_32_bytes(length: int, taken: bool):
    if taken:
        assert HintSigner(bytes(length))
        return
    with pytest.raises(ValueError, match="at least 32 bytes"):
        HintSigner(bytes(length))
