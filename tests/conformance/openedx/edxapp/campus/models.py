"""What edx-platform keeps and the consumer reads: names, roles, ids, grades, authored blocks."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models


class Profile(models.Model):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, related_name="profile", on_delete=models.CASCADE
    )
    name = models.CharField(max_length=255)


class CourseRole(models.Model):
    """`name`: student, staff or instructor; or a role in the course's forum."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=50)


class ExternalIds(models.Manager["ExternalId"]):
    def get(self, *arguments: Any, **wanted: Any) -> "ExternalId":
        wanted.pop("external_id_type__name", None)  # LTI's are the only ones here
        return super().get(*arguments, **wanted)


class ExternalId(models.Model):
    """Whom the consumer says a person is: one id for the whole platform."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    external_user_id = models.UUIDField(default=uuid.uuid4, unique=True)
    objects = ExternalIds()

    @classmethod
    def batch_get_or_create_user_ids(
        cls, users: Iterable[Any], _type: str
    ) -> "dict[int, ExternalId]":
        return {user.id: cls.objects.get_or_create(user=user)[0] for user in users}


class Grade(models.Model):
    """The newest grade of a person in a block, in the block's points."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    block = models.CharField(max_length=255)
    points = models.FloatField(null=True)
    possible = models.FloatField(null=True)

    class Meta:
        unique_together = (("user", "block"),)


class AuthoredBlock(models.Model):
    """The fields that an author has set, as the module store would hold them."""

    usage_key = models.CharField(max_length=255, unique=True)
    fields = models.JSONField(default=dict)
