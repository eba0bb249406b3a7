from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lti.platform.endpoints import Method, answer_of, check_request, page_of, refusal
from lti.platform.gradebook import Gradebook, LineItem, LineItemDraft, Recorded
from lti.platform.library import (
    AssignmentsGradesService,
    LineItemNotFoundException,
    ParsedRequest,
    PlatformConf,
    ServiceRefused,
    UpdateScoreStatus,
)
from lti.platform.registration import (
    SCOPE_LINE_ITEM,
    SCOPE_LINE_ITEM_READ,
    SCOPE_RESULT_READ,
    SCOPE_SCORE,
    Platform,
    TimestampRule,
)
from lti.platform.service_messages import ServiceAnswer, ServiceRequest
from lti.platform.wire import line_item_document, read_line_item, read_score, result_document

LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE = "application/vnd.ims.lis.v1.score+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"

# The library lets any AGS scope open every AGS endpoint: here each method has its own.
_WRITE = frozenset({SCOPE_LINE_ITEM})
_READ = frozenset({SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ})
_CONTAINER_METHODS = {
    "GET": Method(
        "handle_get_lineitems",
        _READ,
        accept=LINE_ITEMS,
        filters=frozenset({"resource_link_id", "resource_id", "tag"}),
    ),
    "POST": Method("handle_create_lineitem", _WRITE, content=LINE_ITEM),
}
_ITEM_METHODS = {
    "GET": Method("handle_get_lineitem", _READ, accept=LINE_ITEM),
    "PUT": Method("handle_update_lineitem", _WRITE, content=LINE_ITEM),
    "DELETE": Method("handle_delete_lineitem", _WRITE),
}
_SCORE_METHODS = {"POST": Method("handle_update_score", frozenset({SCOPE_SCORE}), content=SCORE)}
_RESULT_METHODS = {
    "GET": Method(
        "handle_get_results",
        frozenset({SCOPE_RESULT_READ}),
        accept=RESULTS,
        filters=frozenset({"user_id"}),
    )
}


class GradeService:
    """The AGS endpoints of one context. `line_items_url` has no query and no trailing slash."""

    def __init__(self, platform: Platform, gradebook: Gradebook, line_items_url: str) -> None:
        self._platform = platform
        self._gradebook = gradebook
        self._url = line_items_url

    def line_items(self, request: ServiceRequest) -> ServiceAnswer:
        return self._serve(request, _CONTAINER_METHODS, None)

    def line_item(self, request: ServiceRequest, line_item_id: str) -> ServiceAnswer:
        return self._serve(request, _ITEM_METHODS, line_item_id)

    def scores(self, request: ServiceRequest, line_item_id: str) -> ServiceAnswer:
        return self._serve(request, _SCORE_METHODS, line_item_id)

    def results(self, request: ServiceRequest, line_item_id: str) -> ServiceAnswer:
        return self._serve(request, _RESULT_METHODS, line_item_id)

    def _serve(
        self, request: ServiceRequest, methods: Mapping[str, Method], line_item_id: str | None
    ) -> ServiceAnswer:
        try:
            checked = check_request(self._platform, request, methods)
        except ServiceRefused as refused:
            return refusal(refused)
        conf = PlatformConf(registration=self._platform.registration, key=self._platform.key)
        conf.accept(checked.token)
        service = _LibraryGrades(
            request=ParsedRequest(checked.for_library),
            platform_config=conf,
            lineitems_url=self._url,
            lineitem_url=f"{self._url}/{line_item_id}" if line_item_id else None,
        )
        service.gradebook = self._gradebook
        service.timestamps = self._platform.rules.timestamps
        named = {"line_item_id": line_item_id} if line_item_id else {}
        return answer_of(service.handle_resp(getattr(service, checked.method.handler), **named))


class _LibraryGrades(AssignmentsGradesService):  # type: ignore[misc]  # the library has no types
    """The hooks that the library's handlers call."""

    gradebook: Gradebook
    timestamps: TimestampRule

    def find_lineitems(
        self,
        page: int = 1,
        limit: int | None = None,
        line_item_id: str | None = None,
        resource_link_id: str | None = None,
        resource_id: str | None = None,
        tag: str | None = None,
    ) -> dict[str, Any]:
        wanted = [
            self._document(item)
            for item in self.gradebook.line_items()
            if resource_link_id in (None, item.draft.resource_link_id)
            and resource_id in (None, item.draft.resource_id)
            and tag in (None, item.draft.tag)
        ]
        return page_of(wanted, page, limit)

    def find_lineitem(self, line_item_id: str) -> dict[str, Any]:
        return self._document(self._line_item(line_item_id))

    def create_lineitem(self, creation_data: Mapping[str, Any]) -> dict[str, Any]:
        draft = read_line_item(creation_data)
        if draft.resource_link_id and not self.gradebook.has_link(draft.resource_link_id):
            raise ServiceRefused(400, "resourceLinkId is not a link of this context")
        return self._document(self.gradebook.add_line_item(draft))

    def update_lineitem(self, update_data: Mapping[str, Any]) -> dict[str, Any]:
        old, draft = self._line_item(update_data["id"]), read_line_item(update_data)
        self._check_unmoved(old, draft)
        changed = LineItem(old.id, draft)
        self.gradebook.change_line_item(changed)
        return self._document(changed)

    def delete_lineitem(self, line_item_id: str) -> None:
        self.gradebook.drop_line_item(self._line_item(line_item_id).id)

    def update_score(self, line_item_id: str, score: Mapping[str, Any]) -> UpdateScoreStatus:
        item, received = self._line_item(line_item_id), read_score(score)
        if not self.gradebook.is_graded(received.user_id):
            raise ServiceRefused(400, "userId is nobody who gets grades in this context")
        outcome = self.gradebook.record_score(item.id, received, self._is_stale)
        if outcome is Recorded.STALE:
            raise ServiceRefused(self.timestamps.status, "a score as late or later is kept")
        is_new = outcome is Recorded.NEW
        return UpdateScoreStatus.CREATED if is_new else UpdateScoreStatus.SUCCESS

    def get_results(
        self,
        line_item_id: str,
        page: int = 1,
        limit: int | None = None,
        user_id: str | None = None,
    ) -> dict[str, Any]:
        item = self._line_item(line_item_id)
        wanted = [
            result_document(recorded, item, self._item_url(item))
            for recorded in self.gradebook.scores(item.id)
            if user_id in (None, recorded.score.user_id)
        ]
        return page_of(wanted, page, limit)

    def _line_item(self, line_item_id: str) -> LineItem:
        item = self.gradebook.line_item(line_item_id)
        if item is None:
            raise LineItemNotFoundException
        return item

    def _is_stale(self, kept: datetime, new: datetime) -> bool:
        if self.timestamps is TimestampRule.MOODLE:
            return int(kept.timestamp()) >= int(new.timestamp())
        return kept >= new

    def _item_url(self, item: LineItem) -> str:
        return f"{self.ags.lineitems_url}/{item.id}"

    def _document(self, item: LineItem) -> dict[str, Any]:
        return line_item_document(item, self._item_url(item))

    @staticmethod
    def _check_unmoved(old: LineItem, draft: LineItemDraft) -> None:
        """A grade must not move to another link (the class of CVE-2023-23611)."""
        if draft.resource_link_id != old.draft.resource_link_id:
            raise ServiceRefused(400, "resourceLinkId of a line item never changes")
