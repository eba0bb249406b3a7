"""One course and the people in it. All are samples."""

from types import SimpleNamespace
from typing import Any

from campus.models import CourseRole, ExternalId, Profile
from django.contrib.auth.models import User
from opaque_keys.edx.keys import CourseKey

COURSE = CourseKey.from_string("course-v1:SampleX+T1:a+2026_H1")
FORUM_ROLES = ("Community TA", "Group Moderator")
# username, name, role, staff of the whole platform
_PEOPLE = (
    ("instructor", "Sample Instructor", "instructor", False),
    ("assistant", "Sample Assistant", "Community TA", False),
    ("learner", "Sample Lærer-Łö", "student", False),
    ("learner2", "Sample Learner 2", "student", False),
    ("learner3", "Sample Learner 3", "student", False),
    ("operator", "Sample Operator", "student", True),
)


def enrol() -> None:
    for username, name, role, is_staff in _PEOPLE:
        user = User.objects.create(
            username=username, email=f"{username}@openedx.example", is_staff=is_staff
        )
        Profile.objects.create(user=user, name=name)
        CourseRole.objects.create(user=user, name="student")
        if role != "student":
            CourseRole.objects.create(user=user, name=role)


def course(_key: Any) -> SimpleNamespace:
    return SimpleNamespace(
        id=COURSE,
        display_name_with_default="Sample course",
        display_org_with_default="SampleX",
        lti_passports=[],
    )


def _roles(user_id: int) -> list[str]:
    return list(CourseRole.objects.filter(user_id=user_id).values_list("name", flat=True))


def course_role(user: Any) -> str:
    """As edx-platform names it: the highest, and nothing of the forum."""
    held = set(_roles(user.id))
    return next((role for role in ("instructor", "staff") if role in held), "student")


def forum_roles(user: Any, _course_key: Any) -> set[str]:
    return set(_roles(user.id)) & set(FORUM_ROLES)


def may_author(user: Any, _course_key: Any) -> bool:
    return user.is_authenticated and course_role(user) in ("instructor", "staff")


def members(_course_key: Any) -> dict[int, dict[str, Any]]:
    """By user id, without the roles of the forum: those the consumer adds itself."""
    return {
        user.id: {
            "id": user.id,
            "username": user.username,
            "email": user.email,
            "name": user.profile.name,
            "roles": [role for role in _roles(user.id) if role not in FORUM_ROLES],
        }
        for user in User.objects.select_related("profile")
    }


def external_id(user: Any) -> str:
    return str(ExternalId.objects.get_or_create(user=user)[0].external_user_id)
