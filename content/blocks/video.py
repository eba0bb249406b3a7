from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from urllib.parse import urlsplit

from content.attributes import Attributes
from content.blocks.block import COMMON_OPTIONS, Block, BlockText
from content.languages import LANGUAGES, language_meant, word
from content.markdown import Document, Element
from content.model import Video
from content.problems import ProblemList, suggestion
from content.rendered import RenderedVideo
from content.said import say
from content.source import source_of

_FILM_HINT = "Write src=media/film.mp4, or src=https://... for a film elsewhere."
_CAPTIONS_HINT = say(
    'Add captions=media/film.nb.vtt (or, for a film elsewhere, captions="nb"); '
    'if there can be none, say why: link-only="reason".'
)
_DESCRIPTION_HINT = (
    "Write described=yes if all that is shown is also said, or the address of a film that does: "
    "described=https://..."
)
FILM_TYPES = (".mp4", ".m4v")  # those that every browser plays, a tablet's too
_NAMED = re.compile(r"\.([A-Za-z]+(?:[_-][A-Za-z]+)?)\.vtt")


def film(attributes: Attributes) -> Video:
    options = attributes.options
    return Video(
        src=options.get("src", "").strip(),
        captions=options.get("captions", "").strip(),
        link_only=options.get("link-only", "").strip(),
        described=options.get("described", "").strip(),
    )


def read(document: Document, block: Element, found: ProblemList) -> BlockText:
    video = film(block.attributes)
    check_source(video, block.line, found)
    check_captions(video, block.line, found)
    check_description(video, block.line, found)
    prompt = source_of(document, block.children, without="leader")
    return BlockText(prompt=prompt, video=video)


def check_source(video: Video, line: int, found: ProblemList) -> None:
    if not video.src:
        found.error("video-src", line, "the video block says no src", _FILM_HINT)
    elif video.is_external and not is_https(video.src):
        found.error("video-src", line, say("{src!r} is neither", src=video.src[:60]), _FILM_HINT)
    elif not video.is_external and not video.src.lower().endswith(FILM_TYPES):
        hint = say("Films in media/ end in {film_types}.", film_types=", ".join(FILM_TYPES))
        found.error(
            "video-src", line, say("{src!r} is not a film we can play", src=video.src[:60]), hint
        )


def check_captions(video: Video, line: int, found: ProblemList) -> None:
    if not video.captions:
        if not video.link_only:
            found.error("video-captions", line, "the video has no captions", _CAPTIONS_HINT)
        return
    if video.is_external:
        for code in re.split(r"[\s,]+", video.captions):
            if code not in LANGUAGES:
                hint = say(
                    "{suggestion} {captions_hint}",
                    suggestion=suggestion(code, LANGUAGES),
                    captions_hint=_CAPTIONS_HINT,
                )
                found.error(
                    "video-captions", line, say("{code!r} is not a language", code=code[:40]), hint
                )
    elif not re.fullmatch(r"media/.+\.vtt", video.captions):
        message = say("{captions!r} is not a file of captions", captions=video.captions[:60])
        found.error("video-captions", line, message, _CAPTIONS_HINT)


def check_description(video: Video, line: int, found: ProblemList) -> None:
    if not video.described:
        message = "the video does not say whether what it shows is also said"
        found.warning("video-description", line, message, _DESCRIPTION_HINT)
    elif video.described != "yes" and not _is_film(video.described):
        message = say("{described!r} is no film", described=video.described[:60])
        found.error("video-description", line, message, _DESCRIPTION_HINT)


def _is_film(address: str) -> bool:
    return is_https(address) or (
        address.startswith("media/") and address.lower().endswith(FILM_TYPES)
    )


def caption_languages(video: Video) -> tuple[str, ...]:
    """() if nothing says so: then they are in the language of the page."""
    if video.is_external:
        return tuple(filter(None, re.split(r"[\s,]+", video.captions)))
    named = _NAMED.search(video.captions)
    meant = language_meant(named[1]) if named else ""
    return (meant,) if meant else ()


def is_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None


def draw(
    video: Video, title: str, language: str, *, media_url: Callable[[str], str]
) -> RenderedVideo:
    """A film elsewhere becomes a link: no page of ours makes the browser ask a third party."""
    if video.is_external:
        url = video.src if is_https(video.src) else ""
        name = f"{title}: {word('watch-elsewhere', language)}" if title else ""
        label = escape(name or word("watch-elsewhere", language))
        html = _link(url, label) + _described(video, language, media_url)
        return RenderedVideo(html, url, "", True, video.link_only)
    url = media_url(video.src)
    captions = media_url(video.captions) if video.captions.startswith("media/") else ""
    track = ""
    if captions:
        spoken = next(iter(caption_languages(video)), language)
        name = word("captions", language)
        name = name if spoken == language else f"{name} ({LANGUAGES[spoken]})"
        track = (
            f'<track kind="captions" src="{escape(captions)}" srclang="{escape(spoken)}"'
            f' label="{escape(name)}" default>'
        )
    named = escape(title or word("video", language))
    html = (
        f'<video controls preload="none" src="{escape(url)}" aria-label="{named}">{track}</video>'
    )
    html += _described(video, language, media_url)
    return RenderedVideo(html, url, captions, False, video.link_only)


def _link(url: str, label: str) -> str:
    return f'<p class="video-link"><a href="{escape(url)}">{label}</a></p>'


def _described(video: Video, language: str, media_url: Callable[[str], str]) -> str:
    if not _is_film(video.described):
        return ""
    is_ours = video.described.startswith("media/")
    url = media_url(video.described) if is_ours else video.described
    return _link(url, escape(word("described", language)))


BLOCK = Block(options=COMMON_OPTIONS | {"src", "captions", "link-only", "described"}, read=read)
