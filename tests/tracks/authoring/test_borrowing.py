"""What a text borrows from another municipality's track is what that has published, whoever asks:
the page of a file, its preview, the checks and the gate of publishing (ADR 0051)."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.factories.tool import Tool
from tests.tracks.authoring.pages import send, text_of
from tests.tracks.authoring.test_coauthors import Guest, a_guest, begin, invited, post
from tracks.catalogue.histories import Histories
from tracks.catalogue.queries import Shelf
from tracks.subscriptions import reactions

LENDER, BORROWER = "felles-lesing", "egen-lesing"
SECRET = "Ingen andre skal se dette."
WAS = "Skriv **enheten** sammen med tallet."
LENT = f"/authoring/{LENDER}/01-enheter.nb.md"
BORROWING = f"/authoring/{BORROWER}/02-feil.nb.md"
SESSIONS = [f"{number}.{lang}.md" for number in ("01-enheter", "02-feil") for lang in ("nb", "sv")]


@pytest.fixture(autouse=True)
def recorded(tool: Tool) -> None:
    """As the site has it: what is published is kept in the repository."""
    tool.database._reactions = reactions(Shelf(), Histories(tool.settings.data_dir))


def filled(folder: Path, track: str, replaced: dict[str, str]) -> None:
    """The sample's files in a track that has been begun."""
    for source in (folder / "maaling").glob("*.md"):
        text = source.read_text("utf-8")
        for old, new in replaced.items():
            text = text.replace(old, new)
        (folder / track / source.name).write_text(text, "utf-8")


@pytest.fixture
def guest(tool: Tool, author: FlaskClient, folder: Path) -> Guest:
    """Of the neighbour: their track borrows from one of the sample municipality that is not
    published."""
    begin(tool, author)
    filled(folder, LENDER, {WAS: SECRET})
    made = a_guest(tool)
    post(tool, made.client, "/authoring", title="Egen lesing", id=BORROWER, language="nb")
    block = f"### Lån {{#lan}}\n\n::: include {{resource={LENDER}/enheter#les}}\n:::\n\n"
    filled(folder, BORROWER, {"## B": f"{block}## B"})
    return made


def publish(tool: Tool, client: FlaskClient, track: str, version: str) -> str:
    done = post(tool, client, f"/authoring/{track}/publish", version=version)
    tool.app.extensions["tracks.shelf"] = Shelf()  # that there is none is known for two seconds
    return done


def previewed(tool: Tool, client: FlaskClient) -> str:
    return tool.get(client, f"{BORROWING}/preview?lang=en").text


def test_a_text_that_is_not_published_is_not_lent(
    tool: Tool, author: FlaskClient, guest: Guest, folder: Path
) -> None:
    page = tool.get(guest.client, f"{BORROWING}?lang=en")

    assert SECRET not in previewed(tool, guest.client)
    assert f"there is no {LENDER}/enheter#les" in page.text
    for text in (text_of(page.text), f"{text_of(page.text)}\n"):
        assert SECRET not in send(tool, guest.client, page, text).text
    saved = send(tool, guest.client, page, text_of(page.text) + "\n", go="autosave")
    assert SECRET not in saved.text
    assert publish(tool, guest.client, BORROWER, "1.0") == "422"
    assert SECRET not in tool.get(guest.client, f"/authoring/{BORROWER}?lang=en").text
    # nor as what is meant by a slip of the pen
    place = folder / BORROWER / "02-feil.nb.md"
    place.write_text(place.read_text("utf-8").replace("#les}", "#lesx}"), "utf-8")
    page = tool.get(guest.client, f"{BORROWING}?lang=en")
    assert f"mean {LENDER}" not in page.text


def test_what_is_published_is_lent_as_it_was_published(
    tool: Tool, author: FlaskClient, guest: Guest, folder: Path
) -> None:
    assert publish(tool, author, LENDER, "1.1").startswith("/authoring/")
    assert SECRET in previewed(tool, guest.client)

    place = folder / LENDER / "01-enheter.nb.md"
    place.write_text(place.read_text("utf-8").replace(SECRET, "Ikke ferdig ennå."), "utf-8")

    assert SECRET in previewed(tool, guest.client)
    assert "Ikke ferdig" not in previewed(tool, guest.client)
    assert publish(tool, guest.client, BORROWER, "1.1").startswith("/authoring/")
    assert "Ikke ferdig" not in previewed(tool, guest.client)


def test_who_may_write_there_borrows_what_stands_there(
    tool: Tool, author: FlaskClient, guest: Guest
) -> None:
    assert SECRET not in previewed(tool, guest.client)
    assert post(tool, guest.client, "/authoring/-/join", code=invited(tool, author)).endswith(
        "/people"
    )
    assert SECRET in previewed(tool, guest.client)
    post(tool, guest.client, f"/authoring/{LENDER}/people", go="leave")
    assert SECRET not in previewed(tool, guest.client)


def test_what_the_published_borrows_from_a_draft_is_told_and_not_lent(
    tool: Tool, author: FlaskClient, guest: Guest, folder: Path
) -> None:
    """Two steps away: the lender has published a text that borrows from a track it has not."""
    post(tool, author, "/authoring", title="Utkast", id="utkast", language="nb")
    filled(folder, "utkast", {WAS: "Dypt skjult."})
    block = "::: include {resource=utkast/enheter#les}\n:::\n"
    filled(folder, LENDER, {"minutes=8}\n": f"minutes=8}}\n\n{block}"})
    assert publish(tool, author, LENDER, "1.1").startswith("/authoring/")

    page = tool.get(guest.client, f"{BORROWING}?lang=en").text

    assert "Dypt skjult" not in page + previewed(tool, guest.client)
    assert f"something is wrong with what {LENDER}/enheter#les borrows" in page
    assert publish(tool, guest.client, BORROWER, "1.0") == "422"


def test_a_hole_in_another_municipalitys_track_is_told_without_its_name(
    tool: Tool, author: FlaskClient, guest: Guest, folder: Path
) -> None:
    steps = f"{LENT}/steps?lang=en"
    refused = tool.post(author, steps, go="out", step="les")
    assert refused.status_code == 422
    assert "borrowed in a track of another municipality" in refused.text
    assert BORROWER not in refused.text
    out = tool.post(author, f"/authoring/{LENDER}?lang=en", go="out", module="enheter")
    assert "borrowed in a track of another municipality" in out.text
    assert BORROWER not in out.text


def test_a_track_of_others_is_no_place_to_lead_to(
    tool: Tool, author: FlaskClient, guest: Guest
) -> None:
    for instead in (BORROWER, "ingen-slik"):
        answer = tool.post(author, f"/authoring/{LENDER}", go="archive", instead=instead)
        assert answer.status_code == 422


def test_whoever_checked_it_first(tool: Tool, author: FlaskClient, guest: Guest) -> None:
    """What is kept of a check is kept by what was in it, not by the track."""
    post(tool, guest.client, "/authoring/-/join", code=invited(tool, author))
    assert SECRET in previewed(tool, guest.client)
    other = a_guest(tool, "Another", "Neighbour municipality")
    assert other.municipality_id == guest.municipality_id
    assert SECRET not in previewed(tool, other.client)
