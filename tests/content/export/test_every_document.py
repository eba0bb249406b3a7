"""Whatever an author may write and publish can be taken out, in every format."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from content.export.formats import FORMATS
from content.export.source import Source
from content.model import Publisher
from tests.content.cases import Case, all_cases

PUBLISHER = Publisher("sample", "Sample municipality", "", "a@example.org", "CC BY 4.0", ("nb",))
SOUND = [case for case in all_cases() if not [x for x in case.expected if "warning" not in x]]


@pytest.mark.parametrize("case", SOUND, ids=str)
def test_a_sound_document_goes_out(case: Case, tmp_path: Path) -> None:
    loaded = case.load(tmp_path)
    assert loaded.value is not None
    (tmp_path / "library.yaml").write_text("id: sample\n", encoding="utf-8")
    source = Source(
        tmp_path, PUBLISHER, loaded.value, loaded.value.languages[0], "https://t.example"
    )
    for name, form in FORMATS.items():
        data = form.make(source).data
        assert data, name
        if name != "pdf":  # the slowest; test_pdf.py asks it the same
            assert form.make(source).data == data, name
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for entry in archive.namelist():
                    if entry.endswith(".xml"):
                        ElementTree.fromstring(archive.read(entry))
