"""What people are told of columns, entries and times: message ids."""

from typing import Final

from tracks.i18n import N_

STANDING_TIME: Final = N_(
    "until you have it deleted, or for as long as your municipality has set have neither been here "
    "nor stood on a list of your employer's"
)
# Of those that a person's own copy shows most; others are shown by their name in the database.
COLUMN_NAMES: Final = {
    "name": N_("Name"),
    "protected_by": N_("Protected identity"),
    "language": N_("Language"),
    "school": N_("School"),
    "municipality": N_("Municipality"),
    "track": N_("Track"),
    "step": N_("Step"),
    "last_step": N_("Last step"),
    "module": N_("Session"),
    "course": N_("Course"),
    "phase": N_("Phase"),
    "answer": N_("Answer"),
    "points": N_("Points"),
    "text": N_("Text"),
    "file": N_("File"),
    "role": N_("Role"),
    "created_at": N_("First time here"),
    "opened_at": N_("Opened"),
    "done_at": N_("Done"),
    "saved_at": N_("Saved"),
    "worked_at": N_("Last worked"),
    "started_at": N_("Started"),
    "together_at": N_("Worked together"),
    "tried_at": N_("Tried with pupils"),
    "followed_up_at": N_("Followed up"),
    "shared_at": N_("Shared"),
    "recorded_at": N_("Recorded"),
    "used_at": N_("Used"),
    "sent_at": N_("Sent"),
    "subjects": N_("Subjects"),
    "grades": N_("Grades"),
    "wanted": N_("Score"),
    "way": N_("How it was used"),
}
