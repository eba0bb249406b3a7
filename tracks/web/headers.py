"""Security headers of every answer. Talisman's are static; ours differ per LMS (T40)."""

from wsgiref.headers import Headers

from flask import Flask, Response, g, request

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


def add_headers(response: Response) -> Response:
    headers = response.headers
    policy = _POLICY.format(
        ancestors=g.get("frame_ancestors", "'none'"),
        targets=g.get("form_targets", "'self'"),
        frames="; frame-src 'self'" if g.get("has_frames") else "",
    )
    # same-origin, not no-referrer: with that one browsers send "Origin: null" with our own forms.
    referrer = ("Referrer-Policy", g.get("referrer_policy", "same-origin"))
    more = [("Content-Security-Policy", policy), referrer, *_ALWAYS]
    if request.is_secure:
        more.append(_OVER_TLS)
    if "Cache-Control" not in headers:
        more.append(("Cache-Control", "no-store"))
    headers.extend(more)
    return response


def add_to_file(headers: Headers, _path: str, _url: str) -> None:
    """Of our own style sheets, scripts and pictures, which are served beside the application."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def install(app: Flask) -> None:
    app.after_request(add_headers)
