"""Step k of n on the person's screen, and everything else in a log file."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

_MOVING = "|/-\\"
_TICK = 0.1
# Without a terminal (CI, a log file) a sign of life this often, in seconds.
_STILL_BUSY = 20.0
_NOW_AT = re.compile(
    r"^\s*(?P<verb>Collecting|Downloading|Installing) (?P<what>\S+)|(?P<retry>Retrying \(Retry\()",
    re.MULTILINE,
)


def line(number: int, total: int, title: str, seconds: float, frame: int, detail: str) -> str:
    """The terminal's moving line; elapsed seconds show that a long step is alive."""
    end = f" {detail}" if detail else ""
    return f"[{number}/{total}] {title} {_MOVING[frame % len(_MOVING)]} {seconds:.0f} s{end}"


def what_it_is_at(news: str) -> str:
    """What pip said last, in a few words: the package it fetches; "" when it said nothing new."""
    found = list(_NOW_AT.finditer(news))
    if not found:
        return ""
    if found[-1]["retry"]:
        return "no answer from the network, trying again"
    if found[-1]["verb"] == "Installing":
        return "putting them in place"
    return re.split(r"[=<>!~;\[]|-\d", found[-1]["what"])[0]


@dataclass
class Progress:
    log: Path
    total: int
    out: TextIO = field(default_factory=lambda: sys.stderr)
    number: int = 0
    _title: str = ""
    _begun: float = 0.0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self.number += 1
        self._title, self._begun = title, time.monotonic()
        if not self.out.isatty():
            self._say(f"[{self.number}/{self.total}] {title} ...")
        try:
            yield
        except BaseException:
            self._wipe()
            raise
        self._wipe()
        seconds = time.monotonic() - self._begun
        self._say(f"[{self.number}/{self.total}] {title}: done in {seconds:.1f} s")

    def run(
        self,
        command: Sequence[str | Path],
        *,
        folder: Path,
        extra: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        """Exit code and output (both streams); the output also goes to the log. `extra` is added
        to the environment, so that the person's own proxy and index settings stay in force."""
        with self.log.open("a", encoding="utf-8") as sink:
            sink.write(f"\n[{self._title}]\n")
            sink.flush()
            begin = sink.tell()
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=folder,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(extra or {})},
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )
        with self.log.open(encoding="utf-8", errors="replace") as source:
            source.seek(begin)
            try:
                return self._watch(process, source)
            except KeyboardInterrupt:
                # The same Ctrl-C reached the child; let it tidy up before we leave.
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=10)
                process.kill()
                raise

    def _watch(self, process: "subprocess.Popen[bytes]", source: TextIO) -> tuple[int, str]:
        output, detail, frame, last_sign = "", "", 0, time.monotonic()
        while True:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_TICK)
            # Asked before reading, or the last words could fall between the two.
            code = process.returncode
            news = source.read()
            output, detail = output + news, what_it_is_at(news) or detail
            if code is not None:
                return code, output
            frame += 1
            if self.out.isatty():
                self._show(frame, detail)
            elif time.monotonic() - last_sign >= _STILL_BUSY:
                last_sign = time.monotonic()
                spent = f"{last_sign - self._begun:.0f} s so far {detail}".rstrip()
                self._say(f"[{self.number}/{self.total}] {self._title}: {spent}")

    def _show(self, frame: int, detail: str) -> None:
        seconds = time.monotonic() - self._begun
        text = line(self.number, self.total, self._title, seconds, frame, detail)
        width = max(shutil.get_terminal_size().columns - 1, 20)
        self.out.write("\r\033[K" + text[:width])
        self.out.flush()

    def _wipe(self) -> None:
        if self.out.isatty():
            self.out.write("\r\033[K")
            self.out.flush()

    def _say(self, text: str) -> None:
        print(text, file=self.out, flush=True)
