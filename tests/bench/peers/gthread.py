"""gunicorn as both sides of a bar run it; imported from a peer's own environment too."""

import os
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication

THREADS = 8


def say_ready() -> None:
    """To the harness: which process to read the costs of."""
    print(f"ready {os.getpid()}", flush=True)


class _Gthread(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, make: Callable[[], Any], port: int) -> None:
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
            "post_worker_init": lambda _worker: say_ready(),
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        return self._make()


def serve(make: Callable[[], Any], port: int) -> None:
    """Until terminated. `make` runs in the worker."""
    _Gthread(make, port).run()
