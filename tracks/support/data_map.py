"""What each column of this area holds (docs/operators/data.md says how to tag a new one)."""

from tracks.db.data_map import Limit, Tagged
from tracks.i18n import N_
from tracks.support.models import support_check, support_line, support_written
from tracks.support.rules import KEPT_FOR

TAGGED = (
    Tagged(
        support_line,
        N_("so that colleagues know where to ask for help, and how old the answer is"),
        none="school_id kind line municipality_id hours answer_within written_on",
        personal="who reach stand_in",
        limit=Limit(support_line.c.written_on, KEPT_FOR),
    ),
    Tagged(
        support_check,
        N_("so that a school sees whether its support works"),
        none="school_id kind statement municipality_id answer",
    ),
    Tagged(
        support_written,
        N_("so that colleagues know where to ask for help, and how old the answer is"),
        none="school_id what municipality_id",
        pseudonymous="written_by written_at",
    ),
)
AUDITED = {
    "support_lines": N_("Wrote who helps at a school"),
    "support_check": N_("Wrote a school's self-check of its support"),
}
