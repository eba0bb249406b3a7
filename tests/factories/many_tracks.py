"""More tracks than fit on a page, with as little in each as there can be."""

from datetime import UTC, datetime

from tests.factories.tool import Tool
from tracks.catalogue.models import (
    module,
    module_version,
    step,
    step_text,
    step_version,
    track,
    track_version,
)
from tracks.db import Session


def publish_many(tool: Tool, count: int) -> None:
    """Tracks of one session with two resources each."""
    with tool.database.writing() as session:
        for number in range(count):
            values = {"publisher": "many", "slug": f"t{number:02}"}
            track_id = session.execute(
                track.insert().values(**values).returning(track.c.id)
            ).scalar_one()
            version_id = session.execute(
                track_version.insert()
                .values(
                    track_id=track_id,
                    version="1.0.0",
                    digest=str(number),
                    published_at=datetime.now(UTC),
                    languages=["nb"],
                    subjects=[],
                    grades=[],
                    licence="",
                    authors=[],
                    texts={"nb": {"title": f"Track {number}", "summary": "", "html": ""}},
                    minutes=30,
                    units=2,
                )
                .returning(track_version.c.id)
            ).scalar_one()
            session.execute(
                track.update().where(track.c.id == track_id).values(version_id=version_id)
            )
            _add_session(session, track_id, version_id)


def _add_session(session: Session, track_id: int, version_id: int) -> None:
    module_id = session.execute(
        module.insert().values(track_id=track_id, slug="m").returning(module.c.id)
    ).scalar_one()
    of_it = {"track_version_id": version_id, "module_id": module_id}
    texts = {"nb": {"title": "Session", "leader_html": "", "phases": {}}}
    session.execute(
        module_version.insert().values(
            **of_it, position=1, gap_weeks=4, units=2, minutes={"A": 30}, texts=texts
        )
    )
    for position in (1, 2):
        step_id = session.execute(
            step.insert().values(module_id=module_id, slug=f"s{position}").returning(step.c.id)
        ).scalar_one()
        session.execute(
            step_version.insert().values(
                **of_it,
                step_id=step_id,
                position=position,
                phase="A",
                kind="reading",
                is_resource=True,
                minutes=5,
                points=0.0,
            )
        )
        session.execute(
            step_text.insert().values(
                track_version_id=version_id, step_id=step_id, language="nb", title="Text", body={}
            )
        )
