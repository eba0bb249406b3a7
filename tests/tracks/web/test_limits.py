"""Floods are slowed down (L13)."""

from pathlib import Path

from tests.factories.tool import BASE_URL, ISSUER, Tool

LOGIN = {"iss": ISSUER, "login_hint": "h", "target_link_uri": f"{BASE_URL}/lti/launch"}


def test_a_flood_of_launches_from_one_address_is_told_to_wait(database_url: str, tmp_path: Path):
    tool = Tool(database_url, tmp_path / "data", launches_per_minute=3)
    try:
        client = tool.client()
        answers = [
            client.get("/lti/login", query_string=LOGIN, base_url=BASE_URL) for _ in range(3)
        ]
        answers.append(client.post("/lti/launch", base_url=BASE_URL))
        page = client.get("/catalogue", base_url=BASE_URL)
    finally:
        tool.close()

    assert [a.status_code for a in answers] == [303, 303, 303, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert page.status_code == 200
