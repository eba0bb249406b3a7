"""Pages for people (a unit with the block in its frame, Studio) and a way in for the tests."""

import html
import json
from datetime import timedelta
from typing import Any

import crum
import people
from blocks import Block, key_of, load
from campus.models import AuthoredBlock, Grade
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from lti_consumer import api
from lti_consumer.models import (
    CourseAllowPIISharingInLTIFlag,
    LtiAgsLineItem,
    LtiAgsScore,
    LtiDlContentItem,
)


def sign_in(request: HttpRequest, username: str) -> HttpResponse:
    login(request, User.objects.get(username=username))
    return HttpResponse("signed in")


def unit(_request: HttpRequest, name: str) -> HttpResponse:
    """As the learner sees it: the block's frame in the course."""
    url = html.escape(load(key_of(name))._get_lti_block_launch_handler())
    frame = f'<iframe title="{name}" src="{url}" width="1000" height="700"></iframe>'
    return HttpResponse(f"<!DOCTYPE html><title>Unit</title><h2>{name}</h2>{frame}")


def start(_request: HttpRequest, name: str) -> HttpResponse:
    """Where the frame of the unit goes."""
    return HttpResponseRedirect(load(key_of(name))._get_lti_block_launch_handler())


def studio(_request: HttpRequest, name: str) -> HttpResponse:
    """As the author sees it: the values to register, and the button that chooses content."""
    block = load(key_of(name))
    return HttpResponse(f"<!DOCTYPE html><title>Studio</title>{block.author_view({}).content}")


def choose(_request: HttpRequest, name: str) -> HttpResponse:
    """Where the button in Studio leads to."""
    data = load(key_of(name)).get_lti_1p3_launch_data()
    return HttpResponseRedirect(api.get_lti_1p3_launch_start_url(data, deep_link_launch=True))


# --- for the tests


@csrf_exempt
def author(request: HttpRequest, name: str) -> HttpResponse:
    """Sets the fields of a block; answers with what Studio then shows to register."""
    found, _ = AuthoredBlock.objects.get_or_create(usage_key=str(key_of(name)))
    found.fields = json.loads(request.body)
    found.save()
    block = load(key_of(name))
    with crum.impersonate(User.objects.get(username="instructor")):
        shown: dict[str, Any] = api.get_lti_1p3_launch_info(block.get_lti_1p3_launch_data())
    return JsonResponse({**shown, "location": str(block.location)})


@csrf_exempt
def share_names(request: HttpRequest) -> HttpResponse:
    CourseAllowPIISharingInLTIFlag.objects.create(
        course_id=people.COURSE, enabled=json.loads(request.body)
    )
    return JsonResponse({})


def who(_request: HttpRequest, username: str) -> HttpResponse:
    return JsonResponse({"sub": people.external_id(User.objects.get(username=username))})


def fields(_request: HttpRequest) -> HttpResponse:
    editable = Block.editable_field_names
    return JsonResponse([Block.fields[name].display_name for name in editable], safe=False)


def gradebook(_request: HttpRequest, name: str) -> HttpResponse:
    """Points by username."""
    grades = Grade.objects.filter(block=str(key_of(name))).select_related("user")
    return JsonResponse({one.user.username: one.points for one in grades})


def scores(_request: HttpRequest, name: str) -> HttpResponse:
    """Line items with the scores they have taken."""
    items = LtiAgsLineItem.objects.filter(lti_configuration__location=key_of(name))
    shown = [
        {
            "label": item.label,
            "maximum": item.score_maximum,
            "resource_id": item.resource_id,
            "resource_link_id": str(item.resource_link_id or ""),
            "scores": {
                one.user_id: [one.score_given, one.score_maximum, one.grading_progress]
                for one in item.scores.all()
            },
        }
        for item in items
    ]
    return JsonResponse(shown, safe=False)


def content(_request: HttpRequest, name: str) -> HttpResponse:
    items = LtiDlContentItem.objects.filter(lti_configuration__location=key_of(name))
    return JsonResponse([item.attributes for item in items], safe=False)


@csrf_exempt
def move_scores(request: HttpRequest, name: str) -> HttpResponse:
    """As if all scores so far had come so many seconds later."""
    seconds = timedelta(seconds=json.loads(request.body))
    for one in LtiAgsScore.objects.filter(line_item__lti_configuration__location=key_of(name)):
        # Not saved in the ordinary way, which would publish the grade once more.
        LtiAgsScore.objects.filter(pk=one.pk).update(timestamp=one.timestamp + seconds)
    return JsonResponse({})


def icon(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


urlpatterns = [
    path("favicon.ico", icon),
    path("api/", include("lti_consumer.plugin.urls", namespace="lti_consumer")),
    path("sign-in/<str:username>", sign_in),
    path("unit/<str:name>", unit),
    path("start/<str:name>", start),
    path("studio/<str:name>", studio),
    path("choose/<str:name>", choose),
    path("test/author/<str:name>", author),
    path("test/share-names", share_names),
    path("test/who/<str:username>", who),
    path("test/fields", fields),
    path("test/gradebook/<str:name>", gradebook),
    path("test/scores/<str:name>", scores),
    path("test/content/<str:name>", content),
    path("test/move-scores/<str:name>", move_scores),
]
