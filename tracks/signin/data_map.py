"""What each column of this area holds (docs/operators/data.md says how to tag a new one)."""

from datetime import timedelta

from tracks.db.data_map import Limit, Tagged
from tracks.i18n import N_
from tracks.signin.models import (
    identity,
    login_link,
    login_service,
    login_try,
    one_time_secret,
    passkey,
    recovery_code,
    spent,
)

_NOBODYS = N_("hashes of minutes: nobody can tell whose they are")
TAGGED = (
    Tagged(
        login_service,
        N_("to know with which login a municipality's people sign in"),
        none="id municipality_id name issuer client_id sealed_secret scopes is_active reads_groups",
        hidden="sealed_secret",
        label="name",
    ),
    Tagged(
        identity,
        N_("to know that it is the same person who signs in; nothing else is used for that"),
        none="service_id municipality_id",
        pseudonymous="person_id linked_at groups_asked_at",
        personal="sub groups_said",
    ),
    Tagged(
        passkey,
        N_("to let somebody in by a device of theirs"),
        none="id municipality_id",
        pseudonymous="person_id credential_hash credential sign_count made_at used_at",
        hidden="credential_hash credential",
    ),
    Tagged(
        one_time_secret,
        N_("to let somebody in by codes of an app"),
        none="municipality_id",
        pseudonymous="person_id code_hash sealed last_step made_at",
        hidden="code_hash sealed",
    ),
    Tagged(
        recovery_code,
        N_("to let somebody in who has lost the app"),
        none="municipality_id",
        pseudonymous="person_id code_hash",
        hidden="code_hash",
    ),
    Tagged(
        login_link,
        N_("to let somebody set up a login of their own"),
        none="municipality_id role is_first",
        pseudonymous="token_hash person_id made_at expires_at used_at",
        hidden="token_hash",
        limit=Limit(login_link.c.expires_at, timedelta(0), has_chore=True),
    ),
    Tagged(
        login_try,
        N_("to stop whoever guesses codes"),
        none="tries",
        pseudonymous="key_hash since",
        left_out=_NOBODYS,
        limit=Limit(login_try.c.since, timedelta(minutes=5), has_chore=True),
    ),
    Tagged(
        spent,
        N_("so that nothing which works once works twice"),
        none="value_hash expires_at",
        left_out=_NOBODYS,
        limit=Limit(spent.c.expires_at, timedelta(0), has_chore=True),
    ),
)
AUDITED = {
    "login_link_made": N_("Made a link to set up a login"),
    "login_set_up": N_("Set up a login of their own"),
    "login_removed": N_("Removed a login of their own"),
    "login_service_changed": N_("Changed with which login the municipality signs in"),
    "signed_in": N_("Signed in with a passkey or a one-time code"),
    "signed_out_there": N_("Was signed out by the login service"),
    "signed_out_everywhere": N_("Signed out everywhere"),
}
