"""A session has subjects, years and aims of its own, and is found by them (F-02, F-06)."""

import json
import re
from datetime import UTC, date, datetime
from html import unescape
from importlib import import_module
from typing import Any

from msgspec.structs import replace
from sqlalchemy import select

from content.model import Track
from tests.factories.databases import sample_library
from tests.factories.tool import Tool
from tests.tracks.catalogue.publishing import publish
from tracks.catalogue.actions import digest_of
from tracks.catalogue.finding import Look, find
from tracks.catalogue.models import module, module_version, track, track_version
from tracks.catalogue.queries import Shelf
from tracks.catalogue.search import Wish, facets, search
from tracks.catalogue.teaching.rules import Fit, Teaching, nearest_fit

SESSION = "sample/coded/enheter"
OWN = {"subjects": ("NAT01-05",), "grades": ("8",), "frameworks": ("pfdk-4", "KM13854")}


def coded(**codes: Any) -> Track:
    """Its first session has these codes, its second none; the track is for years 5 to 10."""
    source = sample_library().tracks[0]
    first, *rest = source.modules
    return replace(
        source,
        id="coded",
        version="1.0.0",
        subjects=(),
        grades=("5-10",),
        frameworks=("pfdk-1",),
        modules=(replace(first, **(codes or OWN)), *(replace(m, id=f"{m.id}-2") for m in rest)),
    )


def addresses(tool: Tool, **look: str) -> set[str]:
    with tool.database.reading() as session:
        hits, _ = find(session, Look(**look), "nb", ("nb",), date.today(), skip=0, take=100)
    return {str(hit.address) for hit in hits if "coded" in str(hit.address)}


def test_a_session_is_found_by_its_own_subject_year_and_aim(tool: Tool):
    publish(tool, coded())

    of_eight = addresses(tool, grade="8")
    assert {"sample/coded", SESSION, f"{SESSION}#les"} <= of_eight
    of_nine = addresses(tool, grade="9")
    assert "sample/coded" in of_nine
    assert SESSION not in of_nine
    assert f"{SESSION}#les" not in of_nine
    assert addresses(tool, subject="NAT01-05") == {a for a in of_eight if a.startswith(SESSION)}
    assert addresses(tool, framework="KM13854") == addresses(tool, subject="NAT01-05")
    assert SESSION not in addresses(tool, framework="pfdk-1")


def test_what_a_session_does_not_say_it_has_from_its_track(tool: Tool):
    publish(tool, coded(grades=("8",)))

    rows = tool.rows(select(module_version.c.subjects, module_version.c.grades))
    assert {(None, ("8",)), (None, None)} == {(a, b and tuple(b)) for a, b in rows}
    assert SESSION in addresses(tool, framework="pfdk-1")
    page = unescape(tool.get(tool.client(), f"/catalogue/{SESSION}?lang=en").text)
    assert "PfDK 1 Subjects and basic skills" in page


def test_its_pages_say_what_the_codes_mean(tool: Tool):
    publish(tool, coded())

    page = unescape(tool.get(tool.client(), f"/catalogue/{SESSION}?lang=en").text)
    assert "LK20 Science after year 10, aim KM13854" in page
    assert 'href="https://www.udir.no/lk20/nat01-05/kompetansemaal-og-vurdering/kv1078"' in page
    assert re.search(r"<dt>Grades</dt><dd>8</dd>", page)
    whole = unescape(tool.get(tool.client(), "/catalogue/sample/coded?lang=en").text)
    assert re.search(r"<p class=\"meta\">Science · Grades 8</p>", whole)
    assert re.search(r"<dt>Grades</dt><dd>5-10</dd>", whole)
    work = unescape(tool.get(tool.launch(), f"/t/{SESSION}?lang=en").text)
    assert re.search(r"<p class=\"meta\">Science · Grades 8</p>", work)


def test_an_aim_we_do_not_know_and_a_section_of_lgr22(tool: Tool):
    publish(tool, coded(frameworks=("KM1", "GRGRBIO01/7-9", "KV1029")))

    page = unescape(tool.get(tool.client(), f"/catalogue/{SESSION}?lang=en").text)
    assert "<li>LK20 KM1</li>" in page
    assert "<li>Lgr22 Biology, central content, years 7-9</li>" in page
    assert "LK20 Mathematics after year 10, all aims (KV1029)" in page


