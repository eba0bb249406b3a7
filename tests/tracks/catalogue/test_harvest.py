"""OAI-PMH: harvested by a library that others harvest with, on both databases (issue 4)."""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from oaipmh import error
from oaipmh.client import BaseClient
from oaipmh.metadata import MetadataRegistry, oai_dc_reader

from content.model import Access
from tests.factories.databases import sample_library
from tests.factories.tool import BASE_URL, Tool
from tests.tracks.catalogue.publishing import publish, track_with
from tracks.catalogue.harvest import records

O = "{http://www.openarchives.org/OAI/2.0/}"  # noqa: E741  # short for what stands everywhere
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
HOST = "oai:tracks.example:"
EVERYTHING = {
    f"{HOST}sample/maaling",
    f"{HOST}sample/maaling/enheter",
    f"{HOST}sample/maaling/enheter%23les",
    f"{HOST}sample/maaling/feil",
    f"{HOST}sample/maaling/feil%23les",
}
RESOURCE = f"{HOST}sample/maaling/enheter%23les"


class Harvester(BaseClient):
    """The library's client; only its way to the server is ours."""

    def __init__(self, tool: Tool, *, by_post: bool = False) -> None:
        registry = MetadataRegistry()
        registry.registerReader("oai_dc", oai_dc_reader)
        super().__init__(registry)
        self.tool = tool
        self.by_post = by_post
        self.calls = 0

    def makeRequest(self, **asked: Any) -> bytes:  # noqa: N802  # the library's name
        self.calls += 1
        client = self.tool.client()
        if self.by_post:
            answer = client.post("/oai", data=asked, base_url=BASE_URL)
        else:
            answer = client.get("/oai", query_string=asked, base_url=BASE_URL)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert "Set-Cookie" not in answer.headers
        return answer.data

    def ids(self, **asked: Any) -> list[str]:
        return [h.identifier() for h in self.listIdentifiers(metadataPrefix="oai_dc", **asked)]


def asked(tool: Tool, **arguments: str) -> Element:
    answer = tool.client().get("/oai", query_string=arguments, base_url=BASE_URL)
    assert answer.status_code == 200
    return fromstring(answer.data)


def refused(tool: Tool, query: str) -> str:
    answer = tool.client().get(f"/oai?{query}", base_url=BASE_URL)
    assert answer.status_code == 200
    code = fromstring(answer.data).find(f"{O}error")
    return "" if code is None else str(code.get("code"))


@pytest.mark.parametrize("by_post", [False, True])
def test_a_harvester_gets_all_there_is(tool: Tool, by_post: bool):
    harvester = Harvester(tool, by_post=by_post)

    found = {
        header.identifier(): (header, it)
        for header, it, _ in harvester.listRecords(metadataPrefix="oai_dc")
    }

    assert set(found) == EVERYTHING == set(harvester.ids())
    header, it = found[RESOURCE]
    assert set(header.setSpec()) == {"resource", "publisher.sample"}
    told = it.getMap()
    assert told["identifier"] == [f"{BASE_URL}/r/sample/maaling/enheter/les"]
    assert told["relation"] == [
        f"{BASE_URL}/catalogue/sample/maaling/enheter",
        f"{BASE_URL}/catalogue/sample/maaling",
    ]
    assert told["language"] == ["nb", "sv"]
    assert (told["publisher"], told["rights"]) == (["Sample publisher"], ["CC BY 4.0"])
    _, track = found[f"{HOST}sample/maaling"]
    assert track.getMap()["description"] == [
        "En kort løype til prøve.",
        *track.getMap()["description"][1:],
    ]
    assert len(track.getMap()["title"]) == 2


def test_it_says_who_it_is(tool: Tool):
    it = Harvester(tool).identify()

    assert it.baseURL() == f"{BASE_URL}/oai"
    assert (it.protocolVersion(), it.deletedRecord()) == ("2.0", "persistent")
    assert it.granularity() == "YYYY-MM-DDThh:mm:ssZ"
    assert it.adminEmails() == ["sample@example.org"]
    assert abs(datetime.now(UTC).replace(tzinfo=None) - it.earliestDatestamp()) < timedelta(1)
    # In the order of the protocol's schema.
    assert [child.tag.removeprefix(O) for child in asked(tool, verb="Identify")[2]] == [
        "repositoryName",
        "baseURL",
        "protocolVersion",
        "adminEmail",
        "earliestDatestamp",
        "deletedRecord",
        "granularity",
    ]


