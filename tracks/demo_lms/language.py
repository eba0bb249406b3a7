from flask import request, session

from tracks.demo_lms.texts import best_language


def current_language() -> str:
    """?lang= wins and is remembered; then what was remembered; then Accept-Language."""
    asked = request.args.get("lang")
    language = best_language(asked or session.get("lang"), request.accept_languages.values())
    if asked == language:
        session["lang"] = language
    return language
