"""Common Cartridge and OLX. OLX is read by olxcleaner, for Open edX. The rules of Common Cartridge
that an importer stumbles over are checked one by one; in tests/content/readers others read it."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from content.export.common_cartridge import common_cartridge, common_cartridge_1_1, thin_cartridge
from content.export.olx import olx
from content.export.source import Exported, Source
from content.loader import load_library
from tests.content.export.libraries import laid_out, quiz_library
from tracks.catalogue.rules import parse_address

CC = "{{http://www.imsglobal.org/xsd/imsccv1p{}/imscp_v1p1}}"
QTI = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
FULL = [(common_cartridge, 3), (common_cartridge_1_1, 1)]

Make = Callable[[Source], Exported]


def source_of(root: Path, track_id: str | None = None) -> Source:
    loaded = load_library(root)
    assert loaded.value is not None, loaded.problems
    found = next(t for t in loaded.value.tracks if track_id in (None, t.id))
    return Source(root, loaded.value.publisher, found, found.languages[0], "https://tracks.example")


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return source_of(laid_out(tmp_path, quiz_library()))


def opened(make: Make, source: Source) -> tuple[dict[str, bytes], ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(make(source).data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert next(iter(files)) == "imsmanifest.xml"
    return files, ElementTree.fromstring(files["imsmanifest.xml"])


@pytest.mark.parametrize(("make", "version"), [*FULL, (thin_cartridge, 3)])
def test_every_name_in_the_manifest_leads_somewhere(
    make: Make, version: int, source: Source
) -> None:
    files, manifest = opened(make, source)
    cc = CC.format(version)
    assert [child.tag for child in manifest] == [
        f"{cc}metadata",
        f"{cc}organizations",
        f"{cc}resources",
    ]
    ids = [e.attrib["identifier"] for e in manifest.iter() if "identifier" in e.attrib]
    assert len(ids) == len(set(ids))
    resources = {r.attrib["identifier"]: r for r in manifest.iter(f"{cc}resource")}
    named = [
        e.attrib["identifierref"] for e in manifest.iter(f"{cc}item") if "identifierref" in e.attrib
    ]
    assert set(named) == {name for name in resources if name.startswith("r-")}
    listed = {file.attrib["href"] for file in manifest.iter(f"{cc}file")}
    assert listed == set(files) - {"imsmanifest.xml"}
    assert manifest.findtext(f"{cc}metadata/{cc}schemaversion") == f"1.{version}.0"
    for item in list(manifest.iter(f"{cc}item"))[1:]:
        assert item.findtext(f"{cc}title")


def test_the_folders_are_sessions_and_phases(source: Source) -> None:
    _, manifest = opened(common_cartridge, source)
    cc = CC.format(3)

    def tree(item: ElementTree.Element) -> object:
        inner = item.findall(f"{cc}item")
        title = item.findtext(f"{cc}title")
        return {title: [tree(one) for one in inner]} if inner else title

    (root,) = manifest.findall(f"{cc}organizations/{cc}organization/{cc}item")
    assert [tree(item) for item in root.findall(f"{cc}item")] == [
        "Et spor",
        {
            "En modul": [
                {"A Forarbeid": ["Tegn: {a} = ~b", "Flere"]},
                {"B Samarbeid": ["Del"]},
                {"D Etterarbeid": ["Se tilbake"]},
            ]
        },
    ]


@pytest.mark.parametrize(("make", "version"), FULL)
def test_a_quiz_is_right_for_the_right_choice_only(
    make: Make, version: int, source: Source
) -> None:
    files, manifest = opened(make, source)
    kinds = {r.attrib["type"] for r in manifest.iter(f"{CC.format(version)}resource")}
    assert kinds == {"webcontent", f"imsqti_xmlv1p2/imscc_xmlv1p{version}/assessment"}
    full = []
    for name in ("quizzes/en.q1/quiz.xml", "quizzes/en.q2/quiz.xml"):
        root = ElementTree.fromstring(files[name])
        for condition in root.iter(f"{QTI}respcondition"):
            if condition.find(f"{QTI}setvar") is not None:
                wanted = [e.text for e in condition.iter(f"{QTI}varequal")]
                refused = [e.text for e in condition.iterfind(f".//{QTI}not/{QTI}varequal")]
                full.append((sorted(set(wanted) - set(refused)), refused))
        shown = {f.attrib["ident"] for f in root.iter(f"{QTI}itemfeedback")}
        linked = {d.attrib["linkrefid"] for d in root.iter(f"{QTI}displayfeedback")}
        assert shown == linked
    assert full == [(["a1"], []), (["a0", "a2"], ["a1"])]


@pytest.mark.parametrize(("make", "version"), FULL)
def test_pages_give_no_answers_and_no_leader_words_away(make: Make, version: int) -> None:
    source = source_of(Path("content/library"), "naturfag-utforskende")
    files, _ = opened(make, source)
    pages = b"".join(data for name, data in files.items() if name.startswith("pages/"))
    assert b"Nesten. Klassen" not in pages
    assert b"Lytt etter" not in b"".join(files.values())
    assert b"<script" not in pages
    assert {name for name in files if name.startswith("quizzes/")} == {
        "quizzes/data-a-stole-pa.quiz-bedre-data/quiz.xml",
        "quizzes/forskbare-sporsmal.quiz-forskbart/quiz.xml",
        "quizzes/pastand-og-belegg.quiz-for-stort/quiz.xml",
        "quizzes/pastand-og-belegg.quiz-tilbakemelding/quiz.xml",
    }


def test_thin_links_lead_to_our_tool_by_durable_addresses(source: Source) -> None:
    files, manifest = opened(thin_cartridge, source)
    kinds = {r.attrib["type"] for r in manifest.iter(f"{CC.format(3)}resource")}
    assert kinds == {"imsbasiclti_xmlv1p3"}
    link = ElementTree.fromstring(files["links/en.q1/link.xml"])
    told = {child.tag.rpartition("}")[2]: child.text for child in link}
    assert (told["title"], told["secure_launch_url"]) == (
        "Tegn: {a} = ~b",
        "https://tracks.example/lti/launch",
    )
    (custom,) = [e for e in link.iter() if e.attrib.get("name") == "resource"]
    address = parse_address(custom.text or "")
    assert address is not None
    assert str(address) == custom.text == "sample/spor/en#q1"


# olxcleaner asks for what Open edX itself fills in: a picture for the course, and a last day.
NOT_OURS = ("setting 'course_image'", "setting 'end'")


@pytest.mark.parametrize("shipped", [False, True])
def test_open_edx_own_checker_finds_nothing(shipped: bool, source: Source, tmp_path: Path) -> None:
    source = source_of(Path("content/library"), "naturfag-utforskende") if shipped else source
    with tarfile.open(fileobj=io.BytesIO(olx(source).data)) as archive:
        archive.extractall(tmp_path / "olx", filter="data")
    answer = subprocess.run(
        [Path(sys.executable).with_name("edx-cleaner"), "-c", tmp_path / "olx" / "course"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    found = [x for x in answer.stdout.splitlines() if x.startswith(("ERROR ", "WARNING "))]
    assert "Loaded from" in answer.stdout
    assert [x for x in found if not any(part in x for part in NOT_OURS)] == []


def test_olx_problems_say_what_is_right(source: Source) -> None:
    with tarfile.open(fileobj=io.BytesIO(olx(source).data)) as archive:
        held = {m.name: archive.extractfile(m) for m in archive.getmembers()}
        problems = [
            ElementTree.fromstring(file.read())
            for name, file in held.items()
            if "/problem/" in name and file is not None
        ]
        told = {(m.mtime, m.uid, m.uname) for m in archive.getmembers()}
    assert told == {(0, 0, "")}
    assert [[c.attrib["correct"] for c in p.iter("choice")] for p in problems] == [
        ["false", "true"],
        ["true", "false", "true"],
    ]
    assert [p[0].tag for p in problems] == ["multiplechoiceresponse", "choiceresponse"]
    assert [i.attrib["src"] for p in problems for i in p.iter("img")] == ["/static/a.png"]
    assert "course/static/a.png" in held
