import io
import zipfile
from pathlib import Path

import pytest

from workers.parsing.errors import EmptyFileError, TypeMismatchError, UnsupportedFormatError
from workers.parsing.formats import FORMATS, find_format


def zip_bytes() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "text")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("filename", "content", "name"),
    [
        ("report.pdf", b"%PDF-1.7\n", "PDF"),
        ("REPORT.PDF", b"\n\n junk before %PDF-1.4\n", "PDF"),
        ("no-suffix", b"%PDF-1.7\n", "PDF"),
        ("page.html", b"<!DOCTYPE html><html><body>x</body></html>", "HTML"),
        ("page.htm", b"\xef\xbb\xbf  <HTML><head></head></HTML>", "HTML"),
        ("page.htm", "<html><p>x</p></html>".encode("utf-16"), "HTML"),
        ("filing.htm", b"<?xml version='1.0'?>\n<!-- made by x -->\n<html xmlns:ix='y'>", "HTML"),
        ("filing.htm", b"<DOCUMENT>\n<TYPE>424B2\n<TEXT>\n<html><body>", "HTML"),
        ("download", b"<html><body>x</body></html>", "HTML"),
        ("notes.md", b"# Title\n\ntext", "Markdown"),
        ("notes.txt", b"plain words", "plain text"),
        ("notes", b"plain words", "plain text"),
        ("notes.txt", "naïve café — ünïcode".encode(), "plain text"),
        ("notes.txt", "naïve café".encode("latin-1"), "plain text"),
    ],
)
def test_format_is_detected_by_content_then_name(tmp_path: Path, filename: str, content: bytes, name: str) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)
    assert find_format(path, filename).name == name


@pytest.mark.parametrize(
    ("filename", "content", "actual"),
    [
        ("report.pdf", zip_bytes(), "zip archive"),
        ("report.pdf", b"<html><body>not a pdf</body></html>", "HTML"),
        ("report.pdf", b"just words", "plain text"),
        ("report.pdf", b"\x89PNG\r\n\x1a\n\x00\x00", "PNG image"),
        ("page.html", b"%PDF-1.7\n", "PDF"),
        ("notes.txt", b"\x00\x01\x02\x03" * 100, "unknown kind"),
        ("notes.txt", b"<html><body>x</body></html>", "HTML"),
    ],
)
def test_error_for_a_misnamed_file_states_its_actual_type(
    tmp_path: Path, filename: str, content: bytes, actual: str
) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(TypeMismatchError, match=actual) as caught:
        find_format(path, filename)
    assert (caught.value.code, caught.value.status) == ("type-mismatch", 415)


@pytest.mark.parametrize(("filename", "content"), [("book.xlsx", zip_bytes()), ("a.bin", b"\x7fELF\x02\x01\x01\x00")])
def test_unsupported_format_is_rejected(tmp_path: Path, filename: str, content: bytes) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(UnsupportedFormatError, match="can't be read yet"):
        find_format(path, filename)


@pytest.mark.parametrize("filename", ["report.pdf", "page.html", "notes.txt", "x"])
def test_empty_file_is_rejected(tmp_path: Path, filename: str) -> None:
    path = tmp_path / "upload"
    path.write_bytes(b"")
    with pytest.raises(EmptyFileError):
        find_format(path, filename)


def test_each_format_has_a_reader_that_can_be_imported(tmp_path: Path) -> None:
    samples = {"HTML": b"<html><body><p>word</p></body></html>", "Markdown": b"word", "plain text": b"word"}
    for known in FORMATS:
        if known.name in samples:
            path = tmp_path / "sample"
            path.write_bytes(samples[known.name])
            document = known.read(path, None)
            assert document.pages[0].text.strip() == "word"
            assert document.media_type == known.media_type
    assert {known.name for known in FORMATS} == {"PDF", *samples}
