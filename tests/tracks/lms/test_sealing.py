"""What lies sealed in the database opens with its key, in its place, unchanged (J11)."""

from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracks.lms.sealing import EncryptionKey, NoSuchKey, Sealer, Tampered, new_secret, read_keys

OLD, NEW = EncryptionKey(b"o" * 32), EncryptionKey(b"n" * 32)


@given(st.binary(max_size=200), st.text(max_size=50))
def test_what_was_sealed_comes_back(content: bytes, place: str):
    sealer = Sealer([NEW])

    assert sealer.open(sealer.seal(content, place), place) == content


def test_the_same_twice_is_sealed_in_two_ways():
    sealer = Sealer([NEW])

    assert sealer.seal(b"secret", "a") != sealer.seal(b"secret", "a")


def test_another_place_does_not_open_it():
    sealer = Sealer([NEW])

    with pytest.raises(Tampered):
        sealer.open(sealer.seal(b"secret", "kid-1"), "kid-2")


def test_every_bit_counts():
    sealer = Sealer([NEW])
    version, key_id, payload = sealer.seal(b"secret", "kid").split(".")
    raw = urlsafe_b64decode(payload)
    for position in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(Tampered):
            sealer.open(f"{version}.{key_id}.{urlsafe_b64encode(changed).decode()}", "kid")


@pytest.mark.parametrize("sealed", ["", "1", "1..", "a.b.c.d", "1.x.not base64!", "2.x.AAAA"])
def test_what_is_not_sealed_is_refused(sealed: str):
    with pytest.raises((Tampered, NoSuchKey)):
        Sealer([NEW]).open(sealed, "kid")


def test_an_unknown_form_of_sealing_is_refused():
    sealer = Sealer([NEW])
    sealed = sealer.seal(b"secret", "kid")

    with pytest.raises(Tampered, match="unknown form"):
        sealer.open(f"2{sealed[1:]}", "kid")


def test_cut_short_is_refused():
    sealed = Sealer([NEW]).seal(b"secret", "kid")

    for length in range(len(sealed)):
        with pytest.raises((Tampered, NoSuchKey)):
            Sealer([NEW]).open(sealed[:length], "kid")


def test_another_key_is_named_and_does_not_open_it():
    sealed = Sealer([OLD]).seal(b"secret", "kid")

    with pytest.raises(NoSuchKey, match=OLD.id):
        Sealer([NEW]).open(sealed, "kid")


def test_an_earlier_key_still_opens_and_no_longer_seals():
    both, old = Sealer([NEW, OLD]), Sealer([OLD]).seal(b"secret", "kid")
    new = both.seal(b"secret", "kid")

    assert both.open(old, "kid") == Sealer([NEW]).open(new, "kid") == b"secret"
    assert [both.is_sealed_anew(each) for each in (old, new)] == [False, True]


def test_keys_are_read_one_a_line_in_either_alphabet():
    secrets = [bytes([255]) * 32, bytes(range(32))]
    text = "\n".join([b64encode(secrets[0]).decode(), urlsafe_b64encode(secrets[1]).decode()])

    assert [key.id for key in read_keys(text)] == [EncryptionKey(s).id for s in secrets]
    assert len(read_keys(new_secret())) == 1


@pytest.mark.parametrize("text", ["", " \n", "short", "æøå", b64encode(b"x" * 31).decode(), "A"])
def test_what_is_no_key_is_refused(text: str):
    with pytest.raises(ValueError, match="key"):
        read_keys(text)


def test_a_key_id_tells_nothing_of_the_key():
    secret = bytes(range(32))

    assert EncryptionKey(secret).id not in (secret.hex(), urlsafe_b64encode(secret).decode())
    assert len(EncryptionKey(secret).id) == 12
