"""The gradebook of an LMS over real HTTP on loopback: as strict as each kind is, and with faults.

`faults` are used up one a score: an HTTP status, or one of FAULTS. What each did is in `posted`
(all scores that were read), `taken` (those that were kept) and `changes` (those that changed what
the gradebook shows).
"""

import secrets
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from typing import Any, Literal

from tests.fakes.scripted_server import ITEM_TYPE, ITEMS_TYPE, RESULTS_TYPE, Answer, serve

Mode = Literal["moodle", "openedx", "canvas", "blackboard", "itslearning"]
MODES: tuple[Mode, ...] = ("moodle", "openedx", "canvas", "blackboard", "itslearning")
# What may be chosen for a course there; others take files and pages of text besides.
TAKES: dict[Mode, tuple[str, ...]] = {"itslearning": ("ltiResourceLink",)}
EVERYTHING = ("ltiResourceLink", "link", "file", "html", "image")
FAULTS = (
    "reset",  # the connection ends before anything is read
    "hang",  # nothing comes back
    "drip",  # an answer, a byte at a time
    "page",  # 200 and a page: somebody else answered
    "expired",  # 401: all tokens ended before their time
    "lost",  # taken, but the answer never arrives
    "late",  # as "hang"; taken after whatever comes meanwhile
    "twice",  # something on the way delivers it a second time
    "nameless",  # its name is not in the DNS for a moment; see Routed
)
# Longer than a label may be: no resolver is asked.
NAMELESS = f"https://{'x' * 64}.example"
CANVAS_SUBMISSION = "https://canvas.instructure.com/lti/submission"


@dataclass(frozen=True)
class Posted:
    item: str
    user: str
    given: float | None
    timestamp: datetime
    at: datetime  # by the LMS's clock
    activity: str
    grading: str
    comment: str | None = None
    came_late: bool = False

    @property
    def is_note(self) -> bool:
        """Of progress, without points."""
        return self.grading != "FullyGraded"


Fault = str | int


