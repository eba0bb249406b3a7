"""Every route stands here with what it asks for; a new one fails until it does (check 13)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import insert

from tests.factories.tool import BASE_URL, Tool
from tracks.organisation.rules import SCOPES, Scope
from tracks.people.actions import grant_role
from tracks.people.models import team as team_table
from tracks.people.models import team_school
from tracks.people.rules import BY_OWN_LOGIN, GIVES, Permission, Role

NONE = "999999"  # the number of nothing
# Opened by a secret besides: a wrong one is refused to everybody, whatever their role.
SECRET = {"/select/<secret>", "/select/<secret>/cancel"}

ROUTES = {
    ("/", "GET"): Permission.PUBLIC,
    ("/accessibility", "GET"): Permission.PUBLIC,
    ("/accessibility/feedback", "GET"): Permission.PUBLIC,
    ("/accessibility/feedback", "POST"): Permission.PUBLIC,
    ("/accounts", "GET"): Permission.KNOWN,
    ("/accounts", "POST"): Permission.KNOWN,
    ("/audit", "GET"): Permission.SEE_AUDIT,
    ("/audit/affected", "GET"): Permission.SEE_AUDIT,
    ("/audit/affected", "POST"): Permission.SEE_AUDIT,
    ("/audit/export", "POST"): Permission.SEE_AUDIT,
    ("/authoring", "GET"): Permission.WRITE_TRACKS,
    ("/authoring", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/-/git", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/-/git", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/-/join", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/-/join", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/links", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/links", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/people", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/people", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/about", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/about", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/changes", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/history", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/history/<id:change>", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/history/<id:change>", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/merge", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/merge", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/preview", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/published", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/steps", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/steps", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/translation", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/translation", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/translate", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/export", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/export", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/media", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/media", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/media/<name>", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/publish", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/publish", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/remarks", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/remarks", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/zip", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/import", "POST"): Permission.WRITE_TRACKS,
    ("/authors", "GET"): Permission.PUBLIC,
    ("/authors", "POST"): Permission.OWN_WORK,
    ("/authors/feed.atom", "GET"): Permission.PUBLIC,
    ("/catalogue", "GET"): Permission.PUBLIC,
    ("/catalogue/<publisher>/<track>", "GET"): Permission.PUBLIC,
    ("/catalogue/<publisher>/<track>/<module>", "GET"): Permission.PUBLIC,
    ("/catalogue/expiring", "GET"): Permission.WRITE_TRACKS,
    ("/catalogue/feed.atom", "GET"): Permission.PUBLIC,
    ("/catalogue/uses", "GET"): Permission.WRITE_TRACKS,
    ("/connect/<token>", "GET POST"): Permission.PUBLIC,
    ("/courses/<id:course_id>", "GET"): Permission.OWN_WORK,
    ("/courses/<id:course_id>/fetch", "POST"): Permission.OWN_WORK,
    ("/courses/<id:course_id>/held", "POST"): Permission.OWN_WORK,
    ("/courses/<id:course_id>/progress", "POST"): Permission.OWN_WORK,
    ("/chain", "GET"): Permission.SEE_BRANCH,
    ("/chain/needs", "POST"): Permission.SEE_BRANCH,
    ("/chain/notes", "POST"): Permission.SEE_BRANCH,
    ("/chain/<id:note_id>/answer", "POST"): Permission.SEE_BRANCH,
    ("/chain/<id:note_id>/take-back", "POST"): Permission.SEE_BRANCH,
    ("/coverage", "GET"): Permission.SEE_BRANCH,
    ("/coverage/<id:school_id>/invite", "POST"): Permission.GIVE_ROLES,
    ("/devices", "GET"): Permission.SEE_MUNICIPALITY,
    ("/devices/import", "GET"): Permission.ORGANISE,
    ("/devices/import", "POST"): Permission.ORGANISE,
    ("/devices/list.csv", "GET"): Permission.ORGANISE,
    ("/files/<file_id>", "GET"): Permission.OWN_WORK,
    ("/files/<file_id>/remove", "POST"): Permission.OWN_WORK,
    ("/gradebook/<id:track_id>", "GET"): Permission.OWN_WORK,
    ("/gradebook/<id:track_id>", "POST"): Permission.OWN_WORK,
    ("/healthz", "GET"): Permission.PUBLIC,
    ("/help", "GET"): Permission.PUBLIC,
    ("/imports", "GET"): Permission.ORGANISE,
    ("/imports", "POST"): Permission.ORGANISE,
    ("/imports/<id:import_id>", "GET"): Permission.ORGANISE,
    ("/imports/<id:import_id>/apply", "POST"): Permission.ORGANISE,
    ("/imports/<id:import_id>/columns", "GET"): Permission.ORGANISE,
    ("/imports/<id:import_id>/columns", "POST"): Permission.ORGANISE,
    ("/imports/<id:import_id>/faults.csv", "GET"): Permission.ORGANISE,
    ("/imports/<id:import_id>/throw-away", "POST"): Permission.ORGANISE,
    ("/imports/notices/<token>", "POST"): Permission.PUBLIC,  # its end is a secret
    ("/imports/service", "GET"): Permission.ORGANISE,
    ("/imports/service", "POST"): Permission.ORGANISE,
    ("/imports/service/fetch", "POST"): Permission.ORGANISE,
    ("/imports/service/remove", "POST"): Permission.ORGANISE,
    ("/invitation", "GET"): Permission.PUBLIC,
    ("/invitation", "POST"): Permission.KNOWN,
    ("/invitation/<code>", "GET"): Permission.PUBLIC,
    ("/invitations", "GET"): Permission.GIVE_ROLES,
    ("/invitations", "POST"): Permission.GIVE_ROLES,
    ("/invitations/<id:invitation_id>/end", "POST"): Permission.GIVE_ROLES,
    ("/language", "POST"): Permission.KNOWN,
    ("/device", "POST"): Permission.KNOWN,
    ("/teaching", "GET"): Permission.KNOWN,
    ("/teaching", "POST"): Permission.KNOWN,
    ("/lms", "GET"): Permission.CONNECT_LMS,
    ("/lms/<id:registration_id>/check", "GET"): Permission.CONNECT_LMS,
    ("/lms/<id:registration_id>/check", "POST"): Permission.CONNECT_LMS,
    ("/lms/<id:registration_id>/deployments", "POST"): Permission.CONNECT_LMS,
    ("/lms/<id:registration_id>/hosts", "POST"): Permission.CONNECT_LMS,
    ("/lms/<id:registration_id>/numbers", "POST"): Permission.CONNECT_LMS,
    ("/lms/<id:registration_id>/scores", "POST"): Permission.CONNECT_LMS,
    ("/lms/invitations", "POST"): Permission.CONNECT_LMS,
    ("/lms/requests/<id:request_id>", "POST"): Permission.CONNECT_LMS,
    ("/lti/canvas.json", "GET"): Permission.PUBLIC,
    ("/lti/jwks.json", "GET"): Permission.PUBLIC,
    ("/lti/launch", "POST"): Permission.PUBLIC,
    ("/lti/launch/check", "POST"): Permission.PUBLIC,
    ("/lti/launch/open", "POST"): Permission.PUBLIC,
    ("/lti/login", "GET POST"): Permission.PUBLIC,
    ("/lti/notices/<id:registration_id>", "POST"): Permission.PUBLIC,
    ("/lti/register", "GET"): Permission.PUBLIC,
    ("/media/<id:version_id>/<path:name>", "GET"): Permission.PUBLIC,
    ("/municipality", "GET"): Permission.SEE_MUNICIPALITY,
    ("/municipality/privacy", "GET"): Permission.PROTECT_DATA,
    ("/municipality/privacy", "POST"): Permission.PROTECT_DATA,
    ("/municipality/privacy/agreement", "POST"): Permission.PROTECT_DATA,
    ("/municipality/privacy/agreement/end", "POST"): Permission.PROTECT_DATA,
    ("/municipality/privacy/annex", "GET"): Permission.PROTECT_DATA,
    ("/municipality/privacy/everything", "GET"): Permission.TAKE_OUT,
    ("/municipality/privacy/everything/copy", "POST"): Permission.TAKE_OUT,
    ("/municipality/privacy/everything/download", "POST"): Permission.TAKE_OUT,
    ("/municipality/privacy/everything/end", "POST"): Permission.TAKE_OUT,
    ("/municipality/privacy/everything/stop", "POST"): Permission.TAKE_OUT,
    ("/municipality/privacy/record", "GET"): Permission.PROTECT_DATA,
    ("/municipality/privacy/request", "GET"): Permission.PROTECT_DATA,
    ("/municipality/privacy/request", "POST"): Permission.PROTECT_DATA,
    ("/municipality/sign-in", "GET"): Permission.CONNECT_LMS,
    ("/municipality/sign-in", "POST"): Permission.CONNECT_LMS,
    ("/oai", "GET POST"): Permission.PUBLIC,
    ("/people", "GET"): Permission.GIVE_ROLES,
    ("/people/without-school", "GET"): Permission.ORGANISE,
    ("/people/without-school", "POST"): Permission.ORGANISE,
    ("/people/<id:person_id>", "GET"): Permission.GIVE_ROLES,
    ("/people/<id:person_id>", "POST"): Permission.GIVE_ROLES,
    ("/people/<id:person_id>/code", "POST"): Permission.ORGANISE,
    ("/people/<id:person_id>/door", "POST"): Permission.ORGANISE,
    ("/people/<id:person_id>/unit", "POST"): Permission.ORGANISE,
    ("/people/<id:person_id>/roles/<id:grant_id>", "POST"): Permission.GIVE_ROLES,
    ("/privacy", "GET"): Permission.KNOWN,
    ("/privacy/<id:person_id>/<seal>", "GET"): Permission.KNOWN,
    ("/privacy/correct", "POST"): Permission.KNOWN,
    ("/privacy/delete", "GET"): Permission.KNOWN,
    ("/privacy/delete", "POST"): Permission.KNOWN,
    ("/privacy/export", "POST"): Permission.KNOWN,
    ("/privacy/notice", "GET"): Permission.PUBLIC,
    ("/r/<path:address>", "GET"): Permission.PUBLIC,
    ("/r/<publisher>/<track>/<module>/<step>", "GET"): Permission.PUBLIC,
    ("/r/<publisher>/<track>/<module>/<step>", "POST"): Permission.OWN_WORK,
    ("/r/<publisher>/<track>/<module>/<step>/event.ics", "GET"): Permission.PUBLIC,
    ("/t/<publisher>/<track>/<module>/<step>/event.ics", "GET"): Permission.OWN_WORK,
    ("/r/<publisher>/<track>/<module>/<step>/sheet.xlsx", "GET"): Permission.PUBLIC,
    ("/t/<publisher>/<track>/<module>/<step>/sheet.xlsx", "GET"): Permission.OWN_WORK,
    ("/review/<id:link_id>/<id:person_id>/<seal>", "GET"): Permission.KNOWN,
    ("/robots.txt", "GET"): Permission.PUBLIC,
    ("/roles", "GET"): Permission.SEE_ROLES,
    ("/school", "GET"): Permission.KNOWN,
    ("/school", "POST"): Permission.KNOWN,
    ("/schools/<id:school_id>", "GET"): Permission.SEE_SCHOOL_NUMBERS,
    ("/schools/<id:school_id>/devices", "GET"): Permission.SEE_SCHOOL_NUMBERS,
    ("/schools/<id:school_id>/devices/edit", "GET"): Permission.DESCRIBE_SCHOOL,
    ("/schools/<id:school_id>/devices/edit", "POST"): Permission.DESCRIBE_SCHOOL,
    ("/schools/<id:school_id>/support", "GET"): Permission.SEE_SCHOOL_NUMBERS,
    ("/schools/<id:school_id>/support/check", "GET"): Permission.DESCRIBE_SCHOOL,
    ("/schools/<id:school_id>/support/check", "POST"): Permission.DESCRIBE_SCHOOL,
    ("/schools/<id:school_id>/support/edit", "GET"): Permission.DESCRIBE_SCHOOL,
    ("/schools/<id:school_id>/support/edit", "POST"): Permission.DESCRIBE_SCHOOL,
    ("/select/<secret>", "GET"): Permission.KNOWN,
    ("/select/<secret>", "POST"): Permission.KNOWN,
    ("/select/<secret>/cancel", "POST"): Permission.KNOWN,
    ("/settings", "GET"): Permission.ORGANISE,
    ("/settings", "POST"): Permission.ORGANISE,
    ("/sign-in", "GET"): Permission.PUBLIC,
    ("/sign-in/back", "GET"): Permission.PUBLIC,
    ("/sign-in/code", "GET"): Permission.PUBLIC,
    ("/sign-in/code", "POST"): Permission.PUBLIC,
    ("/sign-in/ended", "POST"): Permission.PUBLIC,  # a login service's signature
    ("/sign-in/join", "GET"): Permission.PUBLIC,
    ("/sign-in/join", "POST"): Permission.PUBLIC,
    ("/sign-in/link/<token>", "GET"): Permission.PUBLIC,
    ("/sign-in/link/<token>", "POST"): Permission.PUBLIC,
    ("/sign-in/passkey", "POST"): Permission.PUBLIC,
    ("/sign-in/with/<id:service_id>", "GET"): Permission.PUBLIC,
    ("/sign-ins", "GET"): Permission.KNOWN,
    ("/sign-ins", "POST"): Permission.KNOWN,
    ("/sign-out", "POST"): Permission.KNOWN,
    ("/signed-out", "GET"): Permission.PUBLIC,
    ("/signed-out/there", "GET"): Permission.PUBLIC,
    ("/sitemap.xml", "GET"): Permission.PUBLIC,
    ("/spreaders", "GET"): Permission.KNOWN,
    ("/support", "GET"): Permission.SEE_MUNICIPALITY,
    ("/t/<publisher>/<track>", "GET"): Permission.PUBLIC,
    ("/git/<publisher>.git/git-receive-pack", "POST"): Permission.PUBLIC,  # asks for a token
    ("/git/<publisher>.git/git-upload-pack", "POST"): Permission.PUBLIC,
    ("/git/<publisher>.git/info/refs", "GET"): Permission.PUBLIC,
    ("/t/<publisher>/<track>/-/changes", "GET"): Permission.OWN_WORK,
    ("/t/<publisher>/<track>/-/changes", "POST"): Permission.OWN_WORK,
    ("/t/<publisher>/<track>/-/follow", "POST"): Permission.OWN_WORK,
    ("/t/<publisher>/<track>/<module>", "GET"): Permission.PUBLIC,
    ("/t/<publisher>/<track>/<module>/-/open", "POST"): Permission.LEAD,
    ("/t/<publisher>/<track>/<module>/-/remarks", "GET"): Permission.OWN_WORK,
    ("/t/<publisher>/<track>/<module>/-/remarks", "POST"): Permission.OWN_WORK,
    ("/t/<publisher>/<track>/<module>/<step>", "GET"): Permission.OWN_WORK,
    ("/t/<publisher>/<track>/<module>/<step>", "POST"): Permission.OWN_WORK,
    ("/t/<publisher>/<track>/<module>/together/<letter>", "GET"): Permission.LEAD,
    ("/t/<publisher>/<track>/<module>/together/<letter>", "POST"): Permission.LEAD,
    ("/t/<publisher>/<track>/<module>/together/<letter>/me", "POST"): Permission.OWN_WORK,
    ("/t/<publisher>/<track>/continue", "GET"): Permission.OWN_WORK,
    ("/teams", "GET"): Permission.ORGANISE,
    ("/teams", "POST"): Permission.ORGANISE,
    ("/teams/<id:team_id>", "GET"): Permission.ORGANISE,
    ("/teams/<id:team_id>", "POST"): Permission.ORGANISE,
    ("/units", "GET"): Permission.SEE_MUNICIPALITY,
    ("/units/<id:school_id>", "GET"): Permission.ORGANISE,
    ("/units/<id:school_id>", "POST"): Permission.ORGANISE,
    ("/units/<id:school_id>/close", "GET"): Permission.ORGANISE,
    ("/units/<id:school_id>/close", "POST"): Permission.ORGANISE,
    ("/units/<id:school_id>/open", "POST"): Permission.ORGANISE,
    ("/units/<id:school_id>/split", "GET"): Permission.ORGANISE,
    ("/units/<id:school_id>/split", "POST"): Permission.ORGANISE,
    ("/units/merge", "GET"): Permission.ORGANISE,
    ("/units/merge", "POST"): Permission.ORGANISE,
    ("/units/new", "GET"): Permission.ORGANISE,
    ("/units/new", "POST"): Permission.ORGANISE,
}
PLACE = {
    "course_id": "1",
    "publisher": "sample",
    "track": "maaling",
    "module": "enheter",
    "step": "les",
    "letter": "B",
    "file_id": "0" * 32,
    "version_id": "1",
    "name": "none.png",
    "address": "sample/maaling",
    "secret": "none",
    "link_id": "1",
    "track_id": "1",
    "person_id": "1",
    "seal": "0" * 64,
    "token": "none",
    "registration_id": "1",
    "file": "track.nb.md",
    "change": "1",
    "import_id": "1",
    "note_id": "1",
    "team_id": "1",
    "grant_id": "1",
    "invitation_id": "1",
    "code": "22222-22222",
    "request_id": "1",
    "service_id": "1",
}
# Opened by an LMS: a signature or an invitation in them says yes or no.
SIGNED_BY_THE_LMS = {"/lti/login", "/lti/launch", "/lti/register"}
# Opened by git: a token in the password's place says yes or no (authoring/test_git.py).
BY_TOKEN = "/git/"


def routes_of(tool: Tool) -> dict[tuple[str, str], Permission]:
    found = {}
    for rule in tool.app.url_map.iter_rules():
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        requires = tool.app.view_functions[rule.endpoint].requires  # type: ignore[attr-defined]
        found[rule.rule, methods] = Permission(requires)
    return found


def test_every_route_asks_for_what_stands_here(tool: Tool):
    assert routes_of(tool) == ROUTES


def filled(path: str, place: Mapping[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: place[part[1]], path)


def test_no_public_route_sets_a_cookie(tool: Tool):
    """But the doors of an LMS, which begin a sign-in."""
    seen = []
    for (path, methods), permission in ROUTES.items():
        if permission is not Permission.PUBLIC or path.startswith("/lti/"):
            continue
        path = filled(path, PLACE)
        for method in set(methods.split()) & {"GET", "POST"}:
            answer = tool.client().open(path, method=method, base_url=BASE_URL)
            assert "Set-Cookie" not in answer.headers, (path, method)
            seen.append(path)
    assert {"/catalogue/sample/maaling", "/r/sample/maaling/enheter/les", "/oai"} <= set(seen)


def is_of_an_lms(path: str) -> bool:
    """A signature, an invitation or the address itself says yes or no; or, for git, a token."""
    by_others = ("/lti/", "/connect/", "/imports/notices/", "/sign-in/ended", BY_TOKEN)
    return path.startswith(by_others)


def everybody(tool: Tool, sub: str = "") -> dict[str, FlaskClient]:
    """A browser of each role, at a school or for the municipality, and one of nobody.

    Who has a role that is given here has no other: they have not said which school is theirs.
    """
    found = {"nobody": tool.client()}
    now = datetime.now(UTC)
    with tool.database.writing() as session:
        team = session.execute(
            insert(team_table)
            .values(municipality_id=tool.municipality_id, name=f"Sample team {sub}")
            .returning(team_table.c.id)
        ).scalar_one()
        session.execute(
            insert(team_school).values(
                team_id=team, school_id=tool.school_id, municipality_id=tool.municipality_id
            )
        )
    for role in Role:
        name = f"{sub}{role.value}"
        by_launch = role in (Role.TEACHER, Role.LEADER)
        found[role.value] = tool.launch(sub=name, school=by_launch, leads=role is Role.LEADER)
        if by_launch or role is Role.NEWCOMER:
            continue
        scope = SCOPES[role]
        if BY_OWN_LOGIN & GIVES[role]:
            tool.logs_in(found[role.value], name)
        with tool.database.writing() as session:
            grant_role(
                session,
                person_id=tool.person_id(name),
                municipality_id=tool.municipality_id,
                role=role,
                school_id=tool.school_id if scope is Scope.SCHOOL else None,
                team_id=team if scope is Scope.TEAM else None,
                now=now,
            )
    return found


def opens(who: str) -> set[Permission]:
    """By the one table; the decision that people read is compared with it in tests/docs."""
    if who == "nobody":
        return {Permission.PUBLIC}
    roles = {Role(who)} if who in ("teacher", "leader") else {Role(who), Role.NEWCOMER}
    return {Permission.PUBLIC, Permission.KNOWN}.union(*(GIVES[role] for role in roles))


def test_every_role_reads_its_pages_and_no_others(tool: Tool):
    """All routes, all roles (check 13): a new role or a new route is in it by itself."""
    clients = everybody(tool)
    place = {**PLACE, "school_id": str(tool.school_id)}
    refused = {}
    expected = {}
    for (path, methods), permission in ROUTES.items():
        if "GET" not in methods or path in SIGNED_BY_THE_LMS or path.startswith(BY_TOKEN):
            continue
        for who, client in clients.items():
            status = tool.get(client, filled(path, place)).status_code
            assert status < 500, (who, path)
            refused[who, path] = status in (401, 403)
            expected[who, path] = permission not in opens(who)

    assert len(clients) == len(Role) + 1
    assert refused == expected


def test_every_role_sends_its_forms_and_no_others(tool: Tool):
    """With a form of their own sign-in, and nothing in it. Signing out comes last."""
    clients = everybody(tool)
    tokens = {who: tool.form_token(c) for who, c in clients.items() if who != "nobody"}
    place = {**PLACE, **dict.fromkeys(("registration_id", "course_id", "track_id"), NONE)}
    place |= {"school_id": str(tool.school_id), "person_id": NONE, "request_id": NONE}
    refused = {}
    expected = {}
    for (path, methods), permission in sorted(ROUTES.items(), key=lambda r: r[0][0] == "/sign-out"):
        if "POST" not in methods or is_of_an_lms(path) or path in SECRET:
            continue
        for who, client in clients.items():
            answer = client.post(
                filled(path, place),
                data={"form_token": tokens.get(who, "")},
                base_url=BASE_URL,
                headers={"Origin": BASE_URL},
            )
            assert answer.status_code < 500, (who, path)
            refused[who, path] = answer.status_code in (401, 403)
            expected[who, path] = permission not in opens(who)

    assert refused == expected


def test_no_form_is_taken_without_its_token_or_by_another_method(tool: Tool):
    clients = everybody(tool)
    place = {**PLACE, "school_id": str(tool.school_id)}
    for path, methods in ROUTES:
        if is_of_an_lms(path):
            continue
        here = filled(path, place)
        for method in ("PUT", "PATCH", "DELETE"):
            answer = clients["administrator"].open(here, method=method, base_url=BASE_URL)
            assert answer.status_code == 405, (method, path)
        # OAI-PMH reads by POST, too: nothing is written, and everybody may.
        if "POST" in methods and path != "/oai":
            for who, client in clients.items():
                answer = client.post(here, data={"form_token": "0" * 64}, base_url=BASE_URL)
                # The form without a sender has no token: an empty one is refused as empty, and few
                # are taken an hour from one place, whoever sends them.
                held_up = {400, 429} if path == "/accessibility/feedback" else set()
                assert answer.status_code in {401, 403} | held_up, (who, path)
