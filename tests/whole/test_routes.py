"""Every route stands here with what it asks for; a new one fails until it does (check 13)."""

from tests.factories.tool import Tool
from tracks.people.guards import Permission

ROUTES = {
    ("/", "GET"): Permission.PUBLIC,
    ("/catalogue", "GET"): Permission.PUBLIC,
    ("/files/<file_id>", "GET"): Permission.OWN_WORK,
    ("/files/<file_id>/remove", "POST"): Permission.OWN_WORK,
    ("/healthz", "GET"): Permission.PUBLIC,
    ("/help", "GET"): Permission.PUBLIC,
    ("/language", "POST"): Permission.KNOWN,
    ("/lti/jwks.json", "GET"): Permission.PUBLIC,
    ("/lti/launch", "POST"): Permission.PUBLIC,
    ("/lti/login", "GET POST"): Permission.PUBLIC,
    ("/media/<id:version_id>/<path:name>", "GET"): Permission.PUBLIC,
    ("/municipality", "GET"): Permission.SEE_MUNICIPALITY,
    ("/r/<path:address>", "GET"): Permission.PUBLIC,
    ("/r/<publisher>/<track>/<module>/<step>", "GET"): Permission.PUBLIC,
    ("/r/<publisher>/<track>/<module>/<step>", "POST"): Permission.OWN_WORK,
    ("/school", "GET"): Permission.KNOWN,
    ("/school", "POST"): Permission.KNOWN,
    ("/schools/<id:school_id>", "GET"): Permission.SEE_SCHOOL_NUMBERS,
    ("/sign-out", "POST"): Permission.KNOWN,
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
}
PLACE = {
    "publisher": "sample",
    "track": "maaling",
    "module": "enheter",
    "step": "les",
    "letter": "B",
    "file_id": "0" * 32,
    "version_id": "1",
    "name": "none.png",
    "address": "sample/maaling",
}
SIGNED_BY_THE_LMS = {"/lti/login", "/lti/launch"}


def routes_of(tool: Tool) -> dict[tuple[str, str], Permission]:
    found = {}
    for rule in tool.app.url_map.iter_rules():
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        requires = tool.app.view_functions[rule.endpoint].requires  # type: ignore[attr-defined]
        found[rule.rule, methods] = Permission(requires)
    return found


def test_every_route_asks_for_what_stands_here(tool: Tool):
    assert routes_of(tool) == ROUTES


def test_each_role_opens_its_routes_and_no_others(tool: Tool):
    clients = {
        "nobody": tool.client(),
        "newcomer": tool.launch(sub="newcomer", school=False),
        "teacher": tool.launch(sub="teacher"),
        "leader": tool.launch(sub="leader", leads=True),
    }
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
