"""Every form of ours needs its sign-in's token and comes from our pages (check 18)."""

from collections.abc import Iterator

from flask.testing import FlaskClient

from tests.factories.tool import BASE_URL, Tool
from tracks.people.models import sign_in

# Not of a sign-in: signed by an LMS or a login service (see tests in lms/ and signin/), sealed by
# us, by a one-time invitation, a harvester's question that changes nothing, git with a token of its
# own, or an address that is a secret, whatever the cookie.
ENDPOINTS = ("/lti/", "/connect/", "/oai", "/git/", "/imports/notices/", "/sign-in/ended")
# Without a sender on purpose: from our pages only, and that is tested below.
ANONYMOUS = ("/accessibility/feedback",)
# Before there is a sign-in: no token, but a sender, which must be named.
BEFORE = ("/sign-in/",)
PLACE = {
    "publisher": "sample",
    "track": "maaling",
    "module": "enheter",
    "step": "les",
    "letter": "B",
    "file_id": "0" * 32,
}


def posts(tool: Tool, left_out: tuple[str, ...] = ANONYMOUS) -> Iterator[str]:
    for rule in tool.app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and not rule.rule.startswith(ENDPOINTS + left_out):
            yield str(rule.build({name: PLACE.get(name, "1") for name in rule.arguments})[1])


def send(client: FlaskClient, path: str, token: str, **headers: str) -> int:
    data = {"form_token": token, "text": "x", "present": "1", "school": "1", "language": "sv"}
    return client.post(path, data=data, base_url=BASE_URL, headers=headers).status_code


def test_no_form_is_taken_without_the_token_of_its_sign_in(tool: Tool):
    mine, other = tool.launch(leads=True), tool.launch(sub="other", leads=True)
    theirs = tool.form_token(other)
    before = tool.counts()

    paths = list(posts(tool))
    refused = {
        (path, kind): send(mine, path, token)
        for path in paths
        for kind, token in {
            "none": "",
            "another's": theirs,
            "not ASCII": "é" * 64,
            "cut": tool.form_token(mine)[:-1],
            "upper": tool.form_token(mine).upper(),
        }.items()
    }

    assert len(paths) >= 8
    assert set(refused.values()) == {403}
    assert tool.counts() == before


FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://tracks.example"},
    {"Origin": "https://tracks.example.evil.example"},
    {"Origin": "https://tracks.example:444"},
    {"Origin": "https://lms.example"},
    {"Origin": "http://["},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": BASE_URL, "Sec-Fetch-Site": "cross-site"},
)


def test_no_form_is_taken_from_another_site(tool: Tool):
    browser = tool.launch(leads=True)
    token = tool.form_token(browser)
    before = tool.counts()

    refused = {
        (path, str(headers)): send(browser, path, token, **headers)
        for path in posts(tool, left_out=())
        for headers in FOREIGN
    }

    assert ANONYMOUS[0] in {path for path, _ in refused}
    assert set(refused.values()) == {403}
    assert tool.counts() == before


def test_nobody_unknown_gets_a_form_taken(tool: Tool):
    token = tool.form_token(tool.launch())

    paths = posts(tool, left_out=(*ANONYMOUS, *BEFORE))
    refused = {path: send(tool.client(), path, token) for path in paths}
    without_sender = {
        path: send(tool.client(), path, token) for path in posts(tool) if path.startswith(BEFORE)
    }

    assert set(refused.values()) == {401}
    assert len(without_sender) == 4
    assert set(without_sender.values()) == {403}


def test_ones_own_form_is_taken(tool: Tool):
    browser = tool.launch()

    status = send(
        browser,
        "/sign-out",
        tool.form_token(browser),
        **{"Origin": BASE_URL, "Sec-Fetch-Site": "same-origin"},
    )

    assert (status, tool.count(sign_in)) == (303, 0)


def test_what_was_typed_into_a_form_of_an_earlier_visit_is_shown_again(tool: Tool):
    browser = tool.launch()
    old = tool.form_token(browser)
    tool.launch(browser, sub="other")  # a colleague, in the same browser
    data = {"form_token": old, "text": "Hei", "revision": "0", "go": "autosave"}

    answer = browser.post("/t/sample/maaling/enheter/tanker", data=data, base_url=BASE_URL)

    assert answer.status_code == 403
    assert "readonly>Hei</textarea>" in answer.text


def test_a_page_that_gives_text_back_is_seen_in_the_frame_of_the_lms(tool: Tool):
    """Its sign-in is gone, so nobody knows any more which LMS that is."""
    browser = tool.launch()
    token = tool.form_token(browser)
    tool.post(browser, "/sign-out")

    answer = browser.post(
        "/t/sample/maaling/enheter/tanker",
        data={"form_token": token, "text": "A long thought", "go": "save"},
        base_url=BASE_URL,
    )

    assert (answer.status_code, "A long thought" in answer.text) == (401, True)
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors *")
    assert "<form" not in answer.text


def test_nothing_is_shown_as_typed_that_nobody_typed(tool: Tool):
    browser = tool.launch()

    answer = browser.post(
        "/t/sample/maaling/enheter/les", data={"go": "done", "then": "/x"}, base_url=BASE_URL
    )

    assert (answer.status_code, "<textarea" in answer.text) == (403, False)
