"""The pages under /lti: launches, our keys, and what the LMS side tells beside a person's work."""

from flask import Blueprint

from tracks.lms.views import keys, launch
from tracks.lms.views.transfers import transfer_notices

pages = Blueprint("lms", __name__, url_prefix="/lti")
for part in (launch, keys):
    part.add_to(pages)

# From one address many come at once: a school shares one. The limit is for these.
OPEN_TO_LMSS = (launch.login, launch.launch)

__all__ = ["OPEN_TO_LMSS", "pages", "transfer_notices"]
