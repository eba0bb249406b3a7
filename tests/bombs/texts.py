"""JSON made to hang, to swell or to trip (security.md F10)."""

from collections.abc import Iterator

from msgspec import Struct


class Text(Struct, frozen=True):
    name: str
    body: bytes
    is_json: bool  # strict JSON, if of no use: the reader may find fault with what it says


def json_bombs(most: int, *, is_array: bool = False) -> Iterator[Text]:
    """As large as is read at all, where size matters."""
    opening, closing = (b"[", b"]") if is_array else (b'{"x":', b"}")
    room = most - 64

    def filled(part: bytes, last: bytes) -> bytes:
        return b"[" + part * (room // len(part)) + last + b"]"

    names = b",".join(b'"%x":1' % number for number in range(room // 10))
    brackets = b"[]," * 40  # more than may be open at once, so that somebody has to look
    values: dict[str, tuple[bytes, bool]] = {
        "one string": (b'"' + b"a" * room + b'"', True),
        "one string of four-byte signs": (b'"' + "😀".encode() * (room // 4) + b'"', True),
        "one sign that makes all others wide": (b'"\\n' + "😀".encode() + b"a" * room + b'"', True),
        "escaped pairs": (b'"' + b"\\ud83d\\ude00" * (room // 12) + b'"', True),
        "a long string beside brackets": (
            b"[" + brackets + b'"' + b"a" * (room - 128) + b'"]',
            True,
        ),
        "numbers": (filled(b"9,", b"9"), True),
        "floats": (filled(b"1e9,", b"9"), True),
        "small numbers": (filled(b"1e-9999,", b"9"), True),
        "empty strings": (filled(b'"",', b'""'), True),
        "empty lists": (filled(b"[],", b"[]"), True),
        "empty objects": (filled(b"{},", b"{}"), True),
        "small objects": (filled(b'{"a":1},', b"{}"), True),
        "lists in lists": (filled(b"[[[]]],", b"[]"), True),
        "names": (b"{" + names + b"}", True),
        "31 deep": (b"[" * 31 + b"]" * 31, True),
        "33 deep": (b"[" * 33 + b"]" * 33, False),
        "deep lists": (b"[" * room, False),
        "deep objects": (b'{"a":' * (room // 5), False),
        "deep and closed": (b"[" * (room // 2) + b"]" * (room // 2), False),
        "quotes without an end": (
            b"[" + brackets + b'"' + b'\\"' * (room // 2 - 128),
            False,
        ),
        "strings without an end": (b"[" + brackets + b'"a' * ((room - 128) // 2), False),
        "backslashes": (b"[" + brackets + b'"' + b"\\" * (room - 128), False),
        "commas": (b"[" + b"," * room, False),
        "spaces": (b" " * room, is_array),
        "digits": (b"9" * room, False),
        "5,000 digits": (b"9" * 5_000, False),
        "the same name": (b"{" + b'"a":1,' * (room // 6 - 1) + b'"a":1}', False),
        "the same name, escaped": (b'{"a":1,"\\u0061":1}', False),
        "NaN": (b"NaN", False),
        "minus infinity": (b"-Infinity", False),
        "1e999": (b"1e999", False),
        "NUL": (b'"\\u0000"', False),
        "NUL in a name": (b'{"\\u0000":1}', False),
        "half a pair": (b'"\\ud800"', False),
        "half a pair as bytes": (b'"\xed\xa0\x80"', False),
        "a sign below the space": (b'"\x01"', False),
        "not UTF-8": (b'"\xff"', False),
    }
    for name, (value, is_json) in values.items():
        yield Text(name, opening + value + closing, is_json)
    whole = opening + b"1" + closing
    yield Text("a byte order mark", b"\xef\xbb\xbf" + whole, False)
    yield Text("UTF-16", whole.decode().encode("utf-16"), False)
    yield Text("two documents", whole * 2, False)
    yield Text("cut short", whole[:-1], False)
    yield Text("nothing", b"", False)
    yield Text("no container", b'"x"', False)
