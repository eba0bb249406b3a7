"""Every code that the page of a failed registration can show stands in the operators' manual."""

import re
from pathlib import Path

from tests.docs.pages import ROOT, code_words, read, rows

SOURCES = (
    "lti/tool/platform_configuration.py",
    "lti/tool/dynamic_registration.py",
    "tracks/lms/views/registration.py",
)
# What the guarded client says about an address, and about the way to it.
NETWORK = ("lti/http.py", "lti/addresses.py")


def _codes(names: tuple[str, ...], raised: str) -> set[str]:
    source = "".join(Path(ROOT / name).read_text("utf-8") for name in names)
    return set(re.findall(rf'{raised}\(\s*"([a-z_]+)"', source))


def test_every_code_of_a_registration_is_explained() -> None:
    said = [w for row in rows(read("operators/lms/index.md"), "Code") for w in code_words(row[0])]
    network = _codes(NETWORK, r"(?:Permanent|Transient)ServiceError")

    assert sorted(said) == sorted(_codes(SOURCES, "RegistrationFailed") | network)
