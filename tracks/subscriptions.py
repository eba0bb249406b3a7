"""Who reacts to which event: the only way up the ladder."""

from functools import partial

from tracks.adoption.actions import count_stage, count_use
from tracks.audit.actions import as_entry, write_entry
from tracks.catalogue.events import FolderPublished, Renamed
from tracks.catalogue.histories import Histories
from tracks.catalogue.queries import Shelf
from tracks.db.session import Reactions, Session
from tracks.events import Noted
from tracks.lms.actions import drop_jobs_of, follow_renamed, queue_scores
from tracks.organisation.events import (
    AccountsLinked,
    AccountsMeet,
    RoleInvited,
    SettingsChanged,
    TeamChanged,
    UnitChanged,
    UnitsMerged,
    UnitSplit,
)
from tracks.people.events import RoleEnded, RoleGranted, SchoolChosen
from tracks.privacy.events import PersonErased
from tracks.progress.actions import count_chosen_school, follow_spelling, let_go_of_empty_work
from tracks.progress.events import ResourceUsed, StageReached, WorkChanged

# Events that are entries of the audit log as they are; their codes stand in the areas' data maps.
_AUDITED: Reactions = {
    RoleGranted: (as_entry("role_granted"),),
    RoleEnded: (as_entry("role_ended"),),
    RoleInvited: (as_entry("role_invited"),),
    AccountsLinked: (as_entry("accounts_linked"),),
    UnitChanged: (as_entry("unit_changed"),),
    UnitsMerged: (as_entry("units_merged"),),
    UnitSplit: (as_entry("unit_split"),),
    TeamChanged: (as_entry("team_changed"),),
    SettingsChanged: (as_entry("settings_changed"),),
}


def _record(histories: Histories, session: Session, event: FolderPublished) -> None:
    # Only who publishes needs what reads and writes repositories.
    from tracks.catalogue.recording import record_published

    record_published(histories, event)


def reactions(shelf: Shelf, histories: Histories | None = None) -> Reactions:
    """All run inside the transaction of the change. Without `histories` no repository is kept."""
    recorded = () if histories is None else (partial(_record, histories),)
    return {
        FolderPublished: (follow_spelling, *recorded),
        SchoolChosen: (count_chosen_school,),
        AccountsMeet: (let_go_of_empty_work,),
        Renamed: (follow_renamed,),
        WorkChanged: (partial(queue_scores, shelf),),
        StageReached: (count_stage,),
        ResourceUsed: (count_use,),
        PersonErased: (drop_jobs_of,),
        Noted: (write_entry,),
        **_AUDITED,
    }
