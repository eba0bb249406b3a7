"""The pages under /lti: launches, our keys, and what the LMS side tells beside a person's work."""

from flask import Blueprint

from tracks.lms.views import (
    admin,
    checks,
    connect,
    cookieless,
    courses,
    deep_linking,
    gradebook,
    keys,
    launch,
    notices,
    registration,
    review,
)
from tracks.lms.views.courses import course_doors
from tracks.lms.views.transfers import transfer_notices

pages = Blueprint("lms", __name__, url_prefix="/lti")
for part in (launch, cookieless, keys, notices, registration):
    part.add_to(pages)

# The choice of content is a page, not an endpoint of LTI.
choice = Blueprint("choice", __name__)
deep_linking.add_to(choice)
# Connecting LMSs is for people who look after them.
connections = Blueprint("connections", __name__)
for part in (connect, admin, checks):
    part.add_to(connections)
reviews = Blueprint("reviews", __name__)
review.add_to(reviews)
# For whoever runs a course in an LMS.
gradebooks = Blueprint("gradebooks", __name__)
gradebook.add_to(gradebooks)

course_pages = Blueprint("courses", __name__)
courses.add_to(course_pages)

# From one address many come at once: a school shares one. The limit is for these.
OPEN_TO_LMSS = (
    launch.login,
    launch.launch,
    cookieless.check,
    cookieless.open_in_tab,
    notices.notices,
    registration.register,
    connect.connect,
)

__all__ = [
    "OPEN_TO_LMSS",
    "choice",
    "connections",
    "course_doors",
    "course_pages",
    "gradebooks",
    "pages",
    "reviews",
    "transfer_notices",
]
