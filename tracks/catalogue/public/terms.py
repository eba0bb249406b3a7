"""On which terms a resource is to be had on a day when it is not free (P-15)."""

from markupsafe import Markup
from msgspec import Struct

from tracks.catalogue.queries import Edition
from tracks.catalogue.rules import Address
from tracks.catalogue.shelves import shelf
from tracks.catalogue.windows import ALWAYS
from tracks.db import Session


class OrdinaryTerms(Struct, frozen=True):
    """In the language nearest to the reader's; what the author has not said is ""."""

    provider: str
    price: str
    text: Markup
    language: str


def terms_of(
    session: Session, edition: Edition, address: Address, language: str
) -> OrdinaryTerms | None:
    """None where the author has said nothing, or nothing ends."""
    step = edition.by_slug.get((address.module or "", address.step or ""))
    if step is None or not step.is_resource or step.window == ALWAYS:
        return None
    spoken = edition.language(language)
    text = shelf().text(session, edition.version_id, step.step_id, spoken)
    if not (text.provider or text.price or text.terms_html):
        return None
    # Cleaned by content.rendering when it was published.
    return OrdinaryTerms(text.provider, text.price, Markup(text.terms_html), spoken)  # noqa: S704
