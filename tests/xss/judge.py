"""What must not be in an answer, whatever texts went into it: HTML, XML, feeds, tables, JSON."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator

from lxml import etree
from lxml import html as lxml_html
from werkzeug.test import TestResponse

NEVER = {
    *("iframe", "frame", "object", "embed", "applet", "style", "base", "template", "noscript"),
    *("portal", "foreignobject", "animate", "set", "use", "marquee"),
}
SCRIPTS = ("javascript:", "vbscript:", "data:", "blob:")
# shown as text: a title that begins with "data:" leads nowhere
WORDS = {"title", "alt", "aria-label", "value", "placeholder", "data-tex", "data-title"}
# What is put before a payload: seen again as the name of an element or an attribute, it was not
# escaped; seen as a text, the payload has come there.
MARK = re.compile(r"q[0-9a-f]+z")
# As it looks where it is seen, escaped in one way or another. With what stands before it: a token
# of letters by chance holds "q3z", too.
_SEEN = re.compile(r"(?:<|lt;|u003c|%3c|#60;)q([0-9a-f]+)z", re.IGNORECASE)
# As it looks in a line of the log, whole or in an address.
LOGGED = re.compile(r"(<|%3C)q[0-9a-f]+z", re.IGNORECASE)
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_XML = ("text/xml", "application/xml", "application/atom+xml", "image/svg+xml")


def mark(number: int) -> str:
    return f"\"'<q{number:x}z>"


def marks_in(text: str) -> set[int]:
    return {int(found, 16) for found in _SEEN.findall(text)}


def texts_of(answer: TestResponse) -> str:
    """Also of what is packed."""
    body = answer.get_data()
    if not zipfile.is_zipfile(io.BytesIO(body)):
        return body.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return "\n".join(
            archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
        )


def wrong_on(page: str) -> list[str]:
    found = []
    for element in lxml_html.document_fromstring(page).iter():
        tag = element.tag
        if not isinstance(tag, str):
            continue  # our own comments
        if MARK.search(tag):
            found.append(f"element {tag}")
        if tag in NEVER and not _asks_for_the_device(element) and not _is_preview(element):
            found.append(tag)
        runs = tag == "script" and not _is_data(element)
        if runs and (element.text or not _is_ours(element.get("src", ""))):
            found.append("script")
        if tag == "link" and not _leads_to_us(element):
            found.append("link")
        for name, value in element.attrib.items():
            address = re.sub(r"[\s\x00-\x1f]", "", value).lower()
            is_script = name not in WORDS and address.startswith(SCRIPTS)
            is_ours = name == "formaction" and re.match(r"/(?![/\\])", value)
            odd = name.startswith("on") or name in ("srcdoc", "formaction") or MARK.search(name)
            is_code = (tag, name, element.get("class")) == ("img", "src", "qr")
            if (odd and not is_ours) or (is_script and not is_code):
                found.append(f"{tag} {name}={value[:30]}")
    return found


def _asks_for_the_device(element: lxml_html.HtmlElement) -> bool:
    """Of the page, beside the author's text: a form for browsers without scripts."""
    parent, form = element.getparent(), next(iter(element), None)
    is_beside = element.tag == "noscript" and parent is not None and parent.tag == "main"
    return is_beside and form is not None and form.get("action") == "/device"


def _is_preview(element: lxml_html.HtmlElement) -> bool:
    """Beside the editor: a page of ours, which is judged by itself."""
    src = element.get("src", "")
    return (
        element.tag == "iframe" and "srcdoc" not in element.attrib and src.startswith("/authoring/")
    )


def _is_ours(src: str) -> bool:
    return re.fullmatch(r"/static/[\w.-]+\.js(\?[\w=.-]*)?", src) is not None


