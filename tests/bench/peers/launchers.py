"""The peers of the launch, each as a server like ours and on a database of its own."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from tests.bench.peers import INSTALL_S, Missing, peer_python
from tests.bench.servers import Server, free_port, started
from tests.bench.world import CLIENT_ID, ISSUER, World

HERE = Path(__file__).parent
GUNICORN = "gunicorn==27.0.1"
DJANGO_LTI = ("django-lti==0.10.1", "Django==5.2.19", GUNICORN)
PYLTI1P3NEXT = ("pylti1p3next==2.0.2", "Flask==3.1.3", "Flask-Caching==2.5.1", GUNICORN)
LTIJS = ("ltijs@5.9.9", "ltijs-sequelize@2.4.4", "pg@8.23.1")

Launcher = Callable[[Path, World, str], AbstractContextManager[Server]]


@contextmanager
def django_lti(cache: Path, world: World, jwks_url: str) -> Iterator[Server]:
    python = peer_python(cache / "django-lti", DJANGO_LTI)
    port, database = free_port(), world.folder / "django-lti.sqlite"
    script = HERE / "django_lti.py"
    words = [python, script, str(port), str(database), ISSUER, CLIENT_ID, jwks_url]
    with started(words, port) as server:
        yield server


@contextmanager
def pylti1p3next(cache: Path, world: World, _jwks_url: str) -> Iterator[Server]:
    python = peer_python(cache / "pylti1p3next", PYLTI1P3NEXT)
    port, script = free_port(), HERE / "pylti1p3next_flask.py"
    words = [python, script, str(port), ISSUER, CLIENT_ID, str(world.jwks_file)]
    with started(words, port) as server:
        yield server


@contextmanager
def ltijs(cache: Path, world: World, jwks_url: str) -> Iterator[Server]:
    """Beside our tables, in the same PostgreSQL database: their names differ."""
    node = shutil.which("node")
    if node is None:
        raise Missing("ltijs needs node, which is not here")
    modules = _node_modules(cache / "ltijs", LTIJS)
    url, port = make_url(world.database_url), free_port()
    folder = url.query["host"]
    assert isinstance(folder, str)
    assert url.database is not None
    script = HERE / "ltijs_server.js"
    words = [node, script, str(port), folder, url.database, ISSUER, CLIENT_ID, jwks_url]
    environment = {"NODE_PATH": str(modules), "NODE_ENV": "production"}
    with started(words, port, backends=world.backends, environment=environment) as server:
        yield server


def _node_modules(folder: Path, packages: tuple[str, ...]) -> Path:
    """The folder with these packages; made when it is not there."""
    stamp, wanted = folder / "holds.txt", "\n".join(packages)
    if stamp.exists() and stamp.read_text() == wanted:
        return folder / "node_modules"
    npm = shutil.which("npm")
    if npm is None:
        raise Missing(f"{packages[0]} needs npm, which is not here")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"Installing {', '.join(packages)} into {folder.name} (for this bar only) ...")
    words = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder]
    try:
        done = subprocess.run(
            [*words, *packages],
            capture_output=True,
            text=True,
            timeout=INSTALL_S,
            check=False,
            env=os.environ,
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise Missing(f"{packages[0]} could not be installed: {exc}") from exc
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Missing(f"{packages[0]} could not be installed: {last}")
    stamp.write_text(wanted)
    return folder / "node_modules"
