"""Who reacts to which event: the only way up the ladder."""

from functools import partial

from tracks.adoption.actions import count_stage, count_use
from tracks.adoption.former import keep_uses
from tracks.audit.actions import as_entry, write_entry
from tracks.authoring.actions import let_go_of_changes
from tracks.catalogue.events import FolderPublished, Renamed
from tracks.catalogue.histories import Histories
from tracks.catalogue.queries import Shelf
from tracks.catalogue.teaching.actions import teach_once
from tracks.db.session import Reactions, Session
from tracks.events import Noted
from tracks.feedback.actions import settle
from tracks.lms.actions import drop_jobs_of, drop_lanes_of, follow_renamed, queue_scores
from tracks.organisation.events import (
    AccountsLinked,
    AccountsMeet,
    InvitationEnded,
    RoleInvited,
    RoleMoved,
    SettingsChanged,
    TeamChanged,
    UnitChanged,
    UnitClosed,
    UnitOpenedAgain,
    UnitRenumbered,
    UnitsMerged,
    UnitSplit,
)
from tracks.people.events import RoleEnded, RoleGranted, SchoolChosen
from tracks.privacy.events import MunicipalityEnds, PersonErased
from tracks.progress.actions import (
    count_chosen_school,
    follow_once,
    follow_spelling,
    let_go_of_empty_work,
)
from tracks.progress.events import ResourceUsed, StageReached, WorkChanged
from tracks.rosters.ending import drop_list_jobs
from tracks.rosters.reform import end_tasks, follow_role, move_tasks

# Events that are entries of the audit log as they are; their codes stand in the areas' data maps.
_AUDITED: Reactions = {
    RoleGranted: (as_entry("role_granted"),),
    RoleEnded: (as_entry("role_ended"),),
    RoleInvited: (as_entry("role_invited"),),
    InvitationEnded: (as_entry("invitation_ended"),),
    AccountsLinked: (as_entry("accounts_linked"),),
    UnitChanged: (as_entry("unit_changed"),),
    UnitRenumbered: (as_entry("unit_renumbered"),),
    UnitClosed: (as_entry("unit_closed"), end_tasks),
    UnitOpenedAgain: (as_entry("unit_opened_again"),),
    UnitsMerged: (as_entry("units_merged"), move_tasks),
    UnitSplit: (as_entry("unit_split"), end_tasks),
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
        FolderPublished: (follow_spelling, settle, *recorded),
        SchoolChosen: (count_chosen_school,),
        RoleMoved: (follow_role,),
        AccountsMeet: (let_go_of_empty_work, follow_once, teach_once),
        Renamed: (follow_renamed,),
        WorkChanged: (partial(queue_scores, shelf),),
        StageReached: (count_stage,),
        ResourceUsed: (count_use,),
        PersonErased: (drop_jobs_of,),
        MunicipalityEnds: (keep_uses, drop_lanes_of, drop_list_jobs, let_go_of_changes),
        Noted: (write_entry,),
        **_AUDITED,
    }
