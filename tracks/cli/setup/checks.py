"""`make check`: every checker at once, each with its own result."""

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

CHECKS: dict[str, tuple[str, ...]] = {
    "ruff check": ("ruff", "check", "--output-format", "concise", "."),
    "ruff format": ("ruff", "format", "--check", "--output-format", "concise", "."),
    "mypy": ("mypy", "--no-error-summary"),
    "lint-imports": ("lint-imports", "--no-logo"),
}


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    is_good: bool
    seconds: float
    output: str

    def __str__(self) -> str:
        verdict = "ok" if self.is_good else "FAILED"
        line = f"{self.name:<14}{verdict:<8}{self.seconds:.1f} s"
        return line if self.is_good else f"{line}\n{self.output.rstrip()}\n"


def run_checks(checks: dict[str, list[str]], folder: Path, say: Callable[[str], None]) -> int:
    """0 when all are good. Results come as they are ready, so the quick ones do not wait."""
    with ThreadPoolExecutor(len(checks)) as pool:
        waiting = [pool.submit(_run, name, command, folder) for name, command in checks.items()]
        results = [_told(future.result(), say) for future in as_completed(waiting)]
    return 0 if all(result.is_good for result in results) else 1


def checks_of(programs: Path) -> dict[str, list[str]]:
    """`programs`: the bin folder of the venv. Started by its Python, since a script's first line
    cannot hold a long path or one with a space."""
    return {
        name: [str(programs / "python"), str(programs / program), *arguments]
        if program == "lint-imports"
        else [str(programs / "python"), "-m", program, *arguments]
        for name, (program, *arguments) in CHECKS.items()
    }


def _run(name: str, command: list[str], folder: Path) -> Result:
    begun = time.monotonic()
    answer = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Result(name, answer.returncode == 0, time.monotonic() - begun, answer.stdout)


def _told(result: Result, say: Callable[[str], None]) -> Result:
    say(str(result))
    return result


def say_on_stdout(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
