"""The platform's process, and what an author, an operator and a gradebook reader see of it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.crash.processes import free_port

_EDXAPP = Path(__file__).parent / "edxapp"


@dataclass(frozen=True, slots=True)
class Block:
    """An LTI block of the course, with the values that Studio shows its author."""

    name: str
    location: str
    client_id: str
    deployment_id: str
    auth_url: str
    token_url: str
    jwks_url: str

    @property
    def passport(self) -> str:
        """What blocks have to share in order to be one registration."""
        return self.jwks_url.rpartition("/")[2]


class OpenEdx:
    """`course_id`: the context of every launch. The issuer of every block is `url`."""

    course_id = "course-v1:SampleX+T1:a+2026_H1"

    def __init__(self, python: Path, folder: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "openedx.log"
        with self.log.open("wb") as errors:
            self._process = subprocess.Popen(
                [python, _EDXAPP, str(port), folder],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        self._http = httpx.Client(base_url=self.url, trust_env=False, timeout=30)

    def wait_until_up(self) -> None:
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said == b"ready\n", f"Open edX's consumer did not start: {self.log.read_text()}"

    def stop(self) -> None:
        self._http.close()
        self._process.kill()
        self._process.wait(10)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def author(self, name: str, tool_url: str, **fields: Any) -> Block:
        """Put a block into the course, or change its fields. `fields`: as Studio names them."""
        standard = {
            "display_name": f"Sample block {name}",
            "lti_version": "lti_1p3",
            "lti_1p3_oidc_url": f"{tool_url}/lti/login",
            "lti_1p3_launch_url": f"{tool_url}/lti/launch",
            "lti_1p3_redirect_uris": [f"{tool_url}/lti/launch"],
            "lti_1p3_tool_key_mode": "keyset_url",
            "lti_1p3_tool_keyset_url": f"{tool_url}/lti/jwks.json",
            "has_score": True,
            "weight": 10,
        }
        shown = self._ask("POST", f"/test/author/{name}", {**standard, **fields})
        return Block(
            name,
            shown["location"],
            shown["client_id"],
            shown["deployment_id"],
            shown["oidc_callback"],
            shown["token_url"],
            shown["keyset_url"],
        )

    def content_url(self, block: Block) -> str:
        """Where the button in Studio that chooses content leads to."""
        return f"{self.url}/choose/{block.name}"

    def content_items(self, block: Block) -> list[dict[str, Any]]:
        return list(self._ask("GET", f"/test/content/{block.name}"))

    def field_names(self) -> set[str]:
        """Of the form in Studio that sets up a block."""
        return set(self._ask("GET", "/test/fields"))

    def share_names(self, *, may: bool) -> None:
        self._ask("POST", "/test/share-names", may)

    def sub(self, username: str) -> str:
        return str(self._ask("GET", f"/test/who/{username}")["sub"])

    def gradebook(self, block: Block) -> dict[str, float]:
        """Points of the block by username."""
        grades = dict(self._ask("GET", f"/test/gradebook/{block.name}"))
        return {username: round(points, 3) for username, points in grades.items()}

    def refused_scores(self) -> int:
        """How many it has answered with 400 so far."""
        lines = self.log.read_text().splitlines()
        return sum(line.startswith("Bad Request") and line.endswith("/scores") for line in lines)

    def line_items(self, block: Block) -> list[dict[str, Any]]:
        return list(self._ask("GET", f"/test/scores/{block.name}"))

    def move_scores(self, block: Block, seconds: float) -> None:
        """As if the scores so far had been given so much later."""
        self._ask("POST", f"/test/move-scores/{block.name}", seconds)

    def _ask(self, method: str, path: str, said: Any = None) -> Any:
        answer = self._http.request(method, path, json=said)
        assert answer.status_code == 200, f"{path}: {answer.status_code}; see {self.log}"
        return answer.json()
