"""Every code with which the ingestion of a document fails has a remedy."""

import importlib
import pkgutil

import app.jobs.errors
import workers
from app.core.errors import DocumentError, FootnoteError
from app.documents.failures import REMEDIES, Action, find_remedy
from app.llm.errors import ModelNonsenseError, ModelUnavailableError
from app.storage.errors import StorageFullError, StorageUnavailableError

OF_RUNS = (
    app.jobs.errors.StageGaveUpError,
    app.jobs.errors.WorkersLostError,
    app.jobs.errors.ProcessingMemoryError,
    app.jobs.errors.ProcessingTimeoutError,
    app.jobs.errors.ProcessingCrashedError,
    ModelUnavailableError,
    ModelNonsenseError,
    StorageFullError,
    StorageUnavailableError,
)


def list_errors(kind: type[FootnoteError]) -> set[type[FootnoteError]]:
    return {kind}.union(*(list_errors(each) for each in kind.__subclasses__()))


def test_every_failure_of_a_document_has_a_remedy() -> None:
    for part in ("parsing", "pipeline", "extraction", "chunking"):
        folder = importlib.import_module(f"workers.{part}")
        for module in pkgutil.walk_packages(folder.__path__, f"{folder.__name__}."):
            if module.name.rpartition(".")[2] in ("errors", "document", "cells", "sheets", "versions"):
                importlib.import_module(module.name)
    assert workers is not None
    errors = {*(list_errors(DocumentError) - {DocumentError}), *OF_RUNS}
    # Pages are shown, or not, when somebody opens them; fields are read after publishing: neither fails a document.
    reading = {error for error in errors if error.__module__.startswith("workers.maintenance.")}
    codes = {error.code for error in errors - reading if not error.code.startswith("page-not-")}
    missing = sorted(codes - REMEDIES.keys())
    assert not missing, f"Add what helps after {missing} to app/documents/failures.py."


def test_an_unknown_code_may_be_retried() -> None:
    assert find_remedy("of-a-newer-version").action is Action.RETRY


def test_remedies_are_sentences() -> None:
    assert [each.sentence for each in REMEDIES.values() if not each.sentence.endswith(".")] == []
