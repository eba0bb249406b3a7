"""What is wrong with a row or a file, and what to do: message ids for the four languages."""

from typing import Final, NamedTuple

from tracks.i18n import N_


class Text(NamedTuple):
    what: str
    todo: str


TEXTS: Final[dict[str, Text]] = {
    "missing-value": Text(
        N_("A value is missing"), N_("Fill in the cell, or take the row out of the list.")
    ),
    "too-long": Text(N_("The text is too long"), N_("Look for two cells that have run into one.")),
    "odd-characters": Text(
        N_("The text has characters that are not writing"),
        N_("Save the list anew as CSV (UTF-8) or as XLSX."),
    ),
    "bad-unit-code": Text(
        N_("This is no organisation number or school unit code"),
        N_("Norway: nine digits. Sweden: eight digits. A digit may have been lost or changed."),
    ),
    "unknown-unit": Text(
        N_("We do not know this unit"),
        N_("Take in the list of units first, or mend the number."),
    ),
    "closed-unit": Text(
        N_("This unit is closed"),
        N_(
            "Use the number of the unit that has taken over. If none has, take the row out, or "
            "open the unit again on its page."
        ),
    ),
    "identity-number": Text(
        N_("This looks like a national identity number"),
        N_("Use the staff number or the user name instead. We never keep identity numbers."),
    ),
    "unknown-task": Text(
        N_("We do not know this task"),
        N_(
            "Write teacher, assistant, special educator, change-group leader, spreader, school "
            "leader or other."
        ),
    ),
    "unknown-kind": Text(
        N_("We do not know this kind of unit"),
        N_("Write preschool, 1-7, 8-10, 1-10, upper secondary, special or adult education."),
    ),
    "bad-number": Text(N_("This is no whole number"), N_("Write digits only, or leave it empty.")),
    "bad-date": Text(N_("This is no date"), N_("Write it as 2026-08-17.")),
    "two-names": Text(
        N_("The same person has two names in this list"),
        N_("Give both rows the same name, or each person a number of their own."),
    ),
    "doubled-unit": Text(
        N_("The same unit stands twice, not alike"), N_("Take one of the two rows out.")
    ),
    "ragged-row": Text(
        N_("The row has more cells than the headings"),
        N_("Look for a separator inside a cell; cells with one need quotation marks."),
    ),
    "unknown-person": Text(
        N_("The row is about a person who is not in the list of persons"),
        N_("Export the list anew from your system, all files at once."),
    ),
}

FILE_TEXTS: Final[dict[str, Text]] = {
    "empty": Text(N_("The list is empty"), N_("Choose the file again: it has no rows.")),
    "unreadable": Text(
        N_("The file cannot be read"), N_("Save it anew as CSV (UTF-8) or as XLSX.")
    ),
    "too-large": Text(
        N_("The file is too large"), N_("Split it into parts of at most 200,000 rows.")
    ),
    "too-wide": Text(
        N_("The file has more than 100 columns"), N_("Take out the columns that are not needed.")
    ),
    "no-headings": Text(
        N_("The first row has no headings"),
        N_("The first row must say what stands in each column."),
    ),
    "same-heading": Text(
        N_("Two columns have the same heading"), N_("Give each column a heading of its own.")
    ),
    "no-oneroster": Text(
        N_("The zip is no OneRoster export"),
        N_("It must have manifest.csv, orgs.csv and users.csv. Choose OneRoster 1.1 or 1.2, CSV."),
    ),
    "zip": Text(
        N_("The zip was not opened, as something in it is not as it should be"),
        N_("Export it anew from your system, and upload it as it came."),
    ),
    "service-address": Text(
        N_("The address of the other system may not be asked"),
        N_("It must begin with https and lead to a machine on the open net."),
    ),
    "service-slow": Text(
        N_("The other system took more than half an hour"),
        N_("We changed nothing. Ask who looks after it whether it is always so slow."),
    ),
    "secret-lost": Text(
        N_("The secret for the other system cannot be read any more"),
        N_("Type it once more on the page of the school system."),
    ),
    "service-refused": Text(
        N_("The other system did not let us in"),
        N_("Ask who looks after it whether our access is still valid."),
    ),
    "service-failed": Text(
        N_("The other system did not answer as it should"),
        N_("We changed nothing. Try again later; if it goes on, ask who looks after it."),
    ),
}


class BadFile(Exception):
    """The file as a whole cannot be taken in. `code` is a key of FILE_TEXTS."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail  # for people: a name in the zip, a heading
