"""What can go wrong while preparing, each in one sentence a newcomer can act on."""

import errno
import re
from dataclasses import dataclass


class SetupError(Exception):
    """Ends the preparation; its text is what the person reads, without a traceback."""


@dataclass(frozen=True, slots=True)
class Fetching:
    """Whose output is read: the sentences name its settings, never a host."""

    what: str
    index: str
    settings: str


PIP = Fetching(
    "The Python packages", "package index", "pip's proxy and index settings (pip config list)"
)
NPM = Fetching(
    "The web assets", "npm registry", "npm's proxy and registry settings (npm config list)"
)

# The order matters: a network that stuttered and came back leaves its traces in the output too.
_SIGNS: tuple[tuple[str, str], ...] = (
    ("disk", r"No space left on device|Errno 28\b|\bENOSPC\b"),
    ("hash", r"DO NOT MATCH THE HASHES|\bEINTEGRITY\b"),
    ("permission", r"Permission denied|Read-only file system|\bE(?:ACCES|PERM|ROFS)\b"),
    (
        "certificate",
        r"CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF|UNABLE_TO_GET_ISSUER",
    ),
    (
        "network",
        r"Retrying \(Retry\(|NewConnectionError|Max retries exceeded|ReadTimeoutError|ProxyError"
        r"|\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH)\b"
        r"|ERR_SOCKET_TIMEOUT",
    ),
    ("missing", r"No matching distribution found for|\bE404\b|\bETARGET\b"),
)


def cause(output: str) -> str:
    """disk | hash | permission | certificate | network | missing | unknown"""
    return next((name for name, sign in _SIGNS if re.search(sign, output)), "unknown")


def fetching_failed(fetching: Fetching, output: str, *, folder: str, log: str) -> str:
    found = cause(output)
    if found == "disk":
        return disk_full(folder)
    return {
        "permission": f"{fetching.what} could not be installed because the installer may not "
        f"write to one of its folders; which one is in {log}.",
        "hash": f"{fetching.what} were not installed: the {fetching.index} sent a file that is not "
        f"the one pinned in this repository (its checksum differs); see {log}.",
        "certificate": f"{fetching.what} could not be fetched because the certificate of the "
        f"{fetching.index} is not trusted here: check {fetching.settings}.",
        "network": f"{fetching.what} could not be fetched because the {fetching.index} cannot be "
        f"reached: check the network and {fetching.settings}, then start again.",
        "missing": f"{fetching.what} could not be fetched because the {fetching.index} does not "
        f"have a pinned version: check {fetching.settings}; what it said is in {log}.",
        "unknown": f"{fetching.what} could not be installed; what the installer said is in {log}.",
    }[found]


def disk_full(folder: str) -> str:
    return f"The disk is full: make room on the disk of {folder} and start again."


def no_permission(path: str) -> str:
    return f"There is no permission to write to {path}: change its owner or use a copy of your own."


def no_venv(version: tuple[int, int], *, has_apt: bool) -> str:
    if has_apt:
        package = f"python{version[0]}.{version[1]}-venv"
        return (
            f"Python's venv module is missing: install it with `sudo apt install {package}` "
            "and start again."
        )
    return (
        f"Python {version[0]}.{version[1]} here has no venv and ensurepip modules: "
        "install your system's package for them and start again."
    )


def no_chromium(log: str) -> str:
    return (
        "The browser tests need Chromium and it could not be installed here: install it (Debian: "
        "`sudo apt install chromium`) or name one in TRACKS_TEST_CHROMIUM, then start again; "
        f"what was tried is in {log}."
    )


def from_os_error(error: OSError, folder: str) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(folder)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return no_permission(str(error.filename or folder))
    return f"The preparation stopped: {error.strerror or error} ({error.filename or folder})."
