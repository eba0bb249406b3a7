"""What each column of this area holds: what is still to be done elsewhere."""

from tracks.db.data_map import Tagged
from tracks.i18n import N_
from tracks.jobs.models import lane, outbox

_WHY = N_("to bring up to date elsewhere what has changed here")
_PASSES = N_("work that waits: numbers of rows that are in the copy, until it is done")
TAGGED = (
    Tagged(
        outbox,
        _WHY,
        none="id kind lane edition due_at lease lease_until tries vanished reason parked_at",
        # Numbers of persons. Its area takes the rows away when a person is erased.
        pseudonymous="key payload",
        left_out=_PASSES,
    ),
    Tagged(lane, _WHY, none="name paused_until failures done spent_until", left_out=_PASSES),
)
