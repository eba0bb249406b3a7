"""A server in a process of its own: python -m tests.bench.serve tool|bare FOLDER PORT [URL]

Both sides are served alike: waitress, as `tracks serve` runs it, with its eight threads.
"""

import logging
import sys
from pathlib import Path

from waitress.server import create_server

from tests.bench.apps import bare, tool


def main() -> None:
    which, folder, port, *url = sys.argv[1:]
    logging.basicConfig(level=logging.WARNING)
    made = (
        tool(url[0], Path(folder), int(port))
        if which == "tool"
        else bare(Path(folder) / "jwks.json")
    )
    server = create_server(made, host="127.0.0.1", port=int(port), threads=8, ident=None)
    print("ready", flush=True)
    server.run()


main()
