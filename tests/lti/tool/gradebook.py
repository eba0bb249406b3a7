"""A platform's gradebook that answers what the test says, behind its token endpoint."""

import json

from lti.keys import ToolKey, ToolKeys
from lti.ports import HttpAnswer
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.grades import Grades
from tests.fakes.lti_ports import FixedClock, RecordingHttp, Sent

KEYS = ToolKeys([ToolKey.generate(FixedClock().now())])
TOKEN_URL = "https://platform.example/token"
ITEM = "https://platform.example/items/1?type_id=1"
ITEMS = "https://platform.example/items?type_id=1"


def granted(**changes: object) -> HttpAnswer:
    answer = {"access_token": "t", "token_type": "Bearer", "expires_in": 3600, **changes}
    kept = {name: value for name, value in answer.items() if value != "absent"}
    # Moodle's content type
    return HttpAnswer(200, {"content-type": "text/html"}, json.dumps(kept).encode())


def array(*items: object, **headers: str) -> HttpAnswer:
    return HttpAnswer(200, headers, json.dumps(items).encode())


class Book:
    """Its tokens are t1, t2, ..."""

    def __init__(self) -> None:
        self.http = RecordingHttp({TOKEN_URL: self._token})
        self.store = MemoryAccessTokens()
        clock = FixedClock()
        tokens = AccessTokenSource(self.http, KEYS, clock, self.store)
        self.grades = Grades(self.http, tokens, clock)

    def _token(self, _: Sent) -> HttpAnswer:
        return granted(access_token=f"t{sum(sent.url == TOKEN_URL for sent in self.http.sent)}")

    @property
    def calls(self) -> list[Sent]:
        return [sent for sent in self.http.sent if sent.url != TOKEN_URL]

    @property
    def scopes(self) -> set[tuple[str, ...]]:
        return {key.scopes for key in self.store._tokens}
