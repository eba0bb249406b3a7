"""What each column of this area holds: texts of tracks, and who wrote them."""

from tracks.authoring.models import (
    co_author,
    co_author_code,
    draft,
    library_change,
    outside_answer,
    track_owner,
)
from tracks.db.data_map import Limit, Tagged
from tracks.i18n import N_

TAGGED = (
    Tagged(
        draft,
        N_("so that nothing you type is lost before you put it into the library"),
        none="id municipality_id revision",
        pseudonymous="person_id saved_at",
        personal="path text base",
        own="path text base",
    ),
    Tagged(
        library_change,
        N_("so that earlier texts can be found and restored"),
        # What is published is the municipality's; the number leads to nobody after an erasure.
        none="id municipality_id path text note",
        pseudonymous="person_id saved_at",
    ),
    Tagged(
        track_owner,
        N_("to know who may write in which track"),
        none="track municipality_id since",
    ),
    Tagged(
        co_author,
        N_("to know who may write in which track"),
        none="track municipality_id",
        pseudonymous="person_id since",
    ),
    Tagged(
        co_author_code,
        N_("to let an author of another municipality in, by a code"),
        none="code_hash track municipality_id expires_at",
        hidden="code_hash",
        limit=Limit(co_author_code.c.expires_at),
    ),
    Tagged(
        outside_answer,
        N_("to tell authors which links are dead"),
        none="address_key status moved_to is_unknown asked_at",
        left_out=N_("what other sites answered: it is no municipality's"),
    ),
)
AUDITED = {
    "git_token_made": N_("Made a token for git"),
    "git_token_withdrawn": N_("Withdrew a token for git"),
    "co_author_invited": N_("Made an invitation to write in a track"),
    "co_author_joined": N_("Took an invitation to write in a track of another municipality"),
    "co_author_ended": N_("Ended that somebody of another municipality writes in a track"),
}
