"""The JSON-LD of public pages, read by rdflib, whose list of schema.org's terms is the judge."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from rdflib import RDF, SDO, Dataset, Literal, URIRef
from sqlalchemy import select

from tests.factories.tool import BASE_URL, Tool
from tests.tracks.catalogue.publishing import RESOURCE, open_between
from tracks.catalogue.models import track, track_version
from tracks.i18n import local_day

# rdflib's own reader of JSON-LD uses what rdflib will rename.
pytestmark = [
    pytest.mark.filterwarnings(f"ignore:{name} is deprecated:DeprecationWarning")
    for name in ("Dataset.default_context", "ConjunctiveGraph")
]
TRACK = "/catalogue/sample/maaling"
MODULE = f"{TRACK}/enheter"
SCHEMA = "https://schema.org/"
# What https://schema.org gives as its context, as far as these pages need it; rdflib would fetch.
CONTEXT = {
    "@vocab": SCHEMA,
    **{name: {"@type": "@id"} for name in ("url", "license", "targetUrl")},
    **{name: {"@type": f"{SCHEMA}Date"} for name in ("datePublished", "dateModified", "expires")},
}


def data_of(page: str) -> dict[str, object]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert len(found) == 1
    data: dict[str, object] = json.loads(found[0])
    return data


def graph_of(tool: Tool, path: str) -> Dataset:
    data = data_of(tool.get(tool.client(), f"{path}?lang=nb").text)
    assert data["@context"] == "https://schema.org"
    made = Dataset(default_union=True)
    made.parse(data=json.dumps({**data, "@context": CONTEXT}), format="json-ld")
    return made


@pytest.mark.parametrize("path", [TRACK, MODULE, RESOURCE])
def test_every_term_is_schema_orgs_and_the_thing_is_named_by_its_page(tool: Tool, path: str):
    graph = graph_of(tool, path)
    terms = {p for p in graph.predicates() if p != RDF.type} | set(graph.objects(None, RDF.type))
    assert URIRef(f"{SCHEMA}educationalAlignment") in terms
    assert {term for term in terms if term not in SDO} == set()
    this = URIRef(BASE_URL + path)
    assert (this, RDF.type, SDO.LearningResource) in graph
    assert graph.value(this, SDO.identifier) == Literal(BASE_URL + path)


def test_the_judge_knows_a_term_that_is_none():
    assert URIRef(f"{SCHEMA}learningResourceType") in SDO
    assert URIRef(f"{SCHEMA}learningResourceKind") not in SDO


def test_parts_and_wholes_lead_to_each_other(tool: Tool):
    track, module, resource = (URIRef(BASE_URL + path) for path in (TRACK, MODULE, RESOURCE))

    assert module in set(graph_of(tool, TRACK).objects(track, SDO.hasPart))
    assert set(graph_of(tool, MODULE).objects(module, SDO.hasPart)) == {resource}
    assert set(graph_of(tool, MODULE).objects(module, SDO.isPartOf)) == {track}
    assert set(graph_of(tool, RESOURCE).objects(resource, SDO.isPartOf)) == {module, track}


def test_it_says_what_the_page_says(tool: Tool):
    graph, this = graph_of(tool, TRACK), URIRef(BASE_URL + TRACK)

    assert graph.value(this, SDO.license) == URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert {str(o) for o in graph.objects(this, SDO.inLanguage)} == {"nb", "sv"}
    assert graph.value(this, SDO.timeRequired) == Literal("PT220M")
    # The sample is published once for all tests: perhaps before midnight.
    published = select(track_version.c.published_at).join(track).where(track.c.slug == "maaling")
    [(at,)] = tool.rows(published)
    assert str(graph.value(this, SDO.datePublished)) == local_day(at).isoformat()
    aims = {
        (
            str(graph.value(aim, SDO.alignmentType)),
            str(graph.value(aim, SDO.targetName)),
            str(graph.value(aim, SDO.targetUrl) or ""),
        )
        for aim in graph.objects(this, SDO.educationalAlignment)
    }
    assert aims == {
        ("educationalSubject", "Naturfag", "http://psi.udir.no/kl06/NAT01-05"),
        ("educationalLevel", "8-10", ""),
        ("teaches", "PfDK 1 Fag og grunnleggende ferdigheter", ""),
    }


@pytest.mark.parametrize(("days", "is_free"), [(0, True), (-1, False)])
def test_the_end_of_access_is_told_to_machines_too(tool: Tool, days: int, is_free: bool):
    last: date = local_day(datetime.now(UTC)) + timedelta(days=days)
    open_between(tool, None, last)

    data = data_of(tool.get(tool.client(), RESOURCE).text)

    assert (data["isAccessibleForFree"], data["expires"]) == (is_free, last.isoformat())
    assert "sammen" not in json.dumps(data, ensure_ascii=False)  # none of its text
