"""The data map says of every column what it is, and what follows from it is whole (no. 1)."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text

from tracks.app import DATA_MAP
from tracks.db.data_map import DataMap, Fate, Kind, Tagged
from tracks.db.whose import is_of
from tracks.migrations import target_metadata


def faults(data_map: DataMap, metadata: MetaData) -> list[str]:
    """What is not tagged, tagged twice, or not there."""
    found = []
    for table in metadata.sorted_tables:
        of_it = [each for each in data_map.tagged if each.table is table]
        if len(of_it) != 1:
            found.append(f"{table.name}: described {len(of_it)} times")
            continue
        names = [name for name, _ in of_it[0].kinds()]
        found += [f"{table.name}.{c.name}: no kind" for c in table.c if c.name not in names]
        found += [f"{table.name}.{name}: two kinds" for name in set(names) if names.count(name) > 1]
        also = [*of_it[0].blank.split(), *of_it[0].hidden.split(), *(of_it[0].file or ())]
        also += [of_it[0].label] if of_it[0].label else []
        found += [
            f"{table.name}.{name}: no such column" for name in {*names, *also} - {*table.c.keys()}
        ]
    return found


def test_every_column_of_every_table_has_one_kind():
    assert faults(DATA_MAP, target_metadata()) == []


def test_a_column_without_a_kind_is_found():
    metadata = MetaData()
    new = Table("new", metadata, Column("id", Integer), Column("note", Text))
    other = Table("other", metadata, Column("id", Integer))

    assert faults(DataMap([Tagged(new, "why", none="id", personal="id gone")], []), metadata) == [
        "new.note: no kind",
        "new.id: two kinds",
        "new.gone: no such column",
        f"{other.name}: described 0 times",
    ]


def test_what_says_something_about_a_person_is_found_by_a_person():
    """Personal columns stand in tables that an export and an erasure reach, but for what has no
    sender on purpose, lists that lie there until they are taken in or thrown away, and a name that
    a school has written in a line of its support: it goes when nobody writes it anew."""
    reached = {kept.table.name for kept in DATA_MAP.kept}
    personal = {
        each.table.name for each in DATA_MAP.tagged if each.names(Kind.PERSONAL, Kind.SPECIAL)
    }

    assert personal - reached == {
        "accessibility_feedback",
        "roster_piece",
        "roster_row",
        "support_line",
    }


def test_what_stays_after_an_erasure_says_nothing():
    """Rows that are left name the person by a number only; what is emptied is all that spoke."""
    for kept in DATA_MAP.kept:
        tagged = DATA_MAP.of(kept.table)
        assert tagged is not None
        speaking = set(tagged.names(Kind.PERSONAL, Kind.SPECIAL))
        if kept.fate is Fate.LEAVE and kept.table.name != "archived_item":
            others = [k for k in DATA_MAP.kept if k.table is kept.table and k.fate is Fate.DELETE]
            assert not speaking or others, kept.table.name
        if kept.fate is Fate.BLANK:
            assert speaking <= set(tagged.blank.split()), kept.table.name


def test_nothing_says_twice_what_it_is_for():
    assert len({kept.what for kept in DATA_MAP.kept}) == len(DATA_MAP.kept)
    assert all(each.why for each in DATA_MAP.tagged)


def forgotten(data_map: DataMap) -> list[str]:
    """Tables that are neither in what a municipality takes out, nor say why; and columns of those
    that are, which would open something or are no text."""
    found = []
    for each in data_map.tagged:
        if each.left_out:
            continue
        if is_of(data_map, each.table, 1) is None:
            found.append(f"{each.table.name}: knows no municipality, and says nothing of it")
        away = {*each.hidden.split(), *((each.file[1],) if each.file else ())}
        for column in each.table.c:
            opens = column.name.endswith(("_hash", "sealed", "_secret")) or column.name == "token"
            if column.name not in away and (opens or isinstance(column.type, LargeBinary)):
                found.append(f"{each.table.name}.{column.name}: goes out as it is")
    return found


def test_what_a_municipality_takes_out_is_everything_or_says_why_not():
    assert forgotten(DATA_MAP) == []


def test_a_table_that_was_forgotten_is_found():
    metadata = MetaData()
    home = Table("municipality", metadata, Column("id", Integer, primary_key=True))
    theirs = Table(
        "theirs",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("municipality_id", Integer, ForeignKey("municipality.id")),
        Column("token_hash", Text),
    )
    hangs = Table("hangs", metadata, Column("of", Integer, ForeignKey("theirs.id"), nullable=False))
    maybe = Table("maybe", metadata, Column("of", Integer, ForeignKey("theirs.id")))
    new = Table("new", metadata, Column("picture", LargeBinary))
    each = [Tagged(table, "why") for table in (home, theirs, hangs, maybe, new)]

    assert forgotten(DataMap(each, [])) == [
        "theirs.token_hash: goes out as it is",
        "maybe: knows no municipality, and says nothing of it",
        "new: knows no municipality, and says nothing of it",
        "new.picture: goes out as it is",
    ]
