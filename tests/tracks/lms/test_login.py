"""The login initiation over HTTP: unsigned, so nothing in it decides where people are sent."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.factories.tool import BASE_URL, ISSUER, Tool

LOGIN = {
    "iss": ISSUER,
    "client_id": "client-1",
    "login_hint": "h",
    "target_link_uri": f"{BASE_URL}/lti/launch",
}


def ask(tool: Tool, query, method: str = "GET"):
    return tool.client().open(
        "/lti/login",
        method=method,
        base_url=BASE_URL,
        **({"query_string": query} if method == "GET" else {"data": query}),
    )


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_login_is_answered_with_a_get_redirect_to_the_registered_address(
    shared_tool: Tool, method: str
):
    hint = 'å+&=%00"#' + "x" * 4000

    answer = ask(
        shared_tool, {**LOGIN, "login_hint": hint, "lti_message_hint": '{"cmid":1}'}, method
    )

    assert answer.status_code == 303
    url = urlsplit(answer.headers["Location"])
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{ISSUER}/auth"
    assert {name: query[name] for name in query if name not in {"state", "nonce"}} == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "client-1",
        "redirect_uri": f"{BASE_URL}/lti/launch",
        "login_hint": hint,
        "lti_message_hint": '{"cmid":1}',
    }


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": ""}, "login_iss_missing"),
        ({"login_hint": ""}, "login_hint_missing"),
        ({"target_link_uri": ""}, "login_target_missing"),
        ({"iss": f"{ISSUER}/"}, "login_not_connected"),
        ({"iss": ISSUER.upper()}, "login_not_connected"),
        ({"iss": "http://lms.example"}, "login_not_connected"),
        ({"iss": "https://lms.example\x00"}, "login_not_connected"),
        ({"client_id": "client-2"}, "login_not_connected"),
        ({"client_id": "client-1\x00"}, "login_not_connected"),
        ({"client_id": "%"}, "login_not_connected"),
        ({"login_hint": "x" * 8193}, "login_hint_too_long"),
        ({"target_link_uri": "https://evil.example/"}, "login_target_foreign"),
        ({"target_link_uri": "//evil.example/"}, "login_target_foreign"),
        ({"target_link_uri": "\\\\evil.example"}, "login_target_foreign"),
        ({"target_link_uri": "javascript:alert(1)"}, "login_target_foreign"),
        ({"target_link_uri": "https://tracks.example@evil.example/"}, "login_target_foreign"),
        ({"target_link_uri": "https://tracks.example:444/"}, "login_target_foreign"),
        ({"target_link_uri": "https://tracks.example.evil.example/"}, "login_target_foreign"),
    ],
)
def test_an_odd_login_is_a_page_and_never_a_redirect(shared_tool: Tool, changes: dict, reason: str):
    answer = ask(shared_tool, {**LOGIN, **changes})

    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    assert f"<code>{reason}</code>" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_name_given_twice_is_refused(shared_tool: Tool):
    answer = ask(shared_tool, [*LOGIN.items(), ("iss", "https://evil.example")])

    assert "login_parameter_repeated" in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_taken(shared_tool: Tool, method: str):
    assert ask(shared_tool, LOGIN, method).status_code == 405
    assert (
        shared_tool.client().open("/lti/launch", method=method, base_url=BASE_URL).status_code
        == 405
    )


def test_parameters_of_others_change_nothing(shared_tool: Tool):
    answer = ask(
        shared_tool,
        {**LOGIN, "auth_login_url": "https://evil.example", "redirect_uri": "https://e.example"},
    )

    assert urlsplit(answer.headers["Location"]).netloc == "lms.example"
    assert "e.example%2F" not in answer.headers["Location"].replace("tracks.example%2F", "")
