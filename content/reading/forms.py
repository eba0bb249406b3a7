"""The front matter each kind of file must have. A field's description is the author's hint."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from content.devices import DEVICES
from content.ids import is_id
from content.model import (
    MOST_SAID,
    Audience,
    Begins,
    EntryLevel,
    Lifecycle,
    Order,
    Phase,
    TrackKind,
)
from content.said import say


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _id(value: str) -> str:
    if not is_id(value):
        raise ValueError("only a-z, 0-9 and single hyphens, at most 64 characters")
    return value


def _device(value: str) -> str:
    if value not in DEVICES:
        raise ValueError(
            say("{value!r} is not one of {devices}", value=value[:40], devices=", ".join(DEVICES))
        )
    return value


def _or_empty(value: object) -> object:
    return "" if value is None else value


Line = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\n]*\S[^\n]*$")]
OptionalLine = Annotated[
    str, BeforeValidator(_or_empty), Field(max_length=300, pattern=r"^[^\n]*$")
]
Licence = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\n]*\S[^\n]*$")]
Text = Annotated[str, BeforeValidator(_or_empty), Field(max_length=8000)]
Code = Annotated[str, Field(min_length=1, max_length=80)]
Codes = Annotated[tuple[Code, ...], BeforeValidator(_as_list), Field(max_length=40)]
Languages = Annotated[
    tuple[Code, ...], BeforeValidator(_as_list), Field(min_length=1, max_length=20)
]
Version = Annotated[str, Field(pattern=r"^[0-9]{1,4}(\.[0-9]{1,4}){0,2}$")]
Said = Annotated[
    tuple[Line, ...], BeforeValidator(_as_list), Field(min_length=1, max_length=MOST_SAID)
]
Minutes = Annotated[int, Field(ge=1, le=600)]
Id = Annotated[str, AfterValidator(_id)]
Device = Annotated[str, AfterValidator(_device)]
_PART = r"[a-z0-9]+(?:-[a-z0-9]+)*"
Replacement = Annotated[
    str,
    BeforeValidator(_or_empty),
    Field(max_length=200, pattern=rf"^({_PART}(/{_PART}(#{_PART})?)?|)$"),
]
OtherTrack = Annotated[
    str, BeforeValidator(_or_empty), Field(max_length=80, pattern=rf"^({_PART}|)$")
]
_RENAMED = "An id that was, and what it is now: renamed: {old-id: new-id}"
_RETIRED = "An id that was, and what takes its place: retired: {old-id: track/module#step}"
OrganisationNumber = Annotated[
    str, BeforeValidator(_or_empty), Field(pattern=r"^([0-9]{9}|[0-9]{6}-?[0-9]{4}|)$")
]


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=_kebab)


class LibraryForm(_Form):
    id: Id = Field(description="The publisher's name in addresses, for ever: id: asker")
    name: Line
    organisation_number: OrganisationNumber = Field(
        default="", description="Nine digits (Norway) or ten (Sweden), in quotes; or leave it out."
    )
    contact: Line = Field(description="An address that is read: contact: content@example.org")
    licence: Licence = Field(description="licence: CC BY 4.0")
    languages: Languages = Field(description="languages: [nb, sv]")
    renamed: dict[Id, Id] = Field(default={}, description=_RENAMED)  # of tracks


Source = Annotated[str, BeforeValidator(_or_empty), Field(pattern=r"^([a-z]{2,3} [0-9a-f]{12}|)$")]
_SOURCE_HINT = "Written by: tracks content translated FILE"


class TrackForm(_Form):
    title: Line
    title_en: OptionalLine = Field(
        default="", description="The title in English, if no text is: title-en: Measuring"
    )
    summary: Line = Field(description="One or two sentences, at most 300 characters.")
    subjects: Codes = Field(description="subjects: [NAT01-05], or [] for every subject")
    grades: Codes = Field(description='grades: "8-10"')
    frameworks: Codes = Field(default=(), description="frameworks: [pfdk-4, digcompedu-3]")
    languages: Languages = Field(description="languages: [nb, sv]")
    licence: Licence = Field(description="licence: CC BY 4.0")
    authors: Annotated[tuple[Line, ...], BeforeValidator(_as_list)] = Field(
        min_length=1,
        max_length=40,
        description="Roles or organisations, not persons: authors: [..]",
    )
    entry_level: EntryLevel = Field(
        default=EntryLevel.NEWCOMER, description="A level of DigCompEdu, A1 to C2: entry-level: A2"
    )
    entry_check: Annotated[tuple[Line, ...], BeforeValidator(_as_list)] = Field(
        default=(),
        max_length=6,
        description="What a teacher can do before, a line each: entry-check: [I can ...]",
    )
    you_said: dict[Version, Said] = Field(
        default={},
        max_length=20,
        description='What teachers said and you did, by version: you-said: {"1.1": [..]}',
    )
    changes: dict[Version, Said] = Field(
        default={},
        max_length=20,
        description='What is new in a version, for those who did it before: changes: {"1.1": [..]}',
    )
    foundation: OtherTrack = Field(
        default="", description="The track for those who cannot yet: foundation: track"
    )
    kind: TrackKind = Field(
        default=TrackKind.OTHER,
        description="tool-training, digital-tests, subject-didactics or other",
    )
    order: Order = Field(default=Order.RECOMMENDED, description="enforced, recommended or free")
    lifecycle: Lifecycle = Field(
        default=Lifecycle.DRAFT, description="draft, open, maintained, handed-over or archived"
    )
    version: Version = Field(description='version: "1.0"')
    renamed: dict[Id, Id] = Field(default={}, description=_RENAMED)  # of modules
    retired: dict[Id, Replacement] = Field(default={}, description=_RETIRED)
    replaced_by: Replacement = Field(
        default="", description="What to use instead of an archived track: replaced-by: track"
    )
    source: Source = Field(default="", description=_SOURCE_HINT)


class ModuleForm(_Form):
    title: Line
    devices: Annotated[tuple[Device, ...], BeforeValidator(_as_list)] = Field(
        default=(),
        description=f"Those the module has variants for: devices: [{', '.join(DEVICES)}]",
    )
    minutes: dict[Phase, Minutes] = Field(
        default={}, description="minutes: {A: 30, B: 45, C: 60, D: 30}"
    )
    gap_weeks: int = Field(default=4, ge=0, le=52, description="gap-weeks: 4")
    subjects: Codes = Field(default=(), description="subjects: [NAT01-05]; none: the track's")
    grades: Codes = Field(default=(), description='grades: "8"; none: the track\'s')
    frameworks: Codes = Field(
        default=(), description="frameworks: [pfdk-4, KM13854]; none: the track's"
    )
    leader: Text = Field(default="", description="Words for the one who leads: leader: ...")
    begins: Begins = Field(
        default=Begins.AFTER, description="after or with: the module before this one"
    )
    audience: Audience = Field(default=Audience.EVERYBODY, description="everybody or leaders")
    renamed: dict[Id, Id] = Field(default={}, description=_RENAMED)  # of steps
    retired: dict[Id, Replacement] = Field(default={}, description=_RETIRED)
    source: Source = Field(default="", description=_SOURCE_HINT)
