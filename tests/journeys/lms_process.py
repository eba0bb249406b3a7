"""The demo LMS as a process of its own: a test may kill it and start it again on the same state."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from msgspec.structs import replace

from tracks.cli.sample import demo_world
from tracks.cli.serve import listen
from tracks.demo_lms import create_demo_lms


def main(
    lms_url: str,
    tool_url: str,
    track: str,
    resource: str,
    state_file: str,
    storage_target: str | None = None,
    sign_in_host: str | None = None,
) -> None:
    world = demo_world(tool_url, track, resource)
    app = create_demo_lms(
        replace(world, storage_target=storage_target, sign_in_host=sign_in_host),
        base_url=lms_url,
        tool_base_url=tool_url,
        state_file=Path(state_file),
    )
    address = urlsplit(lms_url)
    assert address.hostname
    assert address.port
    listen(app, address.hostname, address.port, threads=4)
    print("ready", flush=True)  # the parent process waits for this line
    sys.stdin.read()  # until the parent ends, whatever ends it


if __name__ == "__main__":
    main(*sys.argv[1:])
