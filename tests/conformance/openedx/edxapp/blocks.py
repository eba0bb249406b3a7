"""The consumer's own block class in a small XBlock runtime, for the person who asks."""

from typing import Any

import crum
import people
from campus.models import AuthoredBlock, Grade
from django.conf import settings
from lti_consumer.lti_xblock import LtiConsumerXBlock
from lti_consumer.models import CourseAllowPIISharingInLTIFlag
from xblock.field_data import DictFieldData
from xblock.fields import ScopeIds
from xblock.reference.user_service import XBlockUser
from xblock.runtime import MemoryIdManager, Runtime


class Users:
    """XBlock's user service, of the person whose request this is."""

    def get_current_user(self) -> XBlockUser:
        user = crum.get_current_user()
        is_known = bool(user and user.is_authenticated)
        answer = XBlockUser(is_current_user=True)
        answer.opt_attrs["edx-platform.is_authenticated"] = is_known
        if is_known:
            answer.emails, answer.full_name = [user.email], user.profile.name
            answer.opt_attrs |= {
                "edx-platform.user_id": user.id,
                "edx-platform.username": user.username,
                "edx-platform.user_role": people.course_role(user),
                "edx-platform.user_is_staff": user.is_staff,
                "edx-platform.anonymous_user_id": f"anonymous-{user.id}",
                "edx-platform.user_preferences": {"pref-lang": "en"},
            }
        return answer

    def get_external_user_id(self, _type: str) -> str:
        return people.external_id(crum.get_current_user())


class Sharing:
    """Whether names may leave the course at all."""

    configuration = CourseAllowPIISharingInLTIFlag


class Rebind:
    def rebind_noauth_module_to_user(self, _block: Any, _user: Any) -> None:
        pass


class English:
    def ugettext(self, text: str) -> str:
        return text

    gettext = ugettext


class Course(Runtime):
    def __init__(self, fields: dict[str, Any]) -> None:
        ids = MemoryIdManager()
        services = {
            "user": Users(),
            "lti-configuration": Sharing(),
            "rebind_user": Rebind(),
            "i18n": English(),
            "field-data": DictFieldData(fields),
        }
        super().__init__(ids, ids, services=services)

    def publish(self, block: Any, event_type: str, event_data: dict[str, Any]) -> None:
        if event_type == "grade":
            Grade.objects.update_or_create(
                user_id=event_data["user_id"],
                block=str(block.scope_ids.usage_id),
                defaults={"points": event_data["value"], "possible": event_data["max_value"]},
            )

    def handler_url(self, block: Any, handler_name: str, *_rest: str, **_more: Any) -> str:
        return f"{settings.LMS_ROOT_URL}/handler/{block.scope_ids.usage_id}/{handler_name}"

    def resource_url(self, resource: str) -> str:
        return f"{settings.LMS_ROOT_URL}/resource/{resource}"

    def local_resource_url(self, _block: Any, uri: str) -> str:
        return self.resource_url(uri)


class Block(LtiConsumerXBlock):
    """With what edx-platform adds to every block of a course."""

    start = due = graceperiod = None
    graded = True

    @property
    def location(self) -> Any:
        return self.scope_ids.usage_id


def key_of(name: str) -> Any:
    return people.COURSE.make_usage_key("lti_consumer", name)


def load(location: Any) -> Block:
    """Raises ValueError for one that nobody authored, as the module store does."""
    found = AuthoredBlock.objects.filter(usage_key=str(location)).first()
    if found is None:
        raise ValueError(f"no block {location}")
    fields = dict(found.fields)
    ids = ScopeIds("somebody", "lti_consumer", location, location)
    return Block(Course(fields), DictFieldData(fields), ids)
