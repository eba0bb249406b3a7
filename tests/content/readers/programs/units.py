"""Open edX's cmi5 block takes a package in, says how its units are launched, and counts what they
tell it. The task: {"package": path, "requests": [{"method", "query", "body"}]}."""

import json
import tempfile
import types
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from reading import answer, named

settings.configure(
    SECRET_KEY="x",
    MEDIA_ROOT=tempfile.mkdtemp(),
    MEDIA_URL="/media/",
    LMS_ROOT_URL="https://lms.example",
)
django.setup()

from openedx_cmi5_xblock.openedx_cmi5_xblock import CMI5XBlock  # noqa: E402
from webob import Request  # noqa: E402
from xblock.fields import ScopeIds  # noqa: E402
from xblock.runtime import DictKeyValueStore, KvsFieldData  # noqa: E402
from xblock.test.tools import TestRuntime  # noqa: E402


def _block(path: str) -> CMI5XBlock:
    runtime = TestRuntime(services={"field-data": KvsFieldData(DictKeyValueStore())})
    block = CMI5XBlock(runtime, scope_ids=ScopeIds("u", "cmi5", "d", "use"))
    # what a course gives its blocks
    block.location = types.SimpleNamespace(block_id="b")
    block.get_erollment_id = lambda: 1
    block.get_credentials = lambda: {"EXTERNAL_LRS_URL": ""}
    file = named(Path(path).read_bytes(), Path(path).name)
    block.update_package_meta(file)
    block.extract_package(file)
    block.update_package_fields()
    return block


def _stored(block: CMI5XBlock) -> list[str]:
    """What it unpacked and would serve."""
    root = Path(block.storage.path(block.extract_folder_path))
    return sorted(
        place.relative_to(root).as_posix() for place in root.rglob("*") if place.is_file()
    )


def _units(task: dict[str, Any]) -> dict[str, Any]:
    block = _block(task["package"])
    grades: list[Any] = []
    completions: list[float] = []
    block.runtime.publish = lambda _block, kind, said: grades.append([kind, said])
    block.emit_completion = completions.append
    for each in task["requests"]:
        request = Request.blank(f"/?{each['query']}", method=each["method"])
        request.body = json.dumps(each["body"]).encode()
        assert block.lrs_endpoint(request, "").status_int in (200, 204)
    return {
        "course": block.course_data,
        "units": block.au_urls,
        "files": _stored(block),
        "launch": block.get_launch_state_data(),
        "status": block.lesson_status,
        "grades": grades,
        "completions": completions,
    }


answer(_units)
