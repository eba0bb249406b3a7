"""What is wrong between an LMS and us, in plain words: what to mend, and who can. Message ids."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from msgspec import Struct

from lti.tool.grades import SCOPE_LINEITEM, SCOPE_RESULT, SCOPE_SCORE
from lti.tool.groups import SCOPE_GROUPS
from lti.tool.notices import SCOPE as SCOPE_NOTICES
from lti.tool.roster import SCOPE_MEMBERS
from tracks.i18n import N_
from tracks.lms.rules import Offer

LMS_STAFF: Final = N_("Whoever looks after the LMS")
OPERATOR: Final = N_("Whoever runs Learning Tracks")
ADMINISTRATOR: Final = N_("An administrator of the municipality here")


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Advice(Struct, frozen=True):
    says: str
    mend: str
    who: str = LMS_STAFF


class Right(NamedTuple):
    """Something that an LMS allows or not."""

    what: str
    without: State
    says: str  # without it


SILENT: Final = frozenset({"timeout", "unreachable", "name_not_found"})
FORBIDDEN: Final = frozenset({"address_not_public", "url_not_plain", "url_not_https"})

_KEYS_SILENT = Advice(
    N_("The address of its public keys does not answer."),
    N_("Check that address, and that the LMS can be reached from the internet."),
)
_KEYS_FORBIDDEN = Advice(
    N_("The address of its public keys is not one that we may call."),
    N_("Give one that begins with https and is open to the internet."),
)
_KEYS_STRANGE = Advice(
    N_("What is found at the address of its public keys is not a key set."),
    N_("Open that address in a browser: it should show the keys and no page for people."),
)
KEYS_USELESS = Advice(
    N_("None of the LMS's public keys can be used."),
    N_("Let the LMS make a new key: RSA, at least 2048 bits, for signing."),
)
_TOKEN_SILENT = Advice(
    N_("The address for tokens does not answer."),
    N_("Check that address, and that the LMS can be reached from the internet."),
)
_TOKEN_FORBIDDEN = Advice(
    N_("The address for tokens is not one that we may call."),
    N_("Give one that begins with https and is open to the internet."),
)
TOKEN_REFUSED = Advice(
    N_("The LMS does not accept our signature."),
    N_(
        "Check the client id, and that the LMS reads our keys from the address of our key set "
        "and not from a copy."
    ),
)
TOKEN_STRANGE = Advice(
    N_("The LMS's answer to our request for a token cannot be used."),
    N_("Check the address for tokens. If it is right, report the reason code to the LMS's maker."),
)
TOKEN_NONE = Advice(
    N_("No address for tokens is registered, so there are no scores and no lists of participants."),
    N_("If the LMS offers these, add the address for tokens."),
    OPERATOR,
)
OWN_KEY = Advice(
    N_("Our own key cannot be opened."),
    N_("Start Learning Tracks again with the encryption key that its keys were sealed with."),
    OPERATOR,
)
OFFERS: Final[Mapping[Offer, str]] = {
    Offer.SCORES: N_("Where the LMS takes results"),
    Offer.ROSTER: N_("Where the LMS has its lists of participants"),
    Offer.GROUPS: N_("Where the LMS has the groups of a course"),
    Offer.NOTICES: N_("Where the LMS would tell us of copied courses"),
    Offer.CONTENT: N_("Where the LMS takes chosen content"),
}
# An address of a service in a launch, by why it is not called (T37).
NOT_CALLED: Final[Mapping[str, Advice]] = {
    "host_not_allowed": Advice(
        N_("Launches name the host %(host)s, which is not one of this connection: not used."),
        N_(
            "Is it the LMS's own? Then approve it among the LMS connections. If nobody knows it, "
            "ask whoever looks after the LMS before."
        ),
        ADMINISTRATOR,
    ),
    "url_not_https": Advice(
        N_("Launches name an address at %(host)s that does not begin with https: not used."),
        N_("Let the LMS give its addresses with https."),
    ),
    "url_not_plain": Advice(
        N_("Launches name an address that cannot be read as one: not used."),
        N_("Look at the LMS's own address in its settings, or report the code to its maker."),
    ),
}
ALLOW: Final = N_("Allow it in the LMS, where Learning Tracks is set up as a tool.")
RIGHTS: Final[Mapping[str, Right]] = {
    SCOPE_SCORE: Right(
        N_("Sending scores"),
        State.FAILED,
        N_("Not allowed. No results reach the gradebook."),
    ),
    SCOPE_RESULT: Right(
        N_("Reading scores back"),
        State.WARNING,
        N_("Not allowed. After an outage we cannot see whether a score has arrived."),
    ),
    SCOPE_LINEITEM: Right(
        N_("Making columns in the gradebook"),
        State.WARNING,
        N_("Not allowed. Scores only reach columns that the LMS makes by itself."),
    ),
    SCOPE_MEMBERS: Right(
        N_("Reading lists of participants"),
        State.WARNING,
        N_("Not allowed. We know only those who have opened a link themselves."),
    ),
    # Few LMSs have these two, and all that teachers do works without.
    SCOPE_GROUPS: Right(
        N_("Reading the groups of a course"),
        State.UNKNOWN,
        N_("Not offered or not allowed. Lists of participants show no groups."),
    ),
    SCOPE_NOTICES: Right(
        N_("Being told of copied courses"),
        State.UNKNOWN,
        N_("Not offered or not allowed. Links in copied courses work all the same."),
    ),
}


def about_keys(reason: str) -> Advice:
    if reason in SILENT:
        return _KEYS_SILENT
    return _KEYS_FORBIDDEN if reason in FORBIDDEN else _KEYS_STRANGE


def about_token(reason: str) -> Advice:
    if reason in SILENT:
        return _TOKEN_SILENT
    if reason in FORBIDDEN:
        return _TOKEN_FORBIDDEN
    known = {
        "no_token_endpoint": TOKEN_NONE,
        "token_refused": TOKEN_REFUSED,
        "own_key_sealed": OWN_KEY,
    }
    return known.get(reason, TOKEN_STRANGE)
