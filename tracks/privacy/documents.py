"""Documents that follow from the data map: the record of processing (article 30), and the annex to
the agreement with a processor (article 28). To be read on a page, or as Markdown from a command.
"""

from collections.abc import Callable

from msgspec import Struct

from tracks.db.data_map import DataMap, Fate, Kept, Kind, Tagged
from tracks.i18n import N_
from tracks.privacy.rules import GRACE, Terms
from tracks.privacy.words import STANDING_TIME

Say = Callable[[str], str]
KIND_NAMES = {
    Kind.NONE: N_("not about a person"),
    Kind.PSEUDONYMOUS: N_("pseudonymous: a number or a time"),
    Kind.PERSONAL: N_("personal"),
    Kind.SPECIAL: N_("special category"),
}
FATE_NAMES = {
    Fate.DELETE: N_("deleted"),
    Fate.BLANK: N_("emptied"),
    Fate.LEAVE: N_("kept, with a number that leads to nobody"),
}
_ARCHIVE = N_("may be kept by name for the archive")


class Table(Struct, frozen=True):
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Section(Struct, frozen=True):
    heading: str
    text: tuple[str, ...] = ()
    table: Table | None = None


class Document(Struct, frozen=True):
    title: str
    sections: tuple[Section, ...]

    def as_markdown(self) -> str:
        lines = [f"# {self.title}"]
        for section in self.sections:
            lines += ["", f"## {section.heading}"]
            for paragraph in section.text:
                lines += ["", paragraph]
            if section.table:
                lines += ["", _line(section.table.heads), _line(["---"] * len(section.table.heads))]
                lines += [_line(row) for row in section.table.rows]
        return "\n".join(lines) + "\n"


def _line(cells: tuple[str, ...] | list[str]) -> str:
    safe = (cell.replace("\n", " ").replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(safe)} |"


def record(data_map: DataMap, terms: Terms, municipality: str, say: Say) -> Document:
    """Article 30(1): what the controller must be able to show."""
    unknown = say(N_("not stated yet"))
    return Document(
        f"{say(N_('Record of processing'))}: {municipality}",
        (
            Section(say(N_("Who answers for it")), (terms.controller or municipality,)),
            Section(say(N_("Data protection officer")), (terms.officer or unknown,)),
            Section(say(N_("What for")), (say(_PURPOSE), say(_BASIS))),
            Section(say(N_("Whose data")), (say(_WHOSE),)),
            Section(
                say(N_("What, why, for how long, and what an erasure does")),
                table=_kept(data_map, terms, say),
            ),
            Section(say(N_("Who receives it")), (say(_RECEIVERS), terms.processors or unknown)),
            Section(say(N_("Outside of the EEA")), (say(_ABROAD),)),
            Section(say(N_("How it is protected")), tuple(say(each) for each in _PROTECTED)),
            Section(
                say(N_("Every column that holds personal data")), table=_columns(data_map, say)
            ),
        ),
    )


def annex(data_map: DataMap, terms: Terms, municipality: str, say: Say) -> Document:
    """Article 28(3): what is processed for the municipality, by whoever runs the tool."""
    unknown = say(N_("not stated yet"))
    return Document(
        f"{say(N_('Annex to the data processing agreement'))}: {municipality}",
        (
            Section(say(N_("What is processed, and what for")), (say(_PURPOSE), say(_PROCESSOR))),
            Section(say(N_("Whose data")), (say(_WHOSE),)),
            Section(say(N_("Kinds of data")), table=_kept(data_map, terms, say)),
            Section(say(N_("For how long")), (say(_DURATION),)),
            Section(say(N_("At the end of the agreement")), (say(_END), say(_OWN), say(_STAYS))),
            Section(say(N_("Others who process it")), (terms.processors or unknown,)),
            Section(say(N_("Outside of the EEA")), (say(_ABROAD),)),
            Section(say(N_("How it is protected")), tuple(say(each) for each in _PROTECTED)),
            Section(say(N_("Help with people's rights")), (say(_RIGHTS),)),
        ),
    )


def _kept(data_map: DataMap, terms: Terms, say: Say) -> Table:
    heads = (N_("What"), N_("Why"), N_("How long"), N_("At an erasure"))
    return Table(
        tuple(say(head) for head in heads),
        tuple(
            (
                say(kept.what),
                say(kept.why),
                say(kept.how_long or STANDING_TIME),
                _at_erasure(kept, terms, say),
            )
            for kept in data_map.kept
        ),
    )


def _at_erasure(kept: Kept, terms: Terms, say: Say) -> str:
    if kept.may_be_archived and kept.table.name in terms.archived:
        return say(N_("kept by name for the archive"))
    said = say(FATE_NAMES[kept.fate])
    return f"{said}; {say(_ARCHIVE)}" if kept.may_be_archived else said


def _columns(data_map: DataMap, say: Say) -> Table:
    heads = (N_("Table"), N_("Column"), N_("Class"), N_("Why"))
    return Table(
        tuple(say(head) for head in heads),
        tuple(row for tagged in data_map.tagged for row in _of_table(tagged, say)),
    )


def _of_table(tagged: Tagged, say: Say) -> list[tuple[str, ...]]:
    return [
        (tagged.table.name, name, say(KIND_NAMES[kind]), say(tagged.why))
        for name, kind in tagged.kinds()
        if kind is not Kind.NONE
    ]


_PURPOSE = N_(
    "Professional development of teachers and other staff: to work through tracks, alone and "
    "together, and to see how far schools have come, in numbers."
)
_BASIS = N_(
    "The municipality states its legal basis; for employers in the public sector it is usually a "
    "task in the public interest (article 6(1)(e)), and not consent."
)
_WHOSE = N_(
    "Teachers and other employees. No pupils are in the data, and there is no field for them."
)
_RECEIVERS = N_(
    "The municipality's own LMS receives how much is done, 0 to 100, for its gradebook. Nobody "
    "else receives anything, and no page loads anything from another site."
)
_ABROAD = N_(
    "Nothing is sent anywhere else. Where the servers stand, whoever runs the tool states."
)
_PROTECTED = (
    N_("Everything goes over encrypted connections; private keys are sealed in the database."),
    N_("Rights are looked up at every request, and each municipality sees its own data only."),
    N_("Numbers under a limit are hidden, and so is what they could be worked out from."),
    N_(
        "Logs hold no names, addresses or tokens. Who looks at a person's data is noted in an "
        "audit log that cannot be changed."
    ),
)
_PROCESSOR = N_("Whoever runs the tool acts on the municipality's instructions only.")
_DURATION = N_("For as long as the municipality uses the tool, and for each kind as stated above.")
_END = N_(
    "At the end the municipality takes a copy of all its data, and everything is deleted 30 days "
    "after an administrator has asked for it; until then it can be stopped. Whoever runs the tool "
    "does the same on a written instruction. A receipt says how many rows of each kind were "
    "deleted. Backups go with the next rotation, and a deletion is repeated when a backup is "
    "restored."
)
_OWN = N_(
    "What people were promised that nobody else sees (answers, points, files, drafts of tracks, "
    "what they shared with a leader or said of a session) they take out themselves. The "
    "municipality gets it from whoever runs the tool, on a written instruction only, and everybody "
    "is told."
)
_STAYS = N_(
    "What stays leads to nobody: published tracks and the texts of the shared library, sums of how "
    "often resources were used in all municipalities, and the receipt."
)
_RIGHTS = N_(
    "Everybody can see, copy, correct and delete their own data on the page My data. Deletion "
    "happens 30 days after it was asked for. Whoever runs the tool can do the same by command."
)
assert GRACE.days == 30  # the text above says so
