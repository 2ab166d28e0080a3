"""Reads workbooks as their XML says, with the type of each cell."""

import io
import zipfile

from lxml import etree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_sheets(data: bytes) -> dict[str, dict[str, tuple[str, str]]]:
    """Return (type, value) of each cell by sheet and reference. The type of a number is "n", that of a string "s"
    (ECMA-376, 18.18.11).
    """
    book = zipfile.ZipFile(io.BytesIO(data))
    strings = [
        "".join(part.text or "" for part in item.iter(f"{MAIN}t"))
        for item in etree.fromstring(book.read("xl/sharedStrings.xml"))
    ]
    names = [sheet.get("name") for sheet in etree.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")]
    sheets = {}
    for number, name in enumerate(names, 1):
        cells = {}
        for cell in etree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml")).iter(f"{MAIN}c"):
            assert cell.find(f"{MAIN}f") is None, "a formula"
            kind, value = cell.get("t", "n"), cell.findtext(f"{MAIN}v")
            cells[cell.get("r")] = (kind, strings[int(value)] if kind == "s" else value)
        sheets[name] = cells
    return sheets
