"""STORED: payloads in every text of every table, and every page and file that shows one.

In the suite a few rounds on each database: what comes back is the same text on both, but which
rows, and in which order, each decides for itself. In the whole run all payloads go round, again
and again.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.factories.databases import clear_postgres
from tests.whole.test_routes import opens
from tests.xss.columns import LEFT_OUT, attacked, is_text, left_out
from tests.xss.judge import marks_in, texts_of, wrong_in
from tests.xss.payloads import IS_WHOLE, payloads
from tests.xss.product import BEGINNINGS, Payloads, Product
from tests.xss.walk import AS, walk
from tracks.db import metadata

# In three of them each column gets each beginning of a text.
ROUNDS = 6 if IS_WHOLE else len(BEGINNINGS)
PARTS = 10 if IS_WHOLE else 1
# What a page may answer; a login service that is not there is the one fault of others.
STATUSES = {200, 303, 400, 401, 403, 404, 502}
TAKEN_HOME = "in the copy that a person takes home, and nowhere else"
# Attacked, and on no page: why not. A column that is seen after all fails, as one that is not.
NEVER_SEEN = {
    TAKEN_HOME: """
        account.sub archived_item.item archived_item.name context_member.context_id draft.base
        identity.sub roster_entry.key
    """,
    "what the LMS calls people, courses, links and groups: compared, and never shown": """
        context_copy.context_id context_copy.origin_id course.context_id
        course_group.group_id course_group_member.sub course_member.sub link_copy.origin_id
        notice.notice_id resource_link.context_id resource_link.link_id score.sub
        sign_in.context_id
    """,
    "read by programs only": """
        registration.platform_family registration_request.messages
        registration_request.platform_family registration_request.scopes resource_link.scopes
        roster_subscription.name
    """,
    "in what an operator's commands print": "ended_municipality.name",
    "of one address or one author, whom no row here is of: seen to be words in test_links.py and "
    "test_own_tokens.py": "outside_answer.moved_to push_token.name",
    "goes back to the LMS in a signed message, as it came": "deep_link_selection.data",
}
# Shown on some runs only: which rows are among the first, each database decides.
SOMETIMES_SEEN = {"account.sub", "roster_row.key"}
# Files that a button makes: who presses it.
FILES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("teacher", "/privacy/export", {}),
    ("coordinator", "/privacy/export", {}),
    ("author", "/privacy/export", {}),
    ("administrator", "/audit/export", {}),
    ("administrator", "/audit/affected", {"what": "role_granted"}),
)


def test_every_text_is_attacked_or_says_why_not() -> None:
    names = {f"{t.name}.{c.name}" for t in metadata.sorted_tables for c in t.c if is_text(c)}
    said = [name for listed in LEFT_OUT.values() for name in listed.split()]
    assert len(said) == len(set(said))
    assert {f"{c.table.name}.{c.name}" for c in attacked()} | left_out() == names


@pytest.mark.parametrize("part", range(PARTS))
def test_no_text_of_others_does_anything_anywhere(
    database_url: str, tmp_path: Path, part: int
) -> None:
    if IS_WHOLE and part % 5 and database_url.startswith("postgres"):
        pytest.skip("the other rounds are on SQLite: what differs is no matter of the payload")
    product = Product(database_url, tmp_path)
    begin = part * len(payloads()) // PARTS + (0 if database_url.startswith("sqlite") else 50)
    given = Payloads(payloads(), begin)
    wrong: dict[str, list[str]] = {}
    seen: set[str] = set()
    taken_home: set[str] = set()
    pages = 0

    def see(path: str, answer: TestResponse) -> None:
        assert answer.status_code in STATUSES, path
        if found := wrong_in(answer):
            wrong[path] = found
        said = {given.where[number] for number in marks_in(texts_of(answer))}
        (taken_home if answer.mimetype == "application/zip" else seen).update(said)

    try:
        for _ in range(ROUNDS):
            rows = product.attack(given)
            assert {f"{c.table.name}.{c.name}" for c in attacked()} == set(rows)
            for who in everybody_who_differs(product):
                pages += walk(product, who, see)
            for who, path, fields in FILES:
                answer = product.tool.post(product.clients[who], path, **fields)
                assert answer.status_code in (200, 429), (path, answer.text)
                if answer.status_code == 200:  # in the whole run more are asked for than a day has
                    see(path, answer)
    finally:
        product.close()
        if database_url.startswith("postgres"):
            clear_postgres(database_url)
    assert wrong == {}
    expected = {name for names in NEVER_SEEN.values() for name in names.split()}
    assert set(rows) - seen - SOMETIMES_SEEN == expected - SOMETIMES_SEEN
    assert set(NEVER_SEEN[TAKEN_HOME].split()) <= taken_home
    assert pages > 1000 * ROUNDS
    assert len(given.put) >= (1000 if IS_WHOLE else 0.95 * len(payloads()))


def everybody_who_differs(product: Product) -> list[str]:
    """One of each set of rights; in the whole run everybody."""
    found: dict[object, str] = {}
    for who in product.clients:
        rights: object = who if IS_WHOLE or who in AS else frozenset(opens(who))
        found.setdefault(rights, who)
    return list(found.values())
