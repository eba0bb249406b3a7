"""What machines read of a public page: schema.org's LearningResource, the words of LRMI.

NS 4180 takes the same words, and asks for an identifier that is an address, `expires` for what is
not open for ever, and an audience. Grep's addresses are those of the curricula. Pure.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from content.model import StepKind
from tracks.catalogue.public.about import About, Named, licence_url
from tracks.catalogue.public.frameworks import curriculum_of, framework_of
from tracks.catalogue.rules import public_path
from tracks.i18n import local_day

CONTEXT = "https://schema.org"
_GREP = "http://psi.udir.no/kl06/"  # as Grep names its own: an identifier, not a page
_TYPES = {"track": "course", "module": "learning session"}
_MODES = {StepKind.VIDEO: ["visual", "auditory"]}


def linked_data(
    told: About,
    base_url: str,
    today: date,
    *,
    subject_names: Mapping[str, str],
    framework_names: Mapping[str, str],
    provider: str = "",
    price: str = "",
) -> dict[str, Any]:
    """As JSON-LD. Names by code, in the language of the page. `price`: on ordinary terms."""
    url = base_url + public_path(told.address)
    found: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "LearningResource",
        "@id": url,
        "identifier": url,
        "url": url,
        "name": told.title,
        "alternateName": told.title_en,
        "description": told.summary,
        "inLanguage": list(told.languages),
        "learningResourceType": _TYPES.get(told.kind) or str(told.step_kind),
        "datePublished": local_day(told.first_published).isoformat(),
        "dateModified": local_day(told.updated).isoformat(),
        "version": told.version,
        "license": licence_url(told.licence) or told.licence,
        "author": [{"@type": "Organization", "name": name} for name in told.authors],
        "publisher": {"@type": "Organization", "name": told.publisher.name},
        "audience": {"@type": "EducationalAudience", "educationalRole": "teacher"},
        "educationalUse": "professional development",
        "educationalLevel": told.entry_level,
        "about": [subject_names[code] for code in told.subjects],
        "timeRequired": f"PT{told.minutes}M" if told.minutes else None,
        "isAccessibleForFree": told.window.is_open(today),
        "expires": told.window.free_until.isoformat() if told.window.free_until else None,
        "provider": {"@type": "Organization", "name": provider} if provider else None,
        "conditionsOfAccess": price,
        "accessMode": _MODES.get(told.step_kind, ["textual"]) if told.step_kind else None,
        "educationalAlignment": _alignments(told, subject_names, framework_names),
        "hasPart": [_named(part, base_url) for part in told.parts],
        "isPartOf": [_named(whole, base_url) for whole in told.whole],
    }
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _named(one: Named, base_url: str) -> dict[str, str]:
    url = base_url + public_path(one.address)
    return {"@type": "LearningResource", "@id": url, "url": url, "name": one.title}


def _alignments(
    told: About, subject_names: Mapping[str, str], framework_names: Mapping[str, str]
) -> list[dict[str, str]]:
    found = []
    for code in told.subjects:
        is_swedish = code.startswith("GRGR")
        found.append(
            _alignment(
                "educationalSubject",
                "Lgr22" if is_swedish else "LK20",
                subject_names[code],
                code,
                None if is_swedish else f"{_GREP}{code}",
            )
        )
    found += [_alignment("educationalLevel", "", grade, grade, None) for grade in told.grades]
    for code in told.frameworks:
        framework = framework_of(code)
        target = f"{_GREP}{code}" if framework == "LK20" else None
        # The revision of the curriculum is part of what the code means.
        within = f"{framework} {curriculum_of(code)}".strip()
        found.append(_alignment("teaches", within, framework_names[code], code, target))
    return found


def _alignment(
    kind: str, framework: str, name: str, code: str, target: str | None
) -> dict[str, str]:
    found = {
        "@type": "AlignmentObject",
        "alignmentType": kind,
        "educationalFramework": framework,
        "targetName": name,
        "targetDescription": code if code != name else "",
        "targetUrl": target or "",
    }
    return {key: value for key, value in found.items() if value}
