"""/lti/notices/<registration>: what an LMS tells us by itself, such as that a course was copied.

Answers are for machines: 200 when all is taken, else the status of the first notice that is not,
with its reason code. Each notice is judged and kept by itself, so a batch is never lost to one.
"""

import logging
from typing import cast

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from lti.errors import LtiRejected
from lti.ports import PlatformKeys
from lti.tool.notices import MAX_BODY, accept_notice, tokens_of
from tracks.db import Database
from tracks.lms.actions.life_cycle import NoticeStore, note_course_copy
from tracks.lms.rules import NOTICES_PATH
from tracks.lms.stores import (
    FetchedKey,
    KeysAtHand,
    KeysNotAtHand,
    LtiSide,
    NonceStore,
    RegistrationsStore,
)
from tracks.people.guards import requires
from tracks.people.rules import Permission
from tracks.web.requests import new_error_id, now

log = logging.getLogger(__name__)


def add_to(pages: Blueprint) -> None:
    path = NOTICES_PATH.removeprefix("/lti")
    pages.add_url_rule(f"{path}/<id:registration_id>", view_func=notices, methods=["POST"])


@requires(Permission.PUBLIC, own_transactions=True)
def notices(database: Database, _actor: None, registration_id: int) -> ResponseReturnValue:
    try:
        if (request.content_length or 0) > MAX_BODY:
            raise LtiRejected("notices_too_large", f"{request.content_length} bytes")
        tokens = tokens_of(request.stream.read(MAX_BODY + 1))
    except LtiRejected as rejected:
        return _refused(registration_id, rejected)
    refusals = [
        refused
        for token in tokens
        if (refused := _take(database, registration_id, token)) is not None
    ]
    if refusals:
        return _refused(registration_id, refusals[0])
    return jsonify(status="taken")


def _take(database: Database, registration_id: int, token: str) -> LtiRejected | None:
    side = cast(LtiSide, current_app.extensions["tracks.lti"])
    try:
        try:
            _keep(database, registration_id, token, side, KeysAtHand(side.platform_keys))
        except KeysNotAtHand as missing:
            # As with a launch: nothing waits for an LMS while a transaction is open.
            fetched = FetchedKey(side.platform_keys, missing)
            _keep(database, registration_id, token, side, fetched)
    except LtiRejected as rejected:
        return rejected
    return None


def _keep(
    database: Database, registration_id: int, token: str, side: LtiSide, keys: PlatformKeys
) -> None:
    """Raises LtiRejected, and nothing is kept."""
    moment = now()
    with database.writing() as session:
        registrations = RegistrationsStore(session)
        registration = registrations.by_id(registration_id)
        if registration is None:
            raise LtiRejected("notice_not_connected")
        taken = accept_notice(
            token,
            registration,
            registrations=registrations,
            nonces=NonceStore(session),
            seen=NoticeStore(session, moment),
            keys=keys,
            clock=side.clock,
        )
        if taken is not None and taken.context is not None:
            note_course_copy(
                session, taken.deployment.id, taken.context.id, taken.origin_contexts, moment
            )


def _refused(registration_id: int, rejected: LtiRejected) -> Response:
    error_id = new_error_id()
    log.warning(
        "notice.rejected reason=%s rule=%s registration=%s error_id=%s detail=%s",
        rejected.reason,
        rejected.rule,
        registration_id,
        error_id,
        rejected.detail,
    )
    answer = jsonify(status="refused", reason=rejected.reason, error_id=error_id)
    answer.status_code = rejected.status
    return answer
