"""Sanitise uploaded file names for display, storage and downloads."""

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST = 200
_UNNAMED = "document"
_PATH = re.compile(r"[/\\]")
_SPACES = re.compile(r"\s+")


def clean_filename(raw: str) -> str:
    """Return the last part of a path, in NFC, without control and format characters, at most 200 characters long."""
    name = _SPACES.sub(" ", _PATH.split(raw)[-1])
    kept = "".join(char for char in unicodedata.normalize("NFC", name) if unicodedata.category(char)[0] != "C")
    cleaned = kept.strip(" .") if kept.strip(" .") else _UNNAMED
    if len(cleaned) > LONGEST:
        suffix = PurePosixPath(cleaned).suffix[:20]
        cleaned = cleaned[: LONGEST - len(suffix)].rstrip(" .") + suffix
    return cleaned


def title_of(filename: str) -> str:
    """Return a title from the file name, for use until the title is read from the document's text."""
    return PurePosixPath(filename).stem or filename
