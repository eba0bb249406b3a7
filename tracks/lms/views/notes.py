"""What launches tell about how an LMS stands, noted so seldom that no launch is slower for it.

Of good launches only: a refused one writes nothing but its nonce.
"""

from datetime import datetime, timedelta
from typing import Final, cast

from flask import current_app

from lti.tool.launch import Launch
from tracks.db import Session
from tracks.lms.actions import service_went_well
from tracks.lms.rules import Service

NOTED_EVERY: Final = timedelta(minutes=5)  # by each process
_EXTENSION: Final = "tracks.launches_noted"


def note_launch(session: Session, message: Launch, now: datetime) -> None:
    noted = cast(dict[int, datetime], current_app.extensions.setdefault(_EXTENSION, {}))
    last = noted.get(message.registration.id)
    if last is not None and timedelta() <= now - last < NOTED_EVERY:
        return
    noted[message.registration.id] = now
    service_went_well(
        session,
        message.registration.id,
        Service.LAUNCH,
        now,
        clock_ahead=message.clock_ahead,
    )
