"""Security headers of every answer. Talisman's are static; ours differ per LMS (T40)."""

from functools import lru_cache
from wsgiref.headers import Headers

from tracks.web.requests import noted, this_request

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; media-src 'self' https:; form-action {targets}; "
    "base-uri 'none'; frame-ancestors {ancestors}{frames}"
)


_ALWAYS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Vary", "Cookie"),
]
_OVER_TLS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
_NOT_KEPT = ("Cache-Control", "no-store")


def security_headers(*, may_be_kept: bool) -> list[tuple[str, str]]:
    """For the answer to the request at hand. `may_be_kept`: it says itself for how long."""
    said = noted().get
    return _headers(
        said("frame_ancestors", "'none'"),
        said("form_targets", "'self'"),
        # same-origin, not no-referrer: with that browsers send "Origin: null" with our own forms.
        said("referrer_policy", "same-origin"),
        "; frame-src 'self'" if said("has_frames", False) else "",
        this_request().is_secure,
        may_be_kept,
    )


@lru_cache(maxsize=256)  # of each LMS a few
def _headers(
    ancestors: str, targets: str, referrer: str, frames: str, is_secure: bool, may_be_kept: bool
) -> list[tuple[str, str]]:
    policy = _POLICY.format(ancestors=ancestors, targets=targets, frames=frames)
    return [
        ("Content-Security-Policy", policy),
        ("Referrer-Policy", referrer),
        *_ALWAYS,
        *([_OVER_TLS] if is_secure else []),
        *([] if may_be_kept else [_NOT_KEPT]),
    ]


def add_to_file(headers: Headers, _path: str, _url: str) -> None:
    """Of our own style sheets, scripts and pictures, which are served beside the application."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
