"""A server in a process of its own: python -m tests.bench.serve SERVER tool|bare FOLDER PORT [URL]

Both sides are served alike. SERVER is "gthread" (gunicorn, one worker with eight threads: an empty
route costs about what the bars assume) or "waitress" (as `tracks serve`, with eight threads).
"""

import logging
import sys
from pathlib import Path
from typing import Any

from waitress.server import create_server

from tests.bench.apps import bare, tool
from tests.bench.peers.gthread import THREADS, say_ready, serve


def main() -> None:
    server, which, folder, port, *url = sys.argv[1:]
    logging.basicConfig(level=logging.WARNING)

    def make() -> Any:
        if which == "tool":
            return tool(url[0], Path(folder), int(port))
        return bare(Path(folder) / "jwks.json")

    if server == "gthread":
        serve(make, int(port))
        return
    waiting = create_server(make(), host="127.0.0.1", port=int(port), threads=THREADS, ident=None)
    say_ready()
    waiting.run()


main()
