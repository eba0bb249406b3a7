"""Steps as they are stored: drawn once, and taken over from the version before as long as nothing
they are made of has changed."""

import json
from typing import Any

from sqlalchemy import select

from content.model import Step
from content.rendering.html import render_step
from content.rendering.identity import key_of
from tracks.catalogue.models import step_text
from tracks.db import Session

_MEDIA = "/media/"


class DrawnSteps:
    """Of one version on its way into the tables. `before`: the version newcomers met till now."""

    def __init__(self, session: Session, version_id: int, before: int | None) -> None:
        self.version_id = version_id
        self.before = before
        rows = session.execute(
            select(step_text.c.drawn_as, step_text.c.body).where(
                step_text.c.track_version_id == before, step_text.c.drawn_as.is_not(None)
            )
        )
        self.known: dict[str, dict[str, Any]] = {row.drawn_as: row.body for row in rows}

    def body(self, step: Step, language: str) -> tuple[dict[str, Any], str | None]:
        """What goes into step_text, and the key it can be found by for the next version."""
        key = key_of(step, language)
        known = self.known.get(key)
        if known is not None:
            return self.addressed(json.dumps(known), str(self.before)), key

        def media_url(name: str) -> str:
            # stands in no text: nobody can write the digest of what she writes
            return f"{_MEDIA}{key}/{name.removeprefix('media/')}"

        drawn = json.dumps(render_step(step, language, media_url=media_url).as_json())
        # words that look like an address of ours could not be told from one next time
        is_known_later = _MEDIA not in drawn.replace(f"{_MEDIA}{key}/", "")
        return self.addressed(drawn, key), key if is_known_later else None

    def addressed(self, drawn: str, placed: str) -> dict[str, Any]:
        """With the addresses of this version's files in place of those under `placed`."""
        here = f"{_MEDIA}{self.version_id}/"
        body: dict[str, Any] = json.loads(drawn.replace(f"{_MEDIA}{placed}/", here))
        return body
