"""`tracks admin invite`: a link for an administrator, new or known."""

import pytest
from sqlalchemy import select

from tests.tracks.cli.test_commands import Shell
from tests.tracks.cli.test_roles import shell as shell  # a municipality with two people
from tracks.app import open_database
from tracks.cli.admin import first_link
from tracks.people.models import municipality
from tracks.settings import load_settings
from tracks.signin.models import login_link


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
    assert first_link(settings, database)
    assert links(shell) == [(1, 1, "administrator", True)]
    shell.json("admin", "invite", "--municipality", "Another one")
    # Two municipalities: an operator must say which.
    assert first_link(settings, database) is None
    database.engine.dispose()