class ScriptedLms:
    """`public`: what the tool calls it by; see Routed. Use as a context manager."""

    def __init__(
        self,
        mode: Mode = "moodle",
        *,
        public: str = "https://lms.example",
        slow: float = 1.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.mode = mode
        self.public = public
        self.clock = clock
        self.faults: deque[Fault] = deque()
        self.retry_after = "120"
        self.unknown_users: set[str] = set()
        self.items: dict[str, dict[str, Any]] = {"1": {"label": "1", "scoreMaximum": 100}}
        self.scopes: set[str] | None = None  # None: whatever is asked for
        self.links: list[str] = []  # in its courses, chosen by deep linking
        self.posted: list[Posted] = []
        self.taken: list[Posted] = []
        self.changes: list[Posted] = []
        self.attempts = 0  # Canvas: submissions that a score has opened
        self.calls = 0
        self.held: dict[tuple[str, str], Posted] = {}
        self._tokens: dict[str, tuple[set[str], datetime]] = {}
        self.slow = slow  # seconds; longer than the tool waits
        self.lock = threading.RLock()
        self.late: list[threading.Thread] = []
        self._server: ThreadingHTTPServer | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def is_down(self) -> bool:
        return self._server is None

    def __enter__(self) -> "ScriptedLms":
        self.come_up()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_down()
        self.settle()

    def come_up(self) -> None:
        if self._server is None:
            self._server = serve(self, self._port)
            threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def go_down(self) -> None:
        """Connections are refused from now on."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def settle(self) -> None:
        """Until all that was late has been taken."""
        for thread in self.late:
            thread.join()
        self.late.clear()

    def shows(self, item: str = "1") -> dict[str, float]:
        """What the gradebook shows of each person."""
        return {
            user: held.given
            for (where, user), held in self.held.items()
            if where == item and held.given is not None
        }

    def asks_for(self) -> tuple[str, ...]:
        """The `accept_types` of its deep linking requests."""
        return TAKES.get(self.mode, EVERYTHING)

    def take_items(self, items: list[dict[str, Any]]) -> None:
        """What comes back of such a request: one of another type, and none is taken."""
        others = [item["type"] for item in items if item["type"] not in self.asks_for()]
        assert others == [], f"{self.mode} refuses {others}"
        self.links += [item["url"] for item in items]

    # --- answers; all under the lock

    def token(self, form: dict[str, str]) -> Answer:
        asked = set(form["scope"].split())
        granted = asked if self.scopes is None else asked & self.scopes
        token = secrets.token_urlsafe(8)
        self._tokens[token] = (granted, self.clock() + timedelta(hours=1))
        body = {
            "access_token": token,
            "token_type": "Bearer" if self.mode == "moodle" else "bearer",
            "expires_in": 3600,
            "scope": " ".join(sorted(granted)),
        }
        kind = "text/html" if self.mode == "moodle" else "application/json"
        return Answer(200, body, (("content-type", kind),))

    def refusal(self, token: str, scope: str) -> Answer | None:
        granted, until = self._tokens.get(token, (set(), self.clock()))
        if self.clock() >= until:
            return Answer(401)
        return None if any(one.endswith(f"/{scope}") for one in granted) else Answer(403)

    def end_tokens(self) -> None:
        self._tokens.clear()

    def score(self, item: str, sent: dict[str, Any], *, is_new: bool = True) -> Answer:
        """`is_new`: not yet among `posted`."""
        if self.mode == "openedx" and not isinstance(sent["userId"], str):
            return Answer(500)
        has_points = "scoreGiven" in sent
        if has_points and self.mode == "openedx" and not isinstance(sent.get("scoreMaximum"), int):
            return Answer(400, {"scoreMaximum": ["A valid integer is required."]})
        posted = self.read(item, sent)
        if is_new:
            self.posted.append(posted)
        return self._refused(posted) or self._keep(posted, sent)

    def read(self, item: str, sent: dict[str, Any]) -> Posted:
        given = sent.get("scoreGiven")
        return Posted(
            item,
            sent["userId"],
            None if given is None else 100 * given / sent["scoreMaximum"],
            datetime.fromisoformat(sent["timestamp"]),
            self.clock(),
            sent["activityProgress"],
            sent["gradingProgress"],
            sent.get("comment"),
        )

    def _refused(self, posted: Posted) -> Answer | None:
        if posted.item not in self.items:
            return Answer(404)
        if posted.user in self.unknown_users:
            said = {"blackboard": "User could not be found: 7"}.get(self.mode, "No such user")
            return Answer(400, {"message": said})
        held = self.held.get((posted.item, posted.user))
        if held is None:
            return None
        if self.mode == "moodle" and int(held.timestamp.timestamp()) >= int(
            posted.timestamp.timestamp()
        ):
            return Answer(409)
        if self.mode == "openedx" and held.timestamp >= posted.timestamp:
            return Answer(400, {"timestamp": ["Score timestamp is not newer"]})
        if self.mode == "canvas" and held.at > posted.timestamp:
            said = f"Provided timestamp of {posted.timestamp} before last updated timestamp"
            return Answer(400, {"errors": {"message": said}})
        # So says the standard; of itslearning nothing else is known.
        of_standard = self.mode in ("blackboard", "itslearning")
        if of_standard and held.timestamp > posted.timestamp:
            return Answer(409)
        return None

    def _keep(self, posted: Posted, sent: dict[str, Any]) -> Answer:
        extension = sent.get(CANVAS_SUBMISSION, {})
        if self.mode == "canvas" and extension.get("new_submission", True):
            self.attempts += 1
        held = self.held.get((posted.item, posted.user))
        self.taken.append(posted)
        shown = posted.given
        if posted.is_note:
            # Moodle empties the grade, and so does Canvas where it is not told to preserve it.
            keeps = self.mode == "openedx" or (
                self.mode == "canvas" and extension.get("preserve_score", False)
            )
            shown = held.given if keeps and held else None
        if (held.given if held else None) != shown:
            self.changes.append(posted)
        self.held[posted.item, posted.user] = replace(posted, given=shown)
        if self.mode == "openedx":
            return Answer(201, sent)
        return Answer(200, {"resultUrl": "1"} if self.mode == "canvas" else None)

    def results(self, item: str, user: str | None) -> Answer:
        found = [
            {
                "id": f"{self.public}/items/{item}/results/{name}",
                "userId": name,
                "resultScore": held.given,
                "resultMaximum": 100,
            }
            for (where, name), held in self.held.items()
            if where == item and held.given is not None and user in (None, name)
        ]
        return Answer(200, found, (("content-type", RESULTS_TYPE),))

    def list_items(self, query: dict[str, str]) -> Answer:
        names = {"resource_id": "resourceId", "tag": "tag", "resource_link_id": "resourceLinkId"}
        found = [
            {"id": f"{self.public}/items/{number}?type_id=1", **item}
            for number, item in self.items.items()
            if all(item.get(names[n]) == v for n, v in query.items() if n in names)
        ]
        return Answer(200, found, (("content-type", ITEMS_TYPE),))

    def make_item(self, sent: dict[str, Any]) -> Answer:
        if self.mode == "openedx" and not isinstance(sent["scoreMaximum"], int):
            return Answer(400, {"scoreMaximum": ["A valid integer is required."]})
        number = str(max(map(int, self.items), default=0) + 1)
        self.items[number] = sent
        made = {"id": f"{self.public}/items/{number}?type_id=1", **sent}
        return Answer(201, made, (("content-type", ITEM_TYPE),))


class Routed:
    """lti.ports.Http: the LMS's public address is where it listens."""

    def __init__(self, http: Any, lms: ScriptedLms) -> None:
        self._http, self._lms = http, lms

    def request(self, method: str, url: str, **parts: Any) -> Any:
        lms = self._lms
        here = lms.url
        with lms.lock:
            is_score = method == "POST" and "/scores" in url
            if is_score and lms.faults and lms.faults[0] == "nameless":
                lms.faults.popleft()
                here = NAMELESS
        return self._http.request(method, url.replace(lms.public, here), **parts)
