"""Authentic tokens with claims changed at random: accepted or refused, never an accident (T35)."""

from functools import lru_cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti.errors import LtiRejected
from lti.tool.launch import Launch
from tests.conformance.world import World
from tests.fakes import forge
from tests.fakes.forge import REMOVED

_NAUGHTY = st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "\ud800",
        "../../etc/passwd",
        "<script>",
        "{{7*7}}",
        "' OR 1=1",
        "‮",
        "ﷺ" * 300,
    ]
)
_ATOMS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | _NAUGHTY
_VALUES = st.just(REMOVED) | st.recursive(
    _ATOMS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "title", "scope", "return_url", "type"]), inner)
    ),
    max_leaves=6,
)


@lru_cache
def _names() -> list[str]:
    world = World()
    return sorted(forge.resource_claims(world.setting(world.login())))


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_every_mutated_launch_is_a_launch_or_a_refusal(data: st.DataObject):
    changes = data.draw(st.dictionaries(st.sampled_from(_names()), _VALUES, min_size=1, max_size=4))
    world = World()
    login = world.login()
    claims = forge.changed(forge.resource_claims(world.setting(login)), changes)
    outcome: Launch | LtiRejected
    try:
        outcome = world.post(login, forge.token(claims))
    except LtiRejected as refused:
        outcome = refused
    if isinstance(outcome, Launch):
        assert outcome.sub == claims["sub"]
    else:
        assert outcome.status in (400, 401, 403)
        assert "Kim" not in outcome.detail
