"""`tracks admin invite`: a link for an administrator, new or known."""

import shlex
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.tracks.cli.test_commands import Shell
from tests.tracks.cli.test_roles import shell as shell  # a municipality with two people
from tracks.app import open_database
from tracks.cli.admin import MOST_LINKS, first_links, said_of
from tracks.people.actions import add_municipality
from tracks.people.models import municipality
from tracks.settings import load_settings
from tracks.signin.models import login_link, passkey


def links(shell: Shell) -> list[tuple[int | None, int | None, str | None, bool]]:
    database = open_database(load_settings(shell.environ))
    with database.reading() as session:
        c = login_link.c
        asked = select(c.municipality_id, c.person_id, c.role, c.is_first).order_by(c.made_at)
        found = [tuple(row) for row in session.execute(asked)]
    database.engine.dispose()
    return found  # type: ignore[return-value]  # as the columns are


def test_a_link_for_somebody_new_and_for_somebody_known(shell: Shell):
    new = shell.json("admin", "invite", "--municipality", "Asker")
    known = shell.json("admin", "invite", "--person", "2", "--role", "privacy_officer")
    made = shell.json("admin", "invite", "--municipality", "Quite new", "--country", "SE")

    urls = [each["link"] for each in (new, known, made)]
    assert len(set(urls)) == 3
    assert all("/sign-in/link/" in url for url in urls)
    assert links(shell) == [
        (1, None, "administrator", False),
        (1, 2, "privacy_officer", False),
        (2, None, "administrator", False),
    ]
    database = open_database(load_settings(shell.environ))
    with database.reading() as session:
        named = session.execute(select(municipality.c.country).where(municipality.c.id == 2))
        assert named.scalar_one() == "SE"
    database.engine.dispose()


@pytest.mark.parametrize(
    ("words", "code"),
    [([], 2), (["--municipality", "Asker", "--person", "1"], 2), (["--person", "99"], 1)],
)
def test_what_is_not_clear_makes_no_link(shell: Shell, words: list[str], code: int):
    assert shell.run("admin", "invite", *words).exit_code == code
    assert links(shell) == []


def test_a_start_prints_a_link_for_the_one_municipality_or_for_a_new_one(shell: Shell):
    settings = load_settings(shell.environ)
    database = open_database(settings)
    shell.json("people", "grant", "1", "administrator", "--municipality", "Asker")
    # Administrator by an LMS: still nobody who could come in here, and it is them.
    assert [each.municipality for each in first_links(settings, database)] == ["Asker"]
    assert links(shell) == [(1, 1, "administrator", True)]
    shell.json("admin", "invite", "--municipality", "Another one")
    # Two municipalities: a link for each, and the one before has ended.
    first, second = first_links(settings, database)
    assert (first.municipality, second.municipality) == ("Asker", "Another one")
    assert first.url != second.url
    assert said_of([first, second]) == f"Asker:\n  {first.url}\nAnother one:\n  {second.url}"
    assert sorted(link for link in links(shell) if link[3]) == [
        (1, 1, "administrator", True),
        (2, None, "administrator", True),
    ]
    # Each start ends those of the one before.
    first_links(settings, database)
    assert len([link for link in links(shell) if link[3]]) == 2
    database.engine.dispose()


def test_of_very_many_municipalities_a_screen_of_links_and_a_word_on_the_others(shell: Shell):
    settings = load_settings(shell.environ)
    database = open_database(settings)
    with database.writing() as session:
        for n in range(MOST_LINKS + 3):
            add_municipality(session, f"Sample municipality {n}", country="NO")
    made = first_links(settings, database)
    assert len(made) == MOST_LINKS
    assert said_of(made).endswith("tracks admin invite --municipality NAME")
    database.engine.dispose()


def test_after_the_first_administrator_the_operator_sees_who_has_none_and_invites(shell: Shell):
    shell.json("people", "grant", "1", "administrator", "--municipality", "Asker")
    database = open_database(load_settings(shell.environ))
    with database.writing() as session:
        add_municipality(session, "Sample municipality's 2", country="NO")
        session.execute(
            passkey.insert().values(
                municipality_id=1,
                person_id=1,
                credential_hash="h",
                credential=b"c",
                sign_count=0,
                made_at=datetime.now(UTC),
            )
        )
    # No start prints anything any more, for none of them.
    assert first_links(load_settings(shell.environ), database) == []
    assert shell.json("admin", "list") == [
        {"municipality": "Asker", "administrators": 1},
        {"municipality": "Sample municipality's 2", "administrators": 0},
    ]
    said = shell.run("admin", "list").output
    assert said.splitlines()[0] == "Asker: 1"
    # What it says is what one types.
    words = shlex.split(said.splitlines()[1].partition("tracks ")[2])
    assert words == ["admin", "invite", "--municipality", "Sample municipality's 2"]
    made = shell.run(*words)
    assert made.exit_code == 0
    assert "There was no municipality" not in made.output
    assert links(shell) == [(2, None, "administrator", False)]
    new = shell.run("admin", "invite", "--municipality", "Mistyped")
    assert "There was no municipality of this name. Now there is: Mistyped" in new.output
    database.engine.dispose()
