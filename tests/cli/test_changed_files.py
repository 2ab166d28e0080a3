"""`footnote ingest` asks before a changed file becomes the new version of the document with its name."""

import hashlib
from pathlib import Path

import httpx
import pytest

from app.client.ingestion import Ingestion, IngestOptions, NoProgress
from app.client.models import ApiDocument, ApiVersion
from app.commands.ingest import ChangedFiles, MayReplace, skip_changed
from tests.cli.test_ingest import client

SAME, CHANGED = b"same", b"changed"


def ingest(tmp_path: Path, may_replace: MayReplace | None, names: dict[str, bytes]) -> tuple[list[str], list[str]]:
    """Ingest files whose documents have the content `SAME`. Return the outcomes' statuses and the paths of uploads."""
    for name, content in names.items():
        (tmp_path / name).write_bytes(content)
    uploaded: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            name = request.url.params["filename"]
            newest = {"number": 2, "content_sha256": hashlib.sha256(SAME).hexdigest()}
            items = [] if name == "new.txt" else [{"id": name, "title": "Report", "newest_version": newest}]
            return httpx.Response(200, json={"items": items, "next_cursor": None})
        request.read()
        uploaded.append(request.url.path)
        return httpx.Response(200, json={"document": {"id": "d", "status": "ready"}, "run": None})

    options = IngestOptions(replaces_by_name=True, may_replace=may_replace, uploads_at_once=1)
    files = {tmp_path / name: "c" for name in names}
    with client(handler) as api:
        outcomes = Ingestion(api, files, options=options, watcher=NoProgress()).run()
    return [each.status for each in outcomes], uploaded


def test_only_changed_files_are_asked_about(tmp_path: Path) -> None:
    asked: list[str] = []

    def refuse(path: Path, document: ApiDocument) -> bool:
        asked.append(f"{path.name} {document.title}")
        return False

    statuses, uploaded = ingest(tmp_path, refuse, {"a.txt": SAME, "b.txt": CHANGED, "new.txt": CHANGED})
    assert asked == ["b.txt Report"]
    assert statuses == ["ready", "skipped", "ready"]
    assert uploaded == ["/v1/documents/a.txt/versions", "/v1/documents"]


@pytest.mark.parametrize(("may_replace", "status"), [(None, "ready"), (skip_changed, "skipped")])
def test_options_answer_beforehand(tmp_path: Path, may_replace: MayReplace | None, status: str) -> None:
    assert ingest(tmp_path, may_replace, {"b.txt": CHANGED})[0] == [status]


@pytest.mark.parametrize(
    ("typed", "replaced"),
    [
        (["y", "n", "Y "], [True, False, True]),
        (["", "maybe", "n", "a"], [False, True, True]),
        (["s"], [False, False, False]),
    ],
)
def test_answers_hold_for_one_file_or_for_all(typed: list[str], replaced: list[bool]) -> None:
    answers = iter(typed)
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return next(answers)

    document = ApiDocument(id="d", title="Report", newest_version=ApiVersion(number=2))
    asking = ChangedFiles(ask)
    assert [asking(Path(f"{name}.txt"), document) for name in "abc"] == replaced
    assert questions[0] == "a.txt has changed since version 2 of “Report” was uploaded. Replace it?"
    assert next(answers, None) is None
