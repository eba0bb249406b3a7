"""The aims that are known: facts of one register, checked against themselves and each other."""

from __future__ import annotations

from collections import Counter

import pytest

from content.aims import Aim, Content, aim_of, content_of
from content.codes import SUBJECTS

# From the middle and the ends of sets, read in the register's own entries.
KNOWN = {
    "KM13228": ("KV1021", "MAT01-06", 2),
    "KM13242": ("KV1021", "MAT01-06", 2),
    "KM13307": ("KV1028", "MAT01-06", 9),
    "KM13328": ("KV1029", "MAT01-06", 10),
    "KM13329": ("KV1030", "ENG01-06", 2),
    "KM13373": ("KV1033", "ENG01-06", 10),
    "KM13389": ("KV1033", "ENG01-06", 10),
    "KM13853": ("KV1077", "NAT01-05", 7),
    "KM13854": ("KV1078", "NAT01-05", 10),
    "KM13875": ("KV1078", "NAT01-05", 10),
    "KM14174": ("KV1109", "NOR01-08", 7),
    "KM14201": ("KV1110", "NOR01-08", 10),
}
# How many aims each subject has in the grunnskole, counted in the curricula themselves.
COUNTS = {"MAT01-06": 101, "ENG01-06": 61, "NAT01-05": 70, "NOR01-08": 63}


@pytest.mark.parametrize("code", KNOWN)
def test_known_aim(code: str) -> None:
    assert aim_of(code) == Aim(code, *KNOWN[code])


@pytest.mark.parametrize(
    "code", ["KM13227", "KM13390", "KM13805", "KM13876", "KM14138", "KM14202", "KM013854", "KV78"]
)
def test_what_the_table_does_not_have_is_not_known(code: str) -> None:
    assert aim_of(code) is None


@pytest.mark.parametrize("code", ["", "KM", "K13854", "KM13854 ", "KM１３８５４", "km13854"])
def test_what_is_no_code_is_no_aim(code: str) -> None:
    assert aim_of(code) is None


def test_all_aims_of_four_subjects_and_no_other() -> None:
    every = [aim for n in range(13000, 15000) if (aim := aim_of(f"KM{n}"))]
    assert Counter(aim.curriculum for aim in every) == COUNTS
    assert {aim.curriculum for aim in every} <= SUBJECTS.keys()


def test_a_set_is_known_by_its_code_and_has_the_page_of_its_aims() -> None:
    aims = aim_of("KV1078"), aim_of("KM13854")
    assert aims[0] == Aim("KV1078", "KV1078", "NAT01-05", 10)
    assert [aim.page for aim in aims if aim] == [
        "https://www.udir.no/lk20/nat01-05/kompetansemaal-og-vurdering/kv1078"
    ] * 2


def test_a_section_of_lgr22() -> None:
    assert content_of("GRGRBIO01/7-9") == Content("GRGRBIO01", "7-9")
    assert [content_of(c) for c in ("GRGRBIO01/7-8", "GRGRMSP01/7-9", "NAT01-05/7-9", "")] == (
        [None] * 4
    )
