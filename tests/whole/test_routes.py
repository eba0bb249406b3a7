"""Every route stands here with what it asks for; a new one fails until it does (check 13)."""

from datetime import UTC, datetime

from tests.factories.tool import BASE_URL, Tool
from tracks.people.actions import grant_role
from tracks.people.guards import Permission
from tracks.people.rules import Role

ROUTES = {
    ("/", "GET"): Permission.PUBLIC,
    ("/authoring", "GET"): Permission.WRITE_TRACKS,
    ("/authoring", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/about", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/about", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/translate", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/changes", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/history", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/history/<id:change>", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/history/<id:change>", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/merge", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/merge", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/<file>/preview", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/media", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/media", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/media/<name>", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/publish", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/publish", "POST"): Permission.WRITE_TRACKS,
    ("/authoring/<track>/zip", "GET"): Permission.WRITE_TRACKS,
    ("/authoring/import", "POST"): Permission.WRITE_TRACKS,
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
    ("/files/<file_id>", "GET"): Permission.OWN_WORK,
    ("/files/<file_id>/remove", "POST"): Permission.OWN_WORK,
    ("/gradebook/<id:track_id>", "GET"): Permission.OWN_WORK,
    ("/gradebook/<id:track_id>", "POST"): Permission.OWN_WORK,
    ("/healthz", "GET"): Permission.PUBLIC,
    ("/help", "GET"): Permission.PUBLIC,
    ("/language", "POST"): Permission.KNOWN,
    ("/lms", "GET"): Permission.CONNECT_LMS,
    ("/lms/<id:registration_id>/check", "GET"): Permission.CONNECT_LMS,
    ("/lms/<id:registration_id>/check", "POST"): Permission.CONNECT_LMS,
    ("/lms/<id:registration_id>/deployments", "POST"): Permission.CONNECT_LMS,
    ("/lms/invitations", "POST"): Permission.CONNECT_LMS,
    ("/lms/requests/<id:request_id>", "POST"): Permission.CONNECT_LMS,
    ("/lti/canvas.json", "GET"): Permission.PUBLIC,
    ("/lti/jwks.json", "GET"): Permission.PUBLIC,
    ("/lti/launch", "POST"): Permission.PUBLIC,
    ("/lti/launch/check", "POST"): Permission.PUBLIC,
    ("/lti/launch/open", "POST"): Permission.PUBLIC,
    ("/lti/login", "GET POST"): Permission.PUBLIC,
    ("/lti/register", "GET"): Permission.PUBLIC,
    ("/lti/notices/<id:registration_id>", "POST"): Permission.PUBLIC,
    ("/media/<id:version_id>/<path:name>", "GET"): Permission.PUBLIC,
    ("/municipality", "GET"): Permission.SEE_MUNICIPALITY,
    ("/oai", "GET POST"): Permission.PUBLIC,
    ("/privacy", "GET"): Permission.KNOWN,
    ("/privacy/<id:person_id>/<seal>", "GET"): Permission.KNOWN,
    ("/r/<path:address>", "GET"): Permission.PUBLIC,
    ("/r/<publisher>/<track>/<module>/<step>", "GET"): Permission.PUBLIC,
    ("/r/<publisher>/<track>/<module>/<step>", "POST"): Permission.OWN_WORK,
    ("/review/<id:link_id>/<id:person_id>/<seal>", "GET"): Permission.KNOWN,
    ("/robots.txt", "GET"): Permission.PUBLIC,
    ("/school", "GET"): Permission.KNOWN,
    ("/school", "POST"): Permission.KNOWN,
    ("/schools/<id:school_id>", "GET"): Permission.SEE_SCHOOL_NUMBERS,
    ("/select/<secret>", "GET"): Permission.KNOWN,
    ("/select/<secret>", "POST"): Permission.KNOWN,
    ("/select/<secret>/cancel", "POST"): Permission.KNOWN,
    ("/sign-out", "POST"): Permission.KNOWN,
    ("/sitemap.xml", "GET"): Permission.PUBLIC,
    ("/t/<publisher>/<track>", "GET"): Permission.PUBLIC,
    ("/t/<publisher>/<track>/<module>", "GET"): Permission.PUBLIC,
    ("/t/<publisher>/<track>/<module>/<step>", "GET"): Permission.OWN_WORK,
    ("/t/<publisher>/<track>/<module>/<step>", "POST"): Permission.OWN_WORK,
    ("/t/<publisher>/<track>/<module>/together/<letter>", "GET"): Permission.LEAD,
    ("/t/<publisher>/<track>/<module>/together/<letter>", "POST"): Permission.LEAD,
    ("/t/<publisher>/<track>/<module>/together/<letter>/me", "POST"): Permission.OWN_WORK,
    ("/t/<publisher>/<track>/continue", "GET"): Permission.OWN_WORK,
}
# What each may open, from nobody to the municipality's coordinator; a form needs its token too.
OPENS = {
    "nobody": {Permission.PUBLIC},
    "newcomer": {Permission.PUBLIC, Permission.KNOWN, Permission.OWN_WORK},
    "teacher": {
        Permission.PUBLIC,
        Permission.KNOWN,
        Permission.OWN_WORK,
        Permission.SEE_SCHOOL_NUMBERS,
    },
    "leader": {
        Permission.PUBLIC,
        Permission.KNOWN,
        Permission.OWN_WORK,
        Permission.SEE_SCHOOL_NUMBERS,
        Permission.LEAD,
    },
    "administrator": set(Permission) - {Permission.LEAD, Permission.WRITE_TRACKS},
    "author": {
        Permission.PUBLIC,
        Permission.KNOWN,
        Permission.OWN_WORK,
        Permission.SEE_SCHOOL_NUMBERS,  # as a teacher at a school
        Permission.WRITE_TRACKS,
    },
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
}
# Opened by an LMS: a signature or an invitation in them says yes or no.
SIGNED_BY_THE_LMS = {"/lti/login", "/lti/launch", "/lti/register"}


def routes_of(tool: Tool) -> dict[tuple[str, str], Permission]:
    found = {}
    for rule in tool.app.url_map.iter_rules():
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        requires = tool.app.view_functions[rule.endpoint].requires  # type: ignore[attr-defined]
        found[rule.rule, methods] = Permission(requires)
    return found


def test_every_route_asks_for_what_stands_here(tool: Tool):
    assert routes_of(tool) == ROUTES


def test_no_public_route_sets_a_cookie(tool: Tool):
    """But the doors of an LMS, which begin a sign-in."""
    seen = []
    for (path, methods), permission in ROUTES.items():
        if permission is not Permission.PUBLIC or path.startswith("/lti/"):
            continue
        for name, value in PLACE.items():
            for kind in ("", "id:", "path:"):
                path = path.replace(f"<{kind}{name}>", value)
        for method in set(methods.split()) & {"GET", "POST"}:
            answer = tool.client().open(path, method=method, base_url=BASE_URL)
            assert "Set-Cookie" not in answer.headers, (path, method)
            seen.append(path)
    assert {"/catalogue/sample/maaling", "/r/sample/maaling/enheter/les", "/oai"} <= set(seen)


def test_each_role_opens_its_routes_and_no_others(tool: Tool):
    clients = {
        "nobody": tool.client(),
        "newcomer": tool.launch(sub="newcomer", school=False),
        "teacher": tool.launch(sub="teacher"),
        "leader": tool.launch(sub="leader", leads=True),
        "administrator": tool.launch(sub="administrator"),
        "author": tool.launch(sub="author"),
    }
    with tool.database.writing() as session:
        for role in (Role.ADMINISTRATOR, Role.AUTHOR):
            grant_role(
                session,
                person_id=tool.person_id(role.value),
                municipality_id=tool.municipality_id,
                role=role,
                school_id=None,
                now=datetime.now(UTC),
            )
    place = {**PLACE, "school_id": str(tool.school_id)}
    refused = {}
    expected = {}
    for (path, methods), permission in ROUTES.items():
        if "GET" not in methods or path in SIGNED_BY_THE_LMS:
            continue
        for name, value in place.items():
            for kind in ("", "id:", "path:"):
                path = path.replace(f"<{kind}{name}>", value)
        for who, client in clients.items():
            status = tool.get(client, path).status_code
            assert status < 500, (who, path)
            refused[who, path] = status in (401, 403)
            expected[who, path] = permission not in OPENS[who]

    assert refused == expected
