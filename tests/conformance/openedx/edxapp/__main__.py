"""Run by the Python of .cache/openedx: `python edxapp PORT FOLDER` serves until its input ends."""

import sys
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIServer

import configuration
import quick_keys
import stand_ins


def main(port: int, folder: Path) -> None:
    configuration.configure(f"http://127.0.0.1:{port}", folder)
    stand_ins.install()
    quick_keys.install()

    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    serve(port)


def serve(port: int) -> None:
    # After django.setup(): they have models.
    import people
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            pass

    people.enrol()
    server: WSGIServer = ThreadedWSGIServer(("127.0.0.1", port), Quiet)
    server.set_app(get_wsgi_application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)  # the parent process waits for this line
    sys.stdin.read()  # until the parent ends, whatever ends it


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
