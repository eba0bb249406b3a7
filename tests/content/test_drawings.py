"""SVG made harmless: what is left can do nothing, and what is a drawing is left (check 26)."""

import re
import time
import xml.etree.ElementTree as ET
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.drawings import NoDrawing, harmless, served
from content.loader import load_track
from tests.xss.drawings import FETCHING, GROWING, RUNNING, made

NS = 'xmlns="http://www.w3.org/2000/svg"'
# of what comes out; written here once more, so that a longer list in the code is seen
_MAY_BE = (
    "svg g defs path rect circle ellipse line polyline polygon text tspan title desc use symbol "
    "clipPath mask marker pattern linearGradient radialGradient stop"
)
MAY_BE = set(_MAY_BE.split())


def wrong_in(data: bytes) -> list[str]:
    """What could run, fetch or lead away. Read by another reader than the code uses."""
    text = data.decode("utf-8")
    if "<!" in text or "<?" in text:
        return ["a declaration"]
    found = []
    for element in ET.fromstring(text).iter():
        space, _, name = str(element.tag).rpartition("}")
        if space != "{http://www.w3.org/2000/svg" or name not in MAY_BE:
            found.append(str(element.tag))
        for key, value in element.attrib.items():
            is_words = key.startswith("aria-")
            if "{" in key or key.lower().startswith("on") or key in ("style", "class", "src"):
                found.append(key)
            elif key == "href" and not re.fullmatch(r"#[\w.-]+", value):
                found.append(value)
            elif not is_words and re.search(r"[:\\@/]|url\((?!['\"]?#)|image|expression", value):
                found.append(f"{key}={value}")
    return found


def test_the_reader_of_this_test_sees_what_is_wrong():
    # those that are wrong by an entity or a default alone cannot be read at all, or not by itself
    seen = [
        text
        for text in (*RUNNING, *FETCHING)
        if "<!" in text or "<?" in text or wrong_in(text.encode())
    ]
    assert seen == [*RUNNING, *FETCHING]


@pytest.mark.parametrize("text", [*RUNNING, *FETCHING])
def test_nothing_of_an_attack_is_left(text: str):
    try:
        drawing = harmless(text.encode())
    except NoDrawing:
        assert "<!ENTITY" in text  # nothing else is refused whole
        return
    assert wrong_in(drawing.data) == []
    assert harmless(drawing.data).data == drawing.data
    for word in (b"alert", b"away.test", b"passwd", b"script"):
        assert word not in drawing.data


@pytest.mark.parametrize("text", GROWING)
def test_what_would_grow_without_end_is_refused_or_cut_at_once(text: str):
    began = time.monotonic()
    try:
        drawing = harmless(text.encode())
    except NoDrawing:
        drawing = None
    assert time.monotonic() - began < 2
    if drawing is not None:  # nothing is left that draws itself again
        assert b"url(#" not in drawing.data.replace(b'<rect width="20"', b"")
        assert wrong_in(drawing.data) == []


@pytest.mark.parametrize("text", GROWING[:3])
def test_what_draws_itself_over_and_over_is_refused(text: str):
    with pytest.raises(NoDrawing):
        harmless(text.encode())


def test_payloads_in_every_place_of_a_drawing():
    read = 0
    for text in made():
        try:
            drawing = harmless(text.encode("utf-8", "replace"))
        except NoDrawing:
            continue
        read += 1
        assert wrong_in(drawing.data) == [], text
    assert read > 50


A_DRAWING = (
    f'<svg {NS} width="40" height="20" viewBox="0 0 40 20" role="img" aria-label="Et glass: fullt">'
    '<title>Glass &amp; is</title><defs><linearGradient id="g"><stop offset="0" '
    'stop-color="#0aa" /></linearGradient><marker id="m" orient="auto"><path d="M0 0L9 9" />'
    '</marker></defs><g transform="translate(1 2) rotate(-4.5)"><rect width="9" height="9" '
    'fill="url(#g)" stroke="rgb(1, 2, 3)" /><use href="#g" x="3" /></g>'
    '<line x2="9" marker-end="url(#m)" /><text x="1" font-family="Arial, \'Noto Sans\'">a '
    "<tspan>b</tspan> c</text></svg>\n"
)


