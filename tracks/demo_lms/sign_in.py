import secrets

from flask import abort, request, session

from tracks.demo_lms.world import Directory, Person

# Flask's session is a cookie signed with the secret of the state file: SameSite=Lax, HttpOnly.
_SUB, _CSRF = "sub", "csrf"


def current_person(directory: Directory) -> Person | None:
    return directory.people.get(session.get(_SUB, ""))


def become(person: Person) -> None:
    session[_SUB] = person.sub
    session[_CSRF] = secrets.token_urlsafe(16)


def leave() -> None:
    session.pop(_SUB, None)


def csrf_token() -> str:
    """Kept in the signed cookie and repeated in each form of ours."""
    return str(session.setdefault(_CSRF, secrets.token_urlsafe(16)))


def require_csrf_token() -> None:
    kept, sent = session.get(_CSRF, ""), request.form.get("csrf", "")
    if not kept or not secrets.compare_digest(kept.encode(), sent.encode()):
        abort(400)
