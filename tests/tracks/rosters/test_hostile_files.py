"""Check 29: zips and workbooks that somebody made to do harm. Nothing of them is taken in."""

import io
import re
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping

import pytest
from openpyxl import Workbook

from tests.factories.lists import Lists
from tests.tracks.rosters.conftest import UNIT_A
from tests.tracks.rosters.test_oneroster import FILES, MANIFEST, ORGS, USERS, zipped
from tracks.rosters.faults import BadFile
from tracks.rosters.records import Source
from tracks.rosters.workflow import State

_OWN = {"roster_import", "roster_piece", "roster_row"}  # what has been sent, until it is decided
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def _without(*names: str) -> dict[str, str | bytes]:
    return {name: text for name, text in FILES.items() if name not in names}


def _altered(mark: bytes, offset: int, form: str, value: int, data: bytes | None = None) -> bytes:
    """A field of the first record that begins with `mark`."""
    body = bytearray(data or zipped(FILES))
    struct.pack_into(f"<{form}", body, body.index(mark) + offset, value)
    return bytes(body)


def _entry(name: str, mode: int, text: str = "/etc/passwd") -> bytes:
    """An export with one more entry, of a kind that only Unix knows."""
    body = io.BytesIO(zipped(FILES))
    with zipfile.ZipFile(body, "a") as archive:
        entry = zipfile.ZipInfo(name)
        entry.create_system, entry.external_attr = 3, mode << 16
        archive.writestr(entry, text)
    return body.getvalue()


def _twice_the_same_bytes() -> bytes:
    """Two entries, one and the same compressed part of the file: how a flat bomb is made."""
    body = bytearray(zipped({**FILES, "b.csv": "b"}))
    end = body.index(_END)
    places = [m.start() for m in re.finditer(re.escape(_CENTRAL), body[:end])]
    (first,) = struct.unpack_from("<L", body, places[0] + 42)
    struct.pack_into("<L", body, places[-1] + 42, first)
    return bytes(body)


def _another_name_inside() -> bytes:
    body = zipped({**FILES, "harmless.csv": "x"})
    return body.replace(b"harmless.csv", b"../../out.cs", 1)


EXPORTS: dict[str, bytes] = {
    "no zip": b"hello",
    "empty": b"",
    "only an end": _END + b"\0" * 18,
    "truncated": zipped(FILES)[:-30],
    "begun in the middle": zipped(FILES)[200:],
    "no manifest": zipped(_without("manifest.csv")),
    "no orgs": zipped(_without("orgs.csv")),
    "no users": zipped(_without("users.csv")),
    "another version": zipped({**FILES, "manifest.csv": MANIFEST.replace("1.2", "2.0")}),
    "an empty manifest": zipped({**FILES, "manifest.csv": ""}),
    "climbs": zipped({**FILES, "../outside.csv": "x"}),
    "climbs later": zipped({**FILES, "a/../../outside.csv": "x"}),
    "absolute": zipped({**FILES, "/etc/outside": "x"}),
    "backslash": zipped({**FILES, "..\\outside.csv": "x"}),
    "drive": zipped({**FILES, "C:outside.csv": "x"}),
    "stream of a file": zipped({**FILES, "users.csv:outside": "x"}),
    "long name": zipped({**FILES, f"{'a' * 300}.csv": "x"}),
    "line break in a name": zipped({**FILES, "a\nb.csv": "x"}),
    "link": _entry("outside", stat.S_IFLNK | 0o777),
    "device": _entry("outside", stat.S_IFCHR | 0o666, ""),
    "pipe": _entry("outside", stat.S_IFIFO | 0o666, ""),
    "nested": zipped({**FILES, "more.zip": zipped(FILES)}),
    "nested under another name": zipped({**FILES, "more.csv": zipped(FILES)}),
    "doubled": zipped({**FILES, "USERS.csv": USERS}),
    "file and folder": zipped({**FILES, "users.csv/outside.csv": "x"}),
    "bomb": zipped({**FILES, "users.csv": b"0" * 30_000_000}),
    "flat bomb": _twice_the_same_bytes(),
    "many": zipped({**FILES, **{f"f{n}.csv": "" for n in range(10_001)}}),
    "encrypted": _altered(_CENTRAL, 8, "H", 0x1),
    "unknown compression": _altered(_CENTRAL, 10, "H", 99),
    "another name inside": _another_name_inside(),
    "smaller than it says": _altered(_CENTRAL, 24, "L", 5),
    "larger than it says": _altered(_CENTRAL, 24, "L", 1_000_000),
    "another checksum": _altered(_CENTRAL, 16, "L", 7),
    "begins elsewhere": _altered(_CENTRAL, 42, "L", 0x7FFFFFFF),
    "more files than there are": _altered(_END, 10, "H", 40),
    "part of several": _altered(_END, 4, "H", 3),
    "list of files elsewhere": _altered(_END, 16, "L", 0xFFFFFF),
    "zip64": _altered(_END, 10, "H", 0xFFFF),
    "utf-16": zipped({**FILES, "users.csv": USERS.encode("utf-16")}),
    "cp1252": zipped({**FILES, "users.csv": (USERS + "u-9,active,,true,x,Æ,Ø\n").encode("cp1252")}),
    "open quote": zipped({**FILES, "users.csv": USERS + '"u-9,active\n'}),
    "long cell": zipped({**FILES, "users.csv": USERS + f"u-9,active,,true,{'x' * 131_073},a,b\n"}),
    "nul": zipped({**FILES, "orgs.csv": ORGS + "o-9\0,active,,X,school,1,\n"}),
}  # fmt: skip