def test_machines_are_told_the_aim_with_the_revision_of_its_curriculum(tool: Tool):
    publish(tool, coded())

    page = tool.get(tool.client(), f"/catalogue/{SESSION}?lang=en").text
    told = json.loads(
        page.partition('<script type="application/ld+json">')[2].split("</script>")[0]
    )
    aims = [each for each in told["educationalAlignment"] if each["alignmentType"] == "teaches"]
    assert aims[-1] == {
        "@type": "AlignmentObject",
        "alignmentType": "teaches",
        "educationalFramework": "LK20 NAT01-05",
        "targetName": "LK20 Science after year 10, aim KM13854",
        "targetDescription": "KM13854",
        "targetUrl": "http://psi.udir.no/kl06/KM13854",
    }
    years = [e for e in told["educationalAlignment"] if e["alignmentType"] == "educationalLevel"]
    assert [each["targetName"] for each in years] == ["8"]


def test_the_picker_of_an_lms_finds_the_session_and_not_the_whole_track(tool: Tool):
    publish(tool, coded())
    with tool.database.reading() as session:
        edition = Shelf().current(session, "sample", "coded")
    assert edition is not None

    found = search([edition], Wish(subject="NAT01-05", grade="8"))
    assert [(each.fits, [m.module.slug for m in each.modules]) for each in found] == [
        (False, ["enheter"])
    ]
    assert search([edition], Wish(grade="4")) == []
    offered = facets([edition])
    assert offered.grades == ("5", "6", "7", "8", "9", "10")
    assert "NAT01-05" in offered.subjects
    assert "KM13854" in offered.frameworks


def test_a_track_is_as_near_as_the_nearest_of_its_sessions(tool: Tool):
    publish(tool, coded())
    with tool.database.reading() as session:
        edition = Shelf().current(session, "sample", "coded")
    assert edition is not None

    assert [
        nearest_fit(edition, Teaching(subjects, grades))
        for subjects, grades in (
            (("NAT01-05",), ("8",)),
            (("NAT01-05",), ("9",)),
            (("NAT01-05",), ("4",)),
            ((), ("9",)),
        )
    ] == [
        Fit.OWN,
        Fit.EVERY_SUBJECT if len(edition.modules) > 1 else Fit.OTHER,
        Fit.OTHER,
        Fit.OWN if len(edition.modules) > 1 else Fit.OTHER,
    ]


def test_the_codes_are_part_of_the_text():
    plain = sample_library().tracks[0]
    one, *rest = plain.modules
    coded_one = replace(plain, modules=(replace(one, grades=("8",)), *rest))
    assert digest_of(coded_one, {}) != digest_of(plain, {})


def test_a_session_with_other_codes_has_changed(tool: Tool):
    first, later, last = (datetime(2026, month, 1, tzinfo=UTC) for month in (9, 10, 11))
    publish(tool, coded(), first)
    publish(tool, replace(coded(), version="1.1.0"), later)
    publish(tool, replace(coded(grades=("9",)), version="1.2.0"), last)

    dates = tool.rows(
        select(module_version.c.changed_at)
        .join(track_version, track_version.c.id == module_version.c.track_version_id)
        .join(module, module.c.id == module_version.c.module_id)
        .join(track, track.c.id == track_version.c.track_id)
        .where(track.c.slug == "coded", module.c.slug == "enheter")
        .order_by(track_version.c.id)
    )
    assert [row.changed_at for row in dates] == [first, first, last]


def test_years_that_were_indexed_as_spans_become_years_by_themselves():
    by_years = import_module("tracks.migrations.versions.0052_codes_of_sessions")._by_years
    assert [by_years(each) for each in ("|8-10|", "|1-3|vg1-vg3|", "|5|", "||", "|x-1|")] == [
        "|8|9|10|",
        "|1|2|3|vg1|vg2|vg3|",
        "|5|",
        "||",
        "|x-1|",
    ]
