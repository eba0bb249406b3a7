"""The register of bars: a file for each, a line here."""

from collections.abc import Callable

from tests.bench.bars import (
    checking,
    git,
    launch,
    launch_peers,
    memory,
    progress_batch,
    progress_call,
    progress_post,
    rendering,
    roster,
    search,
    step_page,
)
from tests.bench.bench import Bench
from tests.bench.result import Result

BARS: dict[str, Callable[[Bench], list[Result]]] = {
    "checking": checking.measure,
    "git": git.measure,
    "launch": launch.measure,
    "launch-peers": launch_peers.measure,
    "memory": memory.measure,
    "progress-post": progress_post.measure,
    "progress-call": progress_call.measure,
    "progress-batch": progress_batch.measure,
    "rendering": rendering.measure,
    "roster": roster.measure,
    "search": search.measure,
    "step-page": step_page.measure,
}
