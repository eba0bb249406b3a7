"""A pack from anybody, read within limits and in memory: nothing is kept before it is judged."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from time import monotonic
from typing import Final

from dulwich.errors import ApplyDeltaError
from dulwich.objects import ObjectID, object_header
from dulwich.pack import apply_delta
from msgspec import Struct

from content.said import Said, say

KINDS: Final = {1: b"commit", 2: b"tree", 3: b"blob", 4: b"tag"}
_NUMBERS: Final = {kind: number for number, kind in KINDS.items()}
_OFFSET_DELTA, _NAMED_DELTA = 6, 7
_CHUNK: Final = 16 * 1024


class Limits(Struct, frozen=True):
    pack: int = 32 * 1024 * 1024  # bytes as they come
    objects: int = 20_000
    one: int = 10 * 1024 * 1024  # bytes of one object, unpacked
    all: int = 96 * 1024 * 1024  # bytes of all of them
    chain: int = 50  # differences upon differences
    seconds: float = 60.0


LIMITS: Final = Limits()


class PackRefused(Exception):
    """Not a pack, or more than there may be. `said`: to whoever sent it."""

    def __init__(self, said: Said | str) -> None:
        super().__init__(str(said))
        self.said = said


class Raw(Struct, frozen=True):
    kind: bytes  # commit, tree, blob or tag
    data: bytes


class _Delta(Struct, frozen=True):
    base: int | ObjectID  # an earlier place in the pack, or a name
    data: bytes


def name_of(raw: Raw) -> ObjectID:
    digest = hashlib.sha1(object_header(_NUMBERS[raw.kind], len(raw.data)), usedforsecurity=False)
    digest.update(raw.data)
    return ObjectID(digest.hexdigest().encode())


def read_pack(
    pack: bytes, known: Callable[[ObjectID], Raw | None], limits: Limits = LIMITS
) -> dict[ObjectID, Raw]:
    """`known`: an object that is here already, for a pack that says only what is different."""
    return _Reader(pack, known, limits).read()


class _Reader:
    def __init__(
        self, pack: bytes, known: Callable[[ObjectID], Raw | None], limits: Limits
    ) -> None:
        self.pack = pack
        self.known = known
        self.limits = limits
        self.left = limits.all
        self.ends = monotonic() + limits.seconds
        self.at = 12
        self.by_place: dict[int, Raw] = {}
        self.by_name: dict[ObjectID, Raw] = {}
        self.depth: dict[int, int] = {}
        self.named_depth: dict[ObjectID, int] = {}
        self.waiting: dict[int, _Delta] = {}

    def read(self) -> dict[ObjectID, Raw]:
        pack = self.pack
        if len(pack) > self.limits.pack:
            raise PackRefused(say("more than {mb} MB at once", mb=self.limits.pack // 1024 // 1024))
        if len(pack) < 32 or pack[:4] != b"PACK" or pack[4:8] != b"\0\0\0\2":
            raise PackRefused(say("this is no pack of git's"))
        ended = hashlib.sha1(pack[:-20], usedforsecurity=False).digest()
        if ended != pack[-20:]:
            raise PackRefused(say("the pack was damaged on its way"))
        count = int.from_bytes(pack[8:12], "big")
        if count > self.limits.objects:
            raise PackRefused(say("more than {count} objects at once", count=self.limits.objects))
        for _ in range(count):
            self.take()
        if self.at != len(pack) - 20:
            raise PackRefused(say("the pack was damaged on its way"))
        while self.waiting:
            if not sum([self.resolve(place) for place in list(self.waiting)]):
                raise PackRefused(say("the pack builds on objects that are not here"))
        return self.by_name

    def take(self) -> None:
        """The next object of the pack."""
        self.in_time()
        place = self.at
        byte = self.byte()
        kind, size, shift = byte >> 4 & 7, byte & 15, 4
        while byte & 0x80:
            byte = self.byte()
            size |= (byte & 0x7F) << shift
            shift += 7
            if shift > 40:
                raise PackRefused(say("the pack was damaged on its way"))
        base: int | ObjectID | None = None
        if kind == _OFFSET_DELTA:
            base = place - self.offset()
            if base not in self.by_place and base not in self.waiting:
                raise PackRefused(say("the pack was damaged on its way"))
        elif kind == _NAMED_DELTA:
            base = ObjectID(self.pack[self.at : self.at + 20].hex().encode())
            self.at += 20
        elif kind not in KINDS:
            raise PackRefused(say("the pack was damaged on its way"))
        data = self.inflated(size)
        if base is None:
            self.keep(place, Raw(KINDS[kind], data), 0)
        else:
            self.waiting[place] = _Delta(base, data)

    def byte(self) -> int:
        if self.at >= len(self.pack) - 20:
            raise PackRefused(say("the pack was damaged on its way"))
        self.at += 1
        return self.pack[self.at - 1]

    def offset(self) -> int:
        byte = self.byte()
        found = byte & 0x7F
        while byte & 0x80:
            byte = self.byte()
            found = (found + 1) << 7 | byte & 0x7F
            if found > len(self.pack):
                raise PackRefused(say("the pack was damaged on its way"))
        return found

    def inflated(self, size: int) -> bytes:
        """Exactly so many bytes; not one is made that the limits do not allow."""
        self.charge(size)
        reader = zlib.decompressobj()
        parts: list[bytes] = []
        got = 0
        try:
            while not reader.eof:
                chunk = reader.unconsumed_tail or self.pack[self.at : self.at + _CHUNK]
                if not reader.unconsumed_tail:
                    self.at += len(chunk)
                part = reader.decompress(chunk, size - got + 1)
                parts.append(part)
                got += len(part)
                if got > size or not (chunk or part):
                    raise PackRefused(say("the pack was damaged on its way"))
        except zlib.error as failure:
            raise PackRefused(say("the pack was damaged on its way")) from failure
        self.at -= len(reader.unused_data)
        if got != size:
            raise PackRefused(say("the pack was damaged on its way"))
        return b"".join(parts)

    def charge(self, size: int) -> None:
        if size > self.limits.one:
            mb = self.limits.one // 1024 // 1024
            raise PackRefused(say("a file of more than {mb} MB", mb=mb))
        self.left -= size
        if self.left < 0:
            mb = self.limits.all // 1024 // 1024
            raise PackRefused(say("more than {mb} MB when it is unpacked", mb=mb))

    def in_time(self) -> None:
        if monotonic() > self.ends:
            raise PackRefused(say("it takes too long to unpack"))

    def resolve(self, place: int) -> bool:
        """False if what it builds on is not there yet."""
        self.in_time()
        delta = self.waiting[place]
        base = self.base_of(delta.base)
        if base is None:
            return False
        raw, depth = base
        if depth >= self.limits.chain:
            raise PackRefused(say("the pack builds differences upon differences too deep"))
        self.charge(_target_size(delta.data))
        try:
            data = b"".join(apply_delta([raw.data], [delta.data]))
        except (ApplyDeltaError, ValueError, IndexError, OverflowError) as failure:
            raise PackRefused(say("the pack was damaged on its way")) from failure
        del self.waiting[place]
        self.keep(place, Raw(raw.kind, data), depth + 1)
        return True

    def base_of(self, base: int | ObjectID) -> tuple[Raw, int] | None:
        if isinstance(base, int):
            found = self.by_place.get(base)
            return None if found is None else (found, self.depth[base])
        named = self.by_name.get(base) or self.known(base)
        return None if named is None else (named, self.named_depth.get(base, 0))

    def keep(self, place: int, raw: Raw, depth: int) -> None:
        name = name_of(raw)
        self.by_place[place], self.depth[place] = raw, depth
        self.by_name[name] = raw
        self.named_depth[name] = depth


def _target_size(delta: bytes) -> int:
    """What the difference says it makes: the second of two numbers at its beginning."""
    at = size = 0
    for _ in range(2):
        size = shift = 0
        while True:
            if at >= len(delta) or shift > 40:
                raise PackRefused(say("the pack was damaged on its way"))
            byte = delta[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
    return size