def test_an_answer_names_its_schemas_and_repeats_what_was_asked(tool: Tool):
    root = asked(tool, verb="ListRecords", metadataPrefix="oai_dc", set="track")

    assert root.tag == f"{O}OAI-PMH"
    assert root.get(f"{XSI}schemaLocation") == f"{O[1:-1]} {O[1:-1]}OAI-PMH.xsd"
    assert [child.tag for child in root] == [f"{O}responseDate", f"{O}request", f"{O}ListRecords"]
    assert root[1].attrib == {"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "track"}
    assert root[1].text == f"{BASE_URL}/oai"
    dc = root.find(f"{O}ListRecords/{O}record/{O}metadata/")
    assert dc is not None
    assert dc.tag == f"{{{O[1:-1]}oai_dc/}}dc"
    assert str(dc.get(f"{XSI}schemaLocation")).startswith(f"{O[1:-1]}oai_dc/ ")


def test_formats_and_sets(tool: Tool):
    harvester = Harvester(tool)

    assert [f[0] for f in harvester.listMetadataFormats()] == ["oai_dc"]
    assert [f[0] for f in harvester.listMetadataFormats(identifier=RESOURCE)] == ["oai_dc"]
    specs = {spec for spec, _, _ in harvester.listSets()}
    assert specs == {"track", "module", "resource", "publisher.sample"}
    assert set(harvester.ids(set="resource")) == {i for i in EVERYTHING if "%23" in i}
    assert set(harvester.ids(set="publisher.sample")) == EVERYTHING
    for nothing in ("none", "publisher.none", "publisher.%", "publisher._ample", "TRACK"):
        with pytest.raises(error.NoRecordsMatchError):
            harvester.ids(set=nothing)


def test_one_record(tool: Tool):
    header, it, _ = Harvester(tool).getRecord(identifier=RESOURCE, metadataPrefix="oai_dc")

    assert header.identifier() == RESOURCE
    assert it.getMap()["type"] == ["InteractiveResource"]


def test_by_date_both_ends_belong_to_it(tool: Tool):
    source = sample_library().tracks[0]
    at = datetime(2030, 5, 2, 12, 0, 0, 500_000, tzinfo=UTC)
    publish(tool, source, at, id="dated")
    harvester, second = Harvester(tool), datetime(2030, 5, 2, 12)
    dated = {i.replace("maaling", "dated") for i in EVERYTHING}

    assert set(harvester.ids(from_=second)) == dated
    assert set(harvester.ids(from_=second, until=second)) == dated
    assert set(harvester.ids(until=second - timedelta(seconds=1))) == EVERYTHING
    with pytest.raises(error.NoRecordsMatchError):
        harvester.ids(from_=second + timedelta(seconds=1))
    by_day = Harvester(tool)
    by_day._day_granularity = True
    assert set(by_day.ids(from_=datetime(2030, 5, 2), until=datetime(2030, 5, 2))) == dated


def test_what_is_gone_is_told_until_it_is_back(tool: Tool):
    whole = sample_library().tracks[0]
    harvester = Harvester(tool)
    then = datetime(2030, 5, 2, 12, tzinfo=UTC)
    publish(tool, track_with(is_resource=False), then, version="2.0.0")

    header, it, _ = harvester.getRecord(identifier=RESOURCE, metadataPrefix="oai_dc")
    assert (header.isDeleted(), it) == (True, None)
    assert header.datestamp() == then.replace(tzinfo=None)
    assert set(header.setSpec()) == {"resource", "publisher.sample"}
    changed = {
        h.identifier(): h.isDeleted()
        for h in harvester.listIdentifiers(metadataPrefix="oai_dc", from_=then.replace(tzinfo=None))
    }
    assert changed == {i: i == RESOURCE for i in EVERYTHING}

    publish(tool, whole, then + timedelta(days=1), version="3.0.0")
    header, it, _ = harvester.getRecord(identifier=RESOURCE, metadataPrefix="oai_dc")
    assert not header.isDeleted()
    assert it is not None
    assert len(harvester.ids()) == len(EVERYTHING)


def test_a_list_in_parts_is_whole_even_if_something_is_published_meanwhile(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(records.list_headers, "__kwdefaults__", {"most": 2})
    harvester = Harvester(tool)
    assert sorted(harvester.ids()) == sorted(EVERYTHING)
    assert harvester.calls == 3

    walk = iter(Harvester(tool).listIdentifiers(metadataPrefix="oai_dc"))
    got = [next(walk).identifier() for _ in range(2)]
    publish(tool, sample_library().tracks[0], version="2.0.0")
    got += [header.identifier() for header in walk]
    # What was changed comes again, at the end: nothing is left out.
    assert set(got) == EVERYTHING
    assert len(got) == 2 + len(EVERYTHING)


def test_the_parts_of_a_set_are_of_that_set(tool: Tool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(records.list_headers, "__kwdefaults__", {"most": 1})
    assert sorted(Harvester(tool).ids(set="resource")) == sorted(
        each for each in EVERYTHING if "%23" in each
    )


def test_the_last_part_says_so_and_counts(tool: Tool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(records.list_headers, "__kwdefaults__", {"most": 3})
    first = asked(tool, verb="ListRecords", metadataPrefix="oai_dc")
    token = first.find(f"{O}ListRecords/{O}resumptionToken")
    assert token is not None
    assert token.text
    assert token.get("cursor") == "0"
    last = asked(tool, verb="ListRecords", resumptionToken=token.text)
    end = last.find(f"{O}ListRecords/{O}resumptionToken")
    assert end is not None
    assert (end.text, end.get("cursor")) == (None, "3")
    assert refused(tool, f"verb=ListIdentifiers&resumptionToken={token.text}") == (
        "badResumptionToken"
    )


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=Nothing", "badVerb"),
        ("verb=identify", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&x=1", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc21", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2030", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2030-02-31", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2030-02-01T10:00:00", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=0000-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=9999-12-31", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2030-01-02&until=2030-01-01", "badArgument"),
        (
            "verb=ListRecords&metadataPrefix=oai_dc&from=2030-01-01&until=2030-01-02T00:00:00Z",
            "badArgument",
        ),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2999-01-01", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=x&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
        (f"verb=GetRecord&metadataPrefix=oai_dc&identifier={HOST}sample/none", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=sample/maaling", "idDoesNotExist"),
        (f"verb=GetRecord&metadataPrefix=x&identifier={HOST}x/y", "cannotDisseminateFormat"),
        ("verb=ListMetadataFormats&identifier=none", "idDoesNotExist"),
    ],
)
def test_each_error_of_the_protocol(tool: Tool, query: str, code: str):
    assert refused(tool, query) == code
    root = fromstring(tool.client().get(f"/oai?{query}", base_url=BASE_URL).data)
    request = root.find(f"{O}request")
    assert request is not None
    assert (request.attrib == {}) is (code in {"badVerb", "badArgument"})


def forged(**held: Any) -> str:
    whole = {
        "verb": "ListRecords",
        "first": None,
        "before": None,
        "set": None,
        "stamp": "2020-01-01T00:00:00+00:00",
        "address": "",
        "cursor": 0,
        **held,
    }
    return base64.urlsafe_b64encode(json.dumps(whole).encode()).decode().rstrip("=")


def test_a_token_that_somebody_made_gives_no_error_of_ours(tool: Tool):
    odd: list[Any] = [None, 1, "x", "\x00", "\ud800", [], {}, "9" * 500, "0001-01-01", True]
    assert refused(tool, f"verb=ListRecords&resumptionToken={forged()}") == ""
    for name in ("verb", "first", "before", "set", "stamp", "address", "cursor"):
        for value in odd:
            token = forged(**{name: value})
            assert refused(tool, f"verb=ListRecords&resumptionToken={token}") in {
                "",
                "noRecordsMatch",
                "badResumptionToken",
            }
    assert refused(tool, f"verb=ListRecords&resumptionToken={forged(verb='ListSets')}") == (
        "badResumptionToken"
    )


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.sampled_from(["verb", "identifier", "metadataPrefix", "set", "from", "resumptionToken"])
        | st.text(max_size=8),
        st.sampled_from(["ListRecords", "GetRecord", "oai_dc", "2030-01-01", HOST])
        | st.text(max_size=20),
        max_size=5,
    )
)
def test_anything_may_be_asked(tool: Tool, arguments: dict[str, str]):
    answer = tool.client().get("/oai", query_string=arguments, base_url=BASE_URL)

    assert answer.status_code == 200
    assert fromstring(answer.data).tag == f"{O}OAI-PMH"


def test_what_authors_write_is_text_in_the_answer(tool: Tool):
    source = sample_library().tracks[0]
    odd = "A & <b>\x08 \ufffe"
    texts = {lang: replace(each, title=odd, summary=odd) for lang, each in source.texts.items()}
    publish(tool, source, id="odd", texts=texts)

    _, it, _ = Harvester(tool).getRecord(identifier=f"{HOST}sample/odd", metadataPrefix="oai_dc")

    assert it.getMap()["title"][0] == "A & <b> "


def test_rights_tell_the_days_of_access_and_no_text_is_given(tool: Tool):
    window = Access(date(2020, 1, 1), date(2020, 6, 30))
    publish(tool, track_with(access=window), version="2.0.0")

    _, it, _ = Harvester(tool).getRecord(identifier=RESOURCE, metadataPrefix="oai_dc")

    assert it.getMap()["rights"] == [
        "CC BY 4.0",
        "Open to all from 2020-01-01",
        "Open to all until 2020-06-30",
    ]
    assert it.getMap()["description"] == []


def test_what_came_on_the_very_second_asked_for_is_given(tool: Tool):
    publish(tool, sample_library().tracks[0], datetime(2030, 5, 2, 12, tzinfo=UTC), id="dated")

    assert len(Harvester(tool).ids(from_=datetime(2030, 5, 2, 12))) == len(EVERYTHING)
