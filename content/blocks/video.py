from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from urllib.parse import urlsplit

from content.attributes import Attributes
from content.blocks.block import COMMON_OPTIONS, Block, BlockText
from content.languages import LANGUAGES, word
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
FILM_TYPES = (".mp4", ".webm", ".m4v")


def film(attributes: Attributes) -> Video:
    options = attributes.options
    return Video(
        src=options.get("src", "").strip(),
        captions=options.get("captions", "").strip(),
        link_only=options.get("link-only", "").strip(),
    )


def read(document: Document, block: Element, found: ProblemList) -> BlockText:
    video = film(block.attributes)
    check_source(video, block.line, found)
    check_captions(video, block.line, found)
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
        html = f'<p class="video-link"><a href="{escape(url)}">{label}</a></p>'
        return RenderedVideo(html, url, "", True, video.link_only)
    url = media_url(video.src)
    captions = media_url(video.captions) if video.captions.startswith("media/") else ""
    track = ""
    if captions:
        name = escape(word("captions", language))
        track = (
            f'<track kind="captions" src="{escape(captions)}" srclang="{escape(language)}"'
            f' label="{name}" default>'
        )
    named = escape(title or word("video", language))
    html = (
        f'<video controls preload="none" src="{escape(url)}" aria-label="{named}">{track}</video>'
    )
    return RenderedVideo(html, url, captions, False, video.link_only)


BLOCK = Block(options=COMMON_OPTIONS | {"src", "captions", "link-only"}, read=read)
