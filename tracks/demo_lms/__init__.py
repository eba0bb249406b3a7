from tracks.demo_lms.app import CLIENT_ID, DEPLOYMENT_ID, create_demo_lms
from tracks.demo_lms.world import Course, Link, Member, Person, World

__all__ = [
    "CLIENT_ID",
    "DEPLOYMENT_ID",
    "Course",
    "Link",
    "Member",
    "Person",
    "World",
    "create_demo_lms",
]
