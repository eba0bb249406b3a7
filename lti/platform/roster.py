from typing import Any

from lti.platform.endpoints import Method, answer_of, check_request, page_of, refusal
from lti.platform.library import (
    Context,
    NamesRoleProvisioningService,
    ParsedRequest,
    PlatformConf,
    ServiceRefused,
)
from lti.platform.members import Member, Roster
from lti.platform.registration import SCOPE_MEMBERS_READ, Platform
from lti.platform.service_messages import ServiceAnswer, ServiceRequest

MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_METHODS = {
    "GET": Method(
        "handle_get_members",
        frozenset({SCOPE_MEMBERS_READ}),
        accept=MEMBERS,
        filters=frozenset({"rlid", "role"}),
    )
}


def answer_memberships(
    platform: Platform, roster: Roster, request: ServiceRequest, *, memberships_url: str
) -> ServiceAnswer:
    try:
        checked = check_request(platform, request, _METHODS)
    except ServiceRefused as refused:
        return refusal(refused)
    conf = PlatformConf(registration=platform.registration, key=platform.key)
    conf.accept(checked.token)
    service = _LibraryRoster(
        request=ParsedRequest(checked.for_library),
        platform_config=conf,
        context_memberships_url=memberships_url,
    )
    service.roster = roster
    return answer_of(service.handle_resp(service.handle_get_members))


class _LibraryRoster(NamesRoleProvisioningService):  # type: ignore[misc]  # no types in the library
    roster: Roster

    def get_member_data_page(
        self,
        page: int = 1,
        limit: int | None = None,
        role: str | None = None,
        since: str | None = None,
        rlid: str | None = None,  # the library passes it on after its own check
    ) -> dict[str, Any]:
        members = [m for m in self.roster.members() if role is None or _has_role(m, role)]
        return page_of([_document(member) for member in members], page, limit)

    def get_context_by_id(self) -> Context:
        roster = self.roster
        return Context(id=roster.context_id, label=roster.context_label, title=roster.context_title)

    def is_resource_link_valid(self, context_id: str, resource_link_id: str) -> bool:
        return self.roster.has_link(resource_link_id)


def _has_role(member: Member, role: str) -> bool:
    """NRPS §2.4.1 allows the short name of a context role for its URI."""
    return any(role in (uri, uri.rpartition("#")[2]) for uri in member.roles)


def _document(member: Member) -> dict[str, Any]:
    document = {
        "status": "Active",
        "user_id": member.user_id,
        "roles": list(member.roles),
        "name": member.name,
        "email": member.email,
    }
    return {name: value for name, value in document.items() if value is not None}
