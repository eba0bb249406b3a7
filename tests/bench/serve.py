"""A server in a process of its own: python -m tests.bench.serve SERVER tool|bare FOLDER PORT [URL]

Both sides are served alike. SERVER is "gthread" (gunicorn, one worker with eight threads: an empty
route costs about what the bars assume) or "waitress" (as `tracks serve`, with eight threads).
"""

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from waitress.server import create_server

from tests.bench.apps import bare, tool

THREADS = 8
Make = Callable[[], Any]


def _is_ready() -> None:
    print(f"ready {os.getpid()}", flush=True)


class _Gthread(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, make: Make, port: int) -> None:
        self._make = make
        self._port = port
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": f"127.0.0.1:{self._port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "keepalive": 60,
            "loglevel": "warning",
            "control_socket_disable": True,
            "post_worker_init": lambda _worker: _is_ready(),
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        return self._make()


def main() -> None:
    server, which, folder, port, *url = sys.argv[1:]
    logging.basicConfig(level=logging.WARNING)

    def make() -> Any:
        if which == "tool":
            return tool(url[0], Path(folder), int(port))
        return bare(Path(folder) / "jwks.json")

    if server == "gthread":
        _Gthread(make, int(port)).run()
        return
    waiting = create_server(make(), host="127.0.0.1", port=int(port), threads=THREADS, ident=None)
    _is_ready()
    waiting.run()


main()
