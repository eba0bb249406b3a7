"""What the worker does with LMSs; never while a teacher waits."""

from tracks.lms.jobs.notice_handlers import notice_handlers
from tracks.lms.jobs.pace import calls_per_second
from tracks.lms.jobs.rosters import roster_handlers
from tracks.lms.jobs.scores import handlers

__all__ = ["calls_per_second", "handlers", "notice_handlers", "roster_handlers"]
