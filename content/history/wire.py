"""What git says over HTTP when it fetches and pushes: lines with their length in front."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Final

from dulwich.protocol import CAPABILITY_FILTER, CAPABILITY_SHALLOW, ReceivableProtocol
from dulwich.repo import Repo
from dulwich.server import Backend, BackendRepo, UploadPackHandler
from msgspec import Struct

FLUSH: Final = b"0000"
NOBODY: Final = b"0" * 40
_MOST_COMMANDS: Final = 20
_LONGEST_LINE: Final = 65520
CAPABILITIES: Final = b"report-status side-band-64k no-thin agent=tracks object-format=sha1"


class NotGit(Exception):
    """Not what git would send."""


class Command(Struct, frozen=True):
    """A wish to move a ref: from, to, its name."""

    old: bytes
    new: bytes
    ref: bytes


def line(data: bytes) -> bytes:
    return b"%04x" % (len(data) + 4) + data


def advertised(refs: Mapping[bytes, bytes]) -> bytes:
    """The answer that a push begins with."""
    said = list(refs.items()) or [(b"capabilities^{}", NOBODY)]
    first, rest = said[0], said[1:]
    lines = [line(b"%s %s\0%s\n" % (first[1], first[0], CAPABILITIES))]
    lines += [line(b"%s %s\n" % (id_, name)) for name, id_ in rest]
    return b"".join([line(b"# service=git-receive-pack\n"), FLUSH, *lines, FLUSH])


def read_push(body: bytes) -> tuple[list[Command], frozenset[bytes], bytes]:
    """The commands, what the client can do, and the pack. Raises NotGit.

    No commands: before it sends much, git asks with an empty list whether it may."""
    commands: list[Command] = []
    able: frozenset[bytes] = frozenset()
    at = 0
    for data, after in _lines(body):
        at = after
        if data is None:
            break
        said, _, capabilities = data.rstrip(b"\n").partition(b"\0")
        if not commands:
            able = frozenset(capabilities.split())
        parts = said.split(b" ", 2)
        if len(parts) != 3 or not all(map(_is_id, parts[:2])) or len(commands) >= _MOST_COMMANDS:
            raise NotGit
        commands.append(Command(*parts))
    return commands, able, body[at:]


def _is_id(text: bytes) -> bool:
    return len(text) == 40 and all(c in b"0123456789abcdef" for c in text)


def _lines(body: bytes) -> Iterator[tuple[bytes | None, int]]:
    """Each with the place after it; None is the end of a list."""
    at = 0
    while True:
        try:
            size = int(body[at : at + 4].decode("ascii"), 16)
        except ValueError:
            raise NotGit from None
        if size == 0:
            yield None, at + 4
        elif not 4 < size <= _LONGEST_LINE or at + size > len(body):
            raise NotGit
        else:
            yield body[at + 4 : at + size], at + size
        at += max(size, 4)


def answered(results: Mapping[bytes, str], said: list[str], able: frozenset[bytes]) -> bytes:
    """`results`: ref -> "" for done, or why not. `said`: what the one who pushed reads first."""
    report = [line(b"unpack ok\n")]
    for ref, why in results.items():
        short = " ".join(why.split())[:200].encode()
        report.append(line(b"ng %s %s\n" % (ref, short) if why else b"ok %s\n" % ref))
    status = b"".join([*report, FLUSH]) if b"report-status" in able else b""
    if b"side-band-64k" not in able:
        return status
    told = "".join(f"{_plain(each)}\n" for each in said).encode()
    return b"".join([*_banded(2, told), *_banded(1, status), FLUSH])


def _banded(band: int, data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), 1000):
        yield line(bytes([band]) + data[at : at + 1000])


def _plain(text: str) -> str:
    """Nothing that a terminal would obey: the text may be an author's."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


class _Fetching(UploadPackHandler):
    """Whole history only: what is small needs no shortcuts, and they cost the one who serves."""

    def capabilities(self) -> list[bytes]:
        left_out = (CAPABILITY_FILTER, CAPABILITY_SHALLOW)
        return [each for each in super().capabilities() if each not in left_out]


class _One(Backend):
    def __init__(self, repo: Repo) -> None:
        self._repo = repo

    def open_repository(self, path: str) -> BackendRepo:
        return self._repo


def fetched(repo: Repo, body: bytes, *, advertise: bool) -> bytes:
    """The answer to a fetch, or what it begins with. Raises NotGit."""
    out = BytesIO()
    protocol = ReceivableProtocol(BytesIO(body).read, out.write)
    handler = _Fetching(_One(repo), ["/"], protocol, stateless_rpc=True, advertise_refs=advertise)
    if advertise:
        protocol.write_pkt_line(b"# service=git-upload-pack\n")
        protocol.write_pkt_line(None)
    try:
        handler.handle()
    except Exception as failure:  # whatever dulwich makes of what anybody may send
        raise NotGit from failure
    return out.getvalue()