def _is_data(element: lxml_html.HtmlElement) -> bool:
    """Linked data: no browser runs it, and nothing in it ends it before its end."""
    if element.attrib.keys() != ["type"] or element.get("type") != "application/ld+json":
        return False
    text = element.text or ""
    try:
        json.loads(text)
    except ValueError:
        return False
    return "<" not in text and len(element) == 0


def _leads_to_us(element: lxml_html.HtmlElement) -> bool:
    href = element.get("href", "")
    # what says how the page is called, and fetches nothing
    is_name = element.get("rel") in ("canonical", "alternate", "license")
    return href.startswith(("https://", "/") if is_name else "/")


def wrong_in(answer: TestResponse) -> list[str]:
    """By what the answer says it is: nothing else counts, as browsers are told not to guess."""
    kind = answer.mimetype
    found = [] if answer.headers.get("X-Content-Type-Options") == "nosniff" else ["is guessed at"]
    target = re.sub(r"[\s\x00-\x1f]", "", answer.headers.get("Location", "")).lower()
    if target.startswith(SCRIPTS):
        found.append(f"leads to {target[:40]}")
    body = answer.get_data()
    if kind == "text/html":
        if "unsafe-inline" in answer.headers.get("Content-Security-Policy", "unsafe-inline"):
            found.append("policy")
        found += wrong_on(body.decode()) if body.strip() else []
    elif kind in _XML:
        found += _wrong_in_xml(body)
    elif kind == "text/csv":
        found += [f"formula {cell[:30]}" for cell in _cells(body.decode("utf-8-sig"))]
    elif kind == "application/json":
        json.loads(body)
    elif "spreadsheetml" in kind:
        found += _wrong_in_workbook(body)
    elif kind == "application/zip":
        found += _wrong_in_zip(body)
    elif kind.startswith(("text/", "image/svg", "application/xhtml")) and kind not in (
        "text/plain",
        "text/css",
        "text/javascript",
    ):
        found.append(f"nobody judges {kind}")
    return found


def _wrong_in_xml(body: bytes) -> list[str]:
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    found = []
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        name = etree.QName(element)
        if MARK.search(element.tag) or (name.namespace or "").endswith(("xhtml", "/svg")):
            found.append(f"element {element.tag}")
        if name.localname == "content" and element.get("type") == "html":
            found += wrong_on(html.unescape(element.text or "")) if element.text else []
        for attribute, value in element.attrib.items():
            if MARK.search(str(attribute)) or str(value).strip().lower().startswith(SCRIPTS):
                found.append(f"{name.localname} {attribute}={value!r:.40}")
    return found


def _cells(text: str) -> Iterator[str]:
    """Those that a spreadsheet would take for a formula. A number may have a minus."""
    for separator in (";", ","):
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
        if rows and len(rows[0]) > 1:
            break
    for row in rows:
        for cell in row:
            if cell.startswith(_FORMULAS) and not re.fullmatch(r"[+-]?[\d., ]+", cell):
                yield cell


def _wrong_in_workbook(body: bytes) -> list[str]:
    found = []
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                text = archive.read(name).decode()
                root = etree.fromstring(text.encode())
                found += [
                    f"{name} {e.tag}"
                    for e in root.iter()
                    if isinstance(e.tag, str)
                    and (MARK.search(e.tag) or etree.QName(e).localname == "f")
                ]
    return found


def _wrong_in_zip(body: bytes) -> list[str]:
    """Pages that somebody opens at home, where no policy of ours helps."""
    found = []
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for name in archive.namelist():
            if name.startswith(("/", "\\")) or ".." in name.split("/"):
                found.append(f"leads out: {name[:40]}")
            if name.endswith((".html", ".htm", ".xhtml")):
                found += wrong_in_file(archive.read(name).decode())
            elif name.endswith((".xml", ".svg")):
                found += _wrong_in_xml(archive.read(name))
    return found


def wrong_in_file(page: str) -> list[str]:
    """A file may bring its own style sheet: it has nobody to fetch one from."""
    return [each for each in wrong_on(page) if each != "style"]