STAFF = [
    ("Ansattnr", "Fornavn", "Etternavn", "Organisasjonsnummer", "Stilling"),
    ("a-1", "Sample", "One", UNIT_A, "Lærer"),
]
PARTS = {
    "sheet": "xl/worksheets/sheet1.xml",
    "book": "xl/workbook.xml",
    "links": "xl/_rels/workbook.xml.rels",
    "types": "[Content_Types].xml",
}
_ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))


def _workbook() -> dict[str, bytes]:
    book, body = Workbook(), io.BytesIO()
    for row in STAFF:
        book.active.append(row)
    book.save(body)
    with zipfile.ZipFile(body) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _book(**changes: Callable[[str], str] | None) -> bytes:
    """A list of staff, with parts of its workbook changed or (None) taken out."""
    parts: dict[str, str | bytes] = dict(_workbook())
    for name, change in changes.items():
        path = PARTS[name]
        found = parts.pop(path)
        if change is not None:
            assert isinstance(found, bytes)
            parts[path] = change(found.decode())
    return zipped(parts)


def _with_doctype(declared: str, used: str) -> Callable[[str], str]:
    def change(xml: str) -> str:
        start = xml.index("<worksheet")
        return f"<!DOCTYPE worksheet [{declared}]>{xml[start:]}".replace("Sample", used)

    return change


def _swap(old: str, new: str) -> Callable[[str], str]:
    def change(xml: str) -> str:
        assert old in xml
        return xml.replace(old, new)

    return change


_PASSWD = '<!ENTITY e SYSTEM "file:///etc/passwd">'
_ADDRESS = '<!ENTITY e SYSTEM "http://127.0.0.1:9/">'
_PARAMETER = '<!ENTITY % p SYSTEM "file:///etc/passwd">%p;'
_NAME = 't="inlineStr"><is><t>Sample</t></is>'
BOOKS: Mapping[str, bytes] = {
    "entity of a file": _book(sheet=_with_doctype(_PASSWD, "&e;")),
    "entity of an address": _book(sheet=_with_doctype(_ADDRESS, "&e;")),
    "parameter entity": _book(sheet=_with_doctype(_PARAMETER, "&e;")),
    "a billion laughs": _book(sheet=_with_doctype(f'<!ENTITY e0 "ha">{_ENTITIES}', "&e9;")),
    "no sheet": _book(sheet=None),
    "no workbook": _book(book=None),
    "no types": _book(types=None),
    "sheet that ends in the middle": _book(sheet=lambda xml: xml[: len(xml) // 2]),
    "sheet that is a page": _book(sheet=lambda _xml: "<html><body>Log in</body></html>"),
    "sheet at another place": _book(
        links=_swap("worksheets/sheet1.xml", "../../../../../../../../etc/passwd")
    ),
    "column without end": _book(sheet=_swap('r="A2"', 'r="ZZZZZZZZ2"')),
    "row before the first": _book(sheet=_swap('<row r="2"', '<row r="-5"')),
    "a text that is not there": _book(sheet=_swap(_NAME, 't="s"><v>999999</v>')),
    "a text by no number": _book(sheet=_swap(_NAME, 't="s"><v>x</v>')),
    "a part that grows ten thousand times": zipped(
        {**_workbook(), "xl/media/a.png": b"0" * 30_000_000}
    ),
    "climbs": zipped({**_workbook(), "../outside.xml": b"x"}),
    "encrypted": _altered(_CENTRAL, 8, "H", 0x1, zipped(_workbook())),
}


def test_there_are_as_many_as_the_check_asks_for():
    assert len(EXPORTS) + len(BOOKS) >= 40
    assert len({*EXPORTS.values(), *BOOKS.values()}) == len(EXPORTS) + len(BOOKS)


def _outside(lists: Lists) -> list[str]:
    return sorted(p.name for p in lists.folder.parent.rglob("out*"))


@pytest.mark.parametrize("name", list(EXPORTS))
def test_nothing_hostile_is_taken_in_and_nothing_is_written_outside(name: str, lists: Lists):
    before, outside = lists.tool.counts(), _outside(lists)

    made = lists.take_in(EXPORTS[name], source=Source.ONEROSTER)

    has_faults = lists.would_change(made).faults > 0
    assert lists.state(made) == State.REFUSED or has_faults
    after = lists.tool.counts()
    assert {n for n in after if after[n] != before[n]} <= _OWN
    assert _outside(lists) == outside


def test_the_same_workbook_unharmed_is_taken_in(lists: Lists):
    assert lists.would_change(lists.take_in(_book())).faults == 0


@pytest.mark.parametrize("name", list(BOOKS))
def test_no_workbook_reads_a_file_grows_without_end_or_breaks_us(name: str, lists: Lists):
    before, outside = lists.tool.counts(), _outside(lists)

    try:
        made = lists.take_in(BOOKS[name])
    except BadFile:  # told where the file is chosen, before anything is kept
        made = None

    assert made is None or lists.state(made) == State.REFUSED or lists.would_change(made).faults
    after = lists.tool.counts()
    assert {n for n in after if after[n] != before[n]} <= _OWN
    assert _outside(lists) == outside
