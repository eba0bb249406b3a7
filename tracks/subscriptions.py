"""Who reacts to which event: the only way up the ladder."""

from functools import partial

from tracks.adoption.actions import count_stage, count_use
from tracks.catalogue.queries import Shelf
from tracks.db.session import Reactions
from tracks.lms.actions import queue_scores
from tracks.people.events import SchoolChosen
from tracks.progress.actions import count_chosen_school
from tracks.progress.events import ResourceUsed, StageReached, WorkChanged


def reactions(shelf: Shelf) -> Reactions:
    """All run inside the transaction of the change."""
    return {
        SchoolChosen: (count_chosen_school,),
        WorkChanged: (partial(queue_scores, shelf),),
        StageReached: (count_stage,),
        ResourceUsed: (count_use,),
    }
