"""The self-test in plain words: what works with an LMS, what does not, what to mend, who can. Pure.

Texts are message ids; a page translates them.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from lti.errors import REASONS
from lti.tool.checkup import Seen
from tracks.i18n import N_
from tracks.lms.advice import (
    ADMINISTRATOR,
    ALLOW,
    KEYS_USELESS,
    LMS_STAFF,
    NOT_CALLED,
    OFFERS,
    RIGHTS,
    TOKEN_STRANGE,
    Advice,
    State,
    about_keys,
    about_token,
)
from tracks.lms.mending import Mend, mend_launch, mend_service
from tracks.lms.rules import Offer, Service

SCOPES: Final = tuple(RIGHTS)
FAIR_SECONDS: Final = 10  # our assertions are backdated by as much
LAUNCH_SECONDS: Final = 60  # the leeway of a launch


class Line(Struct, frozen=True):
    what: str
    state: State
    says: str
    mend: str = ""
    who: str = ""
    values: Mapping[str, object] = field(default_factory=dict)  # of `says`
    at: datetime | None = None
    code: str = ""

    @property
    def said(self) -> str:
        """In English, filled in."""
        return self.says % self.values if self.values else self.says


class Standing(Struct, frozen=True):
    """How one service stood when it was last used."""

    ok_at: datetime | None
    failed_at: datetime | None
    reason: str | None
    clock_ahead: float | None

    @property
    def at(self) -> datetime | None:
        return max((at for at in (self.ok_at, self.failed_at) if at), default=None)

    @property
    def is_failing(self) -> bool:
        """The last try was the one that failed."""
        return self.reason is not None and self.failed_at is not None and self.at == self.failed_at


NEVER: Final = Standing(None, None, None, None)


class Refused(Struct, frozen=True):
    """Launches of the last days that were refused for one reason."""

    reason: str
    launches: int
    last_at: datetime


class NotCalled(Struct, frozen=True):
    """An address that launches of the last days named for a service, and that we do not call."""

    service: Offer
    host: str
    reason: str
    seen_at: datetime


class Known(Struct, frozen=True):
    """What stands in the database about an LMS."""

    standing: Mapping[Service, Standing]
    deployments: Mapping[str, int]  # how many of each status
    is_active: bool
    refused: tuple[Refused, ...] = ()  # the most frequent first
    not_called: tuple[NotCalled, ...] = ()

    def of(self, service: Service) -> Standing:
        return self.standing.get(service, NEVER)


_KEYS: Final = N_("The LMS's public keys")
_TOKEN: Final = N_("Trust of the LMS in us")
_CLOCK: Final = N_("Clocks")
_LAUNCH: Final = N_("Last launch")
_REFUSED: Final = N_("Refused launches")
_NOW_AND_THEN: Final = frozenset({"expired", "replayed"})
_MANY: Final = 20
_SCORES: Final = N_("Last score")
_ROSTER: Final = N_("Last list of participants")
_DEPLOYMENTS: Final = N_("Deployments")
_TOO_SLOW: Final = N_("Not tried: the LMS took too long.")


def checkup(known: Known, seen: Seen | None) -> list[Line]:
    """`seen`: the LMS as just looked at; None: only what was noted before."""
    lines = [] if known.is_active else [_switched_off()]
    if seen is None:
        lines += [
            _noted(Service.KEYS, _KEYS, known, about_keys),
            _noted(Service.TOKEN, _TOKEN, known, about_token),
        ]
    else:
        lines += [_keys(seen), _token(seen), *_rights(seen)]
    return [
        *lines,
        _clock(seen, known),
        _deployments(known.deployments),
        _launch(known.of(Service.LAUNCH)),
        *_refused(known),
        *(_not_called(each) for each in known.not_called),
        _last(_SCORES, known.of(Service.SCORES), N_("No score has been sent yet."), mend_service),
        _last(
            _ROSTER,
            known.of(Service.ROSTER),
            N_("No list has been fetched yet."),
            partial(mend_service, is_list=True),
        ),
    ]


def worst(lines: list[Line]) -> State:
    """UNKNOWN only where nothing at all is known."""
    states = {line.state for line in lines}
    order = (State.FAILED, State.WARNING, State.OK)
    return next((state for state in order if state in states), State.UNKNOWN)


def _advised(what: str, state: State, advice: Advice, code: str) -> Line:
    return Line(what, state, advice.says, advice.mend, advice.who, code=code)


def _switched_off() -> Line:
    return Line(
        N_("This connection"),
        State.FAILED,
        N_("It is switched off here, so nobody comes in."),
        N_("Switch it on again."),
        ADMINISTRATOR,
    )


def _keys(seen: Seen) -> Line:
    if seen.keys_failed is not None:
        return _advised(_KEYS, State.FAILED, about_keys(seen.keys_failed), seen.keys_failed)
    flaws = [key.flaw for key in seen.keys if key.flaw is not None]
    usable = len(seen.keys) - len(flaws)
    if not usable:
        return _advised(_KEYS, State.FAILED, KEYS_USELESS, flaws[0] if flaws else "")
    # Keys for other purposes lie in the same set often enough: no reason to worry anybody.
    says = N_("We can read them. Number that we can use: %(n)s.")
    return Line(_KEYS, State.OK, says, values={"n": usable}, code=flaws[0] if flaws else "")


def _token(seen: Seen) -> Line:
    reason = seen.token_failed
    if not seen.scopes:
        return Line(_TOKEN, State.UNKNOWN, _TOO_SLOW)
    if reason is None:
        return Line(_TOKEN, State.OK, N_("The LMS knows us and accepts our signature."))
    # Many LMSs offer no services at all, and launches work without.
    state = State.FAILED if seen.has_services else State.WARNING
    return _advised(_TOKEN, state, about_token(reason), reason)


def _rights(seen: Seen) -> list[Line]:
    if seen.token_failed is not None:
        return []
    return [_right(scope, seen) for scope in SCOPES]


def _right(scope: str, seen: Seen) -> Line:
    right = RIGHTS[scope]
    if scope not in seen.scopes:
        return Line(right.what, State.UNKNOWN, _TOO_SLOW)
    reason = seen.scopes[scope]
    if reason is None:
        return Line(right.what, State.OK, N_("Allowed."))
    if reason == "scope_not_granted" and right.without is State.UNKNOWN:
        return Line(right.what, right.without, right.says, code=reason)
    if reason == "scope_not_granted":
        return Line(right.what, right.without, right.says, ALLOW, LMS_STAFF, code=reason)
    return _advised(right.what, State.WARNING, TOKEN_STRANGE, reason)


def _clock(seen: Seen | None, known: Known) -> Line:
    ahead = known.of(Service.LAUNCH).clock_ahead
    if seen is not None and seen.clock_ahead is not None:
        ahead = seen.clock_ahead
    if ahead is None:
        return Line(_CLOCK, State.UNKNOWN, N_("No answer of the LMS has told us the time yet."))
    if abs(ahead) <= FAIR_SECONDS:
        return Line(_CLOCK, State.OK, N_("The LMS's clock and ours agree."))
    says = N_("The LMS's clock is %(n)s seconds ahead of ours.")
    if ahead < 0:
        says = N_("The LMS's clock is %(n)s seconds behind ours.")
    return Line(
        _CLOCK,
        State.WARNING if abs(ahead) <= LAUNCH_SECONDS else State.FAILED,
        says,
        N_("Let both servers set their clocks by the network."),
        LMS_STAFF,
        values={"n": round(abs(ahead))},
    )


def _deployments(count: Mapping[str, int]) -> Line:
    if pending := count.get("pending", 0):
        says, mend = N_("Waiting for approval: %(n)s."), N_("Approve those that are yours.")
        values = {"n": pending}
        return Line(_DEPLOYMENTS, State.WARNING, says, mend, ADMINISTRATOR, values=values)
    if enabled := count.get("enabled", 0):
        return Line(_DEPLOYMENTS, State.OK, N_("In use: %(n)s."), values={"n": enabled})
    says = N_("None is known yet. It shows up by itself at the first launch, and is approved then.")
    return Line(_DEPLOYMENTS, State.UNKNOWN, says)


def _launch(standing: Standing) -> Line:
    if standing.at is None:
        mend = N_("Open a link to Learning Tracks in a course.")
        never = N_("Nobody has come in from this LMS yet.")
        return Line(_LAUNCH, State.UNKNOWN, never, mend, LMS_STAFF)
    return _last(_LAUNCH, standing, "", mend_launch)


def _refused(known: Known) -> list[Line]:
    if known.refused:
        return [_refused_for(each) for each in known.refused]
    has_launches = known.of(Service.LAUNCH).at is not None
    state = State.OK if has_launches else State.UNKNOWN
    return [Line(_REFUSED, state, N_("None in the last seven days."))]


def _refused_for(refused: Refused) -> Line:
    family = REASONS[refused.reason].family if refused.reason in REASONS else "malformed"
    # A page that is loaded anew, or left open too long: nobody has to mend anything.
    is_normal = family in _NOW_AND_THEN and refused.launches < _MANY
    return Line(
        _REFUSED,
        State.OK if is_normal else State.WARNING,
        N_("Number in the last seven days: %(n)s. The last one:"),
        *mend_launch(refused.reason),
        values={"n": refused.launches},
        at=refused.last_at,
        code=refused.reason,
    )


def _not_called(found: NotCalled) -> Line:
    advice = NOT_CALLED[found.reason]
    return Line(
        OFFERS[found.service],
        State.FAILED if found.service is Offer.SCORES else State.WARNING,
        advice.says,
        advice.mend,
        advice.who,
        values={"host": found.host},
        at=found.seen_at,
        code=found.reason,
    )


def _noted(service: Service, what: str, known: Known, about: Callable[[str], Advice]) -> Line:
    standing = known.of(service)
    line = _last(what, standing, N_("Not tried yet."), lambda reason: _mend(about(reason)))
    if not standing.is_failing:
        return line
    return replace(line, says=about(standing.reason or "").says)


def _mend(advice: Advice) -> Mend:
    return Mend(advice.mend, advice.who)


def _last(what: str, standing: Standing, never: str, mend: Callable[[str], Mend]) -> Line:
    if standing.at is None:
        return Line(what, State.UNKNOWN, never)
    if not standing.is_failing:
        return Line(what, State.OK, N_("Went well."), at=standing.at)
    says, code = N_("Did not work."), standing.reason or ""
    return Line(what, State.WARNING, says, *mend(code), at=standing.at, code=code)