def test_a_drawing_is_left_as_it_is():
    drawing = harmless(A_DRAWING.encode())
    assert ET.canonicalize(drawing.data.decode()) == ET.canonicalize(A_DRAWING)
    assert drawing.taken_out == ()


def test_what_drawing_programs_write_is_no_attack_and_keeps_its_looks():
    text = (
        '<?xml version="1.0" standalone="no"?><!-- made here --><!DOCTYPE svg PUBLIC '
        '"-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
        '<s:svg xmlns:s="http://www.w3.org/2000/svg" xmlns:i="http://i.test/ns" i:version="1">'
        "<s:metadata>x</s:metadata><i:view i:zoom='2'/>"
        '<s:rect width="9" style="fill:#00f; stroke-width: 2; -i-own: 3" i:label="x"/></s:svg>'
    )
    drawing = harmless(text.encode())
    assert drawing.taken_out == ()
    assert b'<rect width="9" fill="#00f" stroke-width="2" />' in drawing.data


def test_what_was_taken_out_is_named_and_what_stood_in_a_link_stays():
    text = (
        f'<svg {NS} onload="x"><style>x</style><script>x</script><a href="http://away.test">'
        '<rect width="9"/></a><switch><foreignObject/><text>k</text></switch></svg>'
    )
    drawing = harmless(text.encode())
    assert drawing.taken_out == (
        "a",
        "foreignObject",
        "href",
        "onload",
        "script",
        "style",
        "switch",
    )
    assert b'<g><rect width="9" /></g><g><text>k</text></g>' in drawing.data


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg", b"<svg/>", b"<html><svg/></html>", b"\xff\xfe<svg/>", b"<svg>&x;</svg>",
     f"<svg {NS}>{'x' * 1024 * 1024}</svg>".encode(), f"<g {NS}/>".encode(),
     f"<?xml version='1.0' encoding='no-such'?><svg {NS}/>".encode()],
)  # fmt: skip
def test_what_is_no_drawing(data: bytes):
    with pytest.raises(NoDrawing):
        harmless(data)
    assert served("media/a.SVG", data) == b""
    assert served("media/a.png", data) == data


@given(st.binary(max_size=60), st.text(max_size=60))
def test_no_bytes_break_it(data: bytes, text: str):
    for each in (
        data,
        f"<svg {NS}><text id={text!r}>{text}</text></svg>".encode("utf-8", "replace"),
    ):
        with suppress(NoDrawing):
            assert wrong_in(harmless(each).data) == []


def test_a_folder_with_a_drawing_that_holds_more_is_told_wherever_it_lies(tmp_path):
    folder = tmp_path / "maaling" / "media" / "inne"
    folder.mkdir(parents=True)
    (folder / "a.svg").write_text(RUNNING[0], "utf-8")
    (folder.parent / "b.SVG").write_text("<svg", "utf-8")
    (folder.parent / "c.svg").write_text(A_DRAWING, "utf-8")
    (folder / "d.JPG").write_bytes(b"\0\0\0\x18ftypheic")

    found = load_track(tmp_path / "maaling").problems

    told = ("svg-unreadable", "svg-unsafe", "image-unreadable")
    assert [(p.code, p.location.path) for p in found if p.code in told] == [
        ("svg-unreadable", "maaling/media/b.SVG"),
        ("svg-unsafe", "maaling/media/inne/a.svg"),
        ("image-unreadable", "maaling/media/inne/d.JPG"),
    ]
    assert "onload" in next(p.message for p in found if p.code == "svg-unsafe")
