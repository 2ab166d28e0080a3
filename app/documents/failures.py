"""What helps after a failure, for each stable code with which the ingestion of a document fails.

The message of a failure says what happened. The remedy says what a user can do on the pages, and with which action.
"""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What a user does about a failure: start it again, send another file, or ask the operator."""

    RETRY = "retry"
    REPLACE = "replace"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Remedy:
    """A sentence that says what helps, and the action that it names first."""

    sentence: str
    action: Action


_SAVE_AGAIN = "Open the file in its own program, save it again, and replace this document with the new file."
_SPLIT = "Split the file, and upload its parts as documents of their own; or replace it with a smaller copy."
_SEND_AGAIN = "Replace this document with the same file from its source: the stored copy can't be used."
_RETRY = "Retry: nothing is wrong with the file. If it fails again, ask your administrator to look at the machine."

REMEDIES = {
    "empty-file": Remedy("Fetch the file again from its source, and replace this document with it.", Action.REPLACE),
    "unsupported-type": Remedy("Save the file as PDF, HTML, text or Markdown, and replace it.", Action.REPLACE),
    "type-mismatch": Remedy("Give the file the ending of its real format, and replace this document.", Action.REPLACE),
    "pdf-damaged": Remedy("Fetch the PDF again from its source, and replace this document with it.", Action.REPLACE),
    "pdf-encrypted": Remedy("Replace the file with the same PDF, and enter its password.", Action.REPLACE),
    "pdf-wrong-password": Remedy("Replace the file with the same PDF, and enter the right password.", Action.REPLACE),
    "pdf-no-text": Remedy("Replace it with a copy that has a text layer: the pages are pictures.", Action.REPLACE),
    "document-too-large": Remedy(_SPLIT, Action.REPLACE),
    "parse-crashed": Remedy(_SAVE_AGAIN, Action.REPLACE),
    "parse-timeout": Remedy(_SPLIT, Action.REPLACE),
    "parse-memory": Remedy(_SPLIT, Action.REPLACE),
    "html-unreadable": Remedy(_SAVE_AGAIN, Action.REPLACE),
    "html-too-deep": Remedy(_SAVE_AGAIN, Action.REPLACE),
    "html-too-many-elements": Remedy(_SPLIT, Action.REPLACE),
    "html-too-many-cells": Remedy(_SPLIT, Action.REPLACE),
    "html-style-sheets-too-large": Remedy(_SAVE_AGAIN, Action.REPLACE),
    "file-missing": Remedy(_SEND_AGAIN, Action.REPLACE),
    "file-damaged": Remedy(_SEND_AGAIN, Action.REPLACE),
    "file-too-large": Remedy(_SPLIT, Action.REPLACE),
    "output-lost": Remedy(_RETRY, Action.RETRY),
    "document-deleted": Remedy("Upload the file again: the document was deleted while it was read.", Action.REPLACE),
    "ingestion-gave-up": Remedy(_RETRY, Action.RETRY),
    "workers-lost": Remedy(_RETRY, Action.RETRY),
    "processing-memory": Remedy(_SPLIT, Action.REPLACE),
    "processing-timeout": Remedy(_SPLIT, Action.REPLACE),
    "processing-crashed": Remedy(_SAVE_AGAIN, Action.REPLACE),
    "blob-missing": Remedy(_SEND_AGAIN, Action.REPLACE),
    "blob-damaged": Remedy(_SEND_AGAIN, Action.REPLACE),
    "storage-full": Remedy("Ask your administrator for room on the disk, then retry.", Action.OPERATOR),
    "storage-unavailable": Remedy("Retry as soon as the file storage answers again.", Action.RETRY),
    "storage-key-unavailable": Remedy(
        "Ask your administrator to restore the storage's key file, then retry.", Action.OPERATOR
    ),
    "model-unavailable": Remedy("Retry as soon as the embedding model answers again.", Action.RETRY),
    "model-nonsense": Remedy("Ask your administrator to check the embedding model, then retry.", Action.OPERATOR),
}
_UNKNOWN = Remedy(_RETRY, Action.RETRY)


def find_remedy(code: str) -> Remedy:
    """Return what helps after a failure with this code. An unknown code, of another version, may be retried."""
    return REMEDIES.get(code, _UNKNOWN)
