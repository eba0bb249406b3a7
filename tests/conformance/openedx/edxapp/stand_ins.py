"""The modules of edx-platform that the consumer imports, with no more in them than it asks for.

They are there under their real names, so that the consumer's own code runs as it is.
"""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from django.dispatch import Signal


class CourseWaffleFlag:
    """Every experiment is off, as on a new installation."""

    def __init__(self, *_name: str) -> None:
        pass

    def is_enabled(self, *_course: object) -> bool:
        return False


class SignalHandler:
    pre_item_delete = Signal()


class OverEnrollmentLimitException(Exception):
    pass


class ModuleStore:
    def get_item(self, location: Any) -> Any:
        return _later("blocks", "load")(location)

    def update_item(self, block: Any, _user_id: Any) -> Any:
        return block


def _later(module: str, name: str) -> Callable[..., Any]:
    """Ours have models, which are there after django.setup() only."""

    def call(*arguments: Any, **options: Any) -> Any:
        return getattr(__import__(module), name)(*arguments, **options)

    return call


def _yes(*_arguments: object, **_options: object) -> bool:
    return True


class _ExternalIdModule(ModuleType):
    """`ExternalId` is a model, and so read when it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name == "ExternalId":
            from campus.models import ExternalId

            return ExternalId
        raise AttributeError(name)


_MODULES: dict[str, dict[str, Any]] = {
    "openedx.core.djangoapps.waffle_utils": {"CourseWaffleFlag": CourseWaffleFlag},
    "openedx.core.djangoapps.xblock.api": {"load_block": _later("blocks", "load")},
    "openedx.core.lib.cache_utils": {"request_cached": lambda function: function},
    "openedx.core.lib.courses": {
        "get_course_by_id": _later("people", "course"),
        "clean_course_id": lambda _form: None,
    },
    "xmodule.modulestore.django": {"modulestore": ModuleStore, "SignalHandler": SignalHandler},
    "lms.djangoapps.courseware.block_render": {
        "get_block_for_descriptor": lambda **options: options["block"]
    },
    "lms.djangoapps.courseware.access": {"has_access": _yes},
    "lms.djangoapps.courseware.courses": {"check_course_access": _yes},
    "lms.djangoapps.course_api.api": {"get_course_members": _later("people", "members")},
    "lms.djangoapps.course_api.exceptions": {
        "OverEnrollmentLimitException": OverEnrollmentLimitException
    },
    "lms.djangoapps.discussion.django_comment_client.utils": {
        "get_user_role_names": _later("people", "forum_roles")
    },
    "common.djangoapps.student.auth": {"has_studio_write_access": _later("people", "may_author")},
    "common.djangoapps.util.block_utils": {"yield_dynamic_block_descendants": lambda *_: ()},
}


def install() -> None:
    """Before django.setup(), which loads the consumer."""
    for name, members in _MODULES.items():
        vars(_module(name)).update(members)
    external_ids = "openedx.core.djangoapps.external_user_ids.models"
    _add(external_ids, _ExternalIdModule(external_ids))


def _module(name: str) -> ModuleType:
    if name not in sys.modules:
        made = ModuleType(name)
        made.__path__ = []  # a package, as far as the import of what is below goes
        _add(name, made)
    return sys.modules[name]


def _add(name: str, module: ModuleType) -> None:
    sys.modules[name] = module
    parent, _, last = name.rpartition(".")
    if parent:
        setattr(_module(parent), last, module)
