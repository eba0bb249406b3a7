"""Other people's programs, each in a virtual environment of its own under .cache/bench/.

They are no part of what the project needs: they are installed the first time a bar asks for
them, and a bar whose peer cannot be had says so and goes on.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

INSTALL_S = 600


class Missing(Exception):
    """The peer cannot be installed here; the message says why."""


def peer_python(folder: Path, packages: Sequence[str], lock: Path | None = None) -> Path:
    """The Python that has these packages; made when it is not there, or `lock` is another."""
    python = folder / "bin" / "python"
    stamp, wanted = folder / "holds.txt", "\n".join(packages)
    if lock is not None:
        wanted += lock.read_text()
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    print(f"Installing {', '.join(packages)} into {folder.name} (for this bar only) ...")
    commands: tuple[list[str | Path], ...] = (
        [sys.executable, "-m", "venv", folder],
        [python, "-m", "pip", "install", "--quiet", *packages],
    )
    for words in commands:
        try:
            done = subprocess.run(
                words, capture_output=True, text=True, timeout=INSTALL_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise Missing(f"{packages[0]} could not be installed: {exc}") from exc
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise Missing(f"{packages[0]} could not be installed: {last}")
    stamp.write_text(wanted)
    return python


@contextmanager
def rounds_of(python: Path, script: str, arguments: Sequence[str]) -> Iterator[Callable[[], float]]:
    """A peer's script runs one round for each line it is sent, and answers with a number."""
    process = subprocess.Popen(
        [python, Path(__file__).parent / script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    commands, answers = process.stdin, process.stdout

    def one_round() -> float:
        commands.write("round\n")
        commands.flush()
        answer = answers.readline()
        if not answer:
            raise RuntimeError(f"{script} ended in the middle")
        return float(answer)

    try:
        yield one_round
    finally:
        commands.close()
        process.wait(30)
