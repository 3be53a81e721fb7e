"""Every way in which a CSV file comes: what is read right, and what is refused with a sentence."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from pathlib import Path

import pytest

from exchange.problems import Refused
from exchange.reading import opened

SHARED = Path(os.environ.get("RAPPORT_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the real data is not in {SHARED}")


def read(path, **options):
    with opened(path, **options) as sheet:
        return sheet.header, [(line.number, line.problem or line.cells) for line in sheet.rows()]


def written(tmp_path, content, encoding="utf-8"):
    path = tmp_path / "sheet.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def test_rows_come_with_the_number_of_their_first_line(tmp_path):
    path = written(tmp_path, 'a,b\n1,"two\nlines, and ""quotes"""\n\n3,4\n')
    assert read(path) == (["a", "b"], [(2, ["1", 'two\nlines, and "quotes"']), (5, ["3", "4"])])


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_line_ending(tmp_path, ending):
    assert read(written(tmp_path, ending.join(["a,b", "1,2", "3,4"]))) == (
        ["a", "b"],
        [(2, ["1", "2"]), (3, ["3", "4"])],
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_marked_encodings_are_seen(tmp_path, encoding):
    assert read(written(tmp_path, "a,b\nZoë,Łódź\n", encoding))[1] == [(2, ["Zoë", "Łódź"])]


def test_a_named_encoding(tmp_path):
    assert read(written(tmp_path, "a,b\nZoë,1 €\n", "cp1252"), encoding="cp1252")[1] == [(2, ["Zoë", "1 €"])]


def test_packed_files_are_known_by_their_content_not_their_name(tmp_path):
    assert read(written(tmp_path, gzip.compress(b"a,b\n1,2\n")))[1] == [(2, ["1", "2"])]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_seen_in_the_header(tmp_path, delimiter):
    assert read(written(tmp_path, f"a{delimiter}b\n1,5{delimiter}2\n"))[1] == [(2, ["1,5", "2"])]


def test_the_hint_of_spreadsheets_is_no_header(tmp_path):
    assert read(written(tmp_path, "sep=;\na;b\n1,5;2\n")) == (["a", "b"], [(3, ["1,5", "2"])])


def test_ragged_rows_are_problems(tmp_path):
    found = read(written(tmp_path, "a,b\n1\n1,2,3\n"))[1]
    assert found == [(2, "it has 1 cells, the header has 2"), (3, "it has 3 cells, the header has 2")]


def test_an_open_quote_is_a_problem_of_its_line(tmp_path):
    ((number, problem),) = read(written(tmp_path, 'a,b\n1,"2\n3,4\n'))[1]
    assert number == 2
    assert "quotes" in problem


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (b"", {}, "The file is empty."),
        (b"a,b\nZo\xeb,1\n", {}, "The file is not UTF-8 text (byte 0xEB"),
        (b"\xff\xfea\x00,\x00b\x00\n\x00\x00\xd8,\x00", {}, "The file is not UTF-16 text"),
        (b"a,b\n", {"encoding": "klingon"}, "There is no text encoding called klingon"),
        (gzip.compress(b"a,b\n" + os.urandom(5000))[:-2000], {"encoding": "latin-1"}, "damaged or cut off"),
        (b"\x1f\x8bnot gzip at all", {}, "damaged or cut off"),
    ],
)
def test_unreadable_files_are_one_sentence(tmp_path, content, options, sentence):
    with pytest.raises(Refused) as refusal:
        read(written(tmp_path, content), **options)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize("name", ["nothing-here.csv", "."])
def test_no_file_is_one_sentence(tmp_path, name):
    with pytest.raises(Refused, match="cannot be read"):
        read(tmp_path / name)


@needs_shared
def test_the_collection_of_odd_files_reads_as_published():
    sheets = sorted((SHARED / "csv_torture" / "csv-spectrum" / "csvs").glob("*.csv"))
    for sheet in sheets:
        expected = json.loads((sheet.parent.parent / "json" / f"{sheet.stem}.json").read_text(encoding="utf-8"))
        header, rows = read(sheet)
        # Newlines inside cells are kept as they are; the published answers have them plain.
        found = [{name: cell.replace("\r\n", "\n") for name, cell in zip(header, row, strict=True)} for _, row in rows]
        answers = expected if isinstance(expected, list) else [expected]
        plain = [{name: cell.replace("\r\n", "\n") for name, cell in row.items()} for row in answers]
        if sheet.stem == "location_coordinates":  # its answer gives another phone number than its sheet
            for row in [*found, *plain]:
                del row["Contact Phone Number"]
        assert found == plain, sheet.name
    assert sheets


@needs_shared
def test_one_sheet_in_eight_encodings_reads_the_same():
    folder = SHARED / "csv_torture" / "reencoded"
    found = {}
    for path in sorted(folder.glob("*.csv")):
        header, rows = read(path, encoding="cp1252" if "cp1252" in path.name else "")
        text = io.StringIO()
        csv.writer(text).writerows([header, *(row for _, row in rows)])
        found[path.name] = text.getvalue().replace("\r\n", "\n")
    assert len(found) == 8
    assert len(set(found.values())) == 1
