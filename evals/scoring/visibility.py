"""Compares the objects that the API shows to a user with the user's rights.

A hidden object must get the same response as a missing one: 404 with the same text.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

WAYS = (
    "/v1/documents/{document}",
    "/v1/documents/{document}/versions",
    "/v1/documents/{document}/versions/{version}",
    "/v1/runs/{run}",
)
READ_WAYS = (
    "/v1/documents/{document}/file",
    "/v1/documents/{document}/versions/{version}/file",
    "/v1/documents/{document}/pages/1",
    "/v1/documents/{document}/versions/{version}/pages/1",
    "/v1/documents/{document}/pages/1/image?dpi=36",
    "/v1/documents/{document}/versions/{version}/pages/1/image?dpi=36",
    "/v1/documents/{document}/pages/1/overlay?dpi=36",
    "/v1/documents/{document}/versions/{version}/pages/1/overlay?dpi=36",
    "/v1/documents/{document}/pages/1/filed?mark=0-9",
    "/v1/documents/{document}/versions/{version}/pages/1/filed",
    "/v1/documents/{document}/tables",
    "/v1/documents/{document}/versions/{version}/tables",
    "/v1/documents/{document}/tables/1",
    "/v1/documents/{document}/versions/{version}/tables/1",
    "/v1/documents/{document}/tables/1?format=csv",
    "/v1/documents/{document}/versions/{version}/tables/1?format=xlsx",
)
"""Addresses that exist only if Footnote could read the document."""

_PARTS_ABSENT = {"page-not-drawable", "page-not-filed-as-html", "table-not-found"}
"""Codes of problems with parts that a visible document may lack: page images, pages as filed, and tables."""

_ODD = "something of another run"
_Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Known:
    """A document's ids, as the API returns them to its owner. `name` is the document's name in findings."""

    id: UUID
    name: str
    collection: str
    version: str
    run: str
    readable: bool

    def paths(self) -> Iterator[str]:
        for way in (*WAYS, *READ_WAYS) if self.readable else WAYS:
            yield way.format(document=self.id, version=self.version, run=self.run)


@dataclass(frozen=True, slots=True)
class Visibility:
    """A user's rights: the visible documents, and the names of the visible collections (`opened`).

    `collections` maps the ids of all collections to their names.
    """

    known: Mapping[UUID, Known]
    visible: frozenset[UUID]
    collections: Mapping[str, str]
    opened: frozenset[str]

    def name(self, document: UUID) -> str:
        return self.known[document].name if document in self.known else _ODD


@dataclass(frozen=True, slots=True)
class AccessChecker:
    """Compares the responses that `client` gets with the rights of its user. Findings are sentences without ids."""

    client: httpx.Client
    visibility: Visibility
    _absent: dict[str, _Words] = field(default_factory=dict)

    def check_lists(self) -> Iterator[str]:
        """Compare the lists, with and without filters, with the user's rights. Yield the differences."""
        visibility = self.visibility
        yield from self._compared("/v1/documents", "id", visibility.visible)
        yield from self._compared("/v1/runs", "document_id", visibility.visible)
        for collection, name in visibility.collections.items():
            inside = frozenset(each for each in visibility.visible if visibility.known[each].collection == collection)
            for found in self._compared(f"/v1/documents?collection_id={collection}", "id", inside):
                yield f"in {name}, {found}"
            yield from self.check_address(
                f"/v1/collections/{collection}", f"collection {name}", shown=name in visibility.opened
            )
        listed = {visibility.collections.get(item["id"], _ODD) for item in list_items(self.client, "/v1/collections")}
        for name in sorted(listed ^ visibility.opened):
            yield f"collection {name} is {'listed' if name in listed else 'not listed'}"
        if any(True for _ in list_items(self.client, "/v1/grants")):
            yield "a grant is listed to a user who owns nothing"

    def check_document(self, document: Known) -> Iterator[str]:
        """Check every address of a document."""
        shown = document.id in self.visibility.visible
        for path in document.paths():
            yield from self.check_address(path, document.name, shown=shown)
        runs = any(True for _ in list_items(self.client, f"/v1/runs?document_id={document.id}"))
        if runs != shown:
            yield f"{document.name}: its runs are {'listed' if runs else 'not listed'}"

    def _compared(self, path: str, member: str, expected: frozenset[UUID]) -> Iterator[str]:
        listed = {UUID(item[member]) for item in list_items(self.client, path)}
        what = "" if member == "id" else "a run of "
        for document in sorted(listed ^ expected, key=lambda each: (self.visibility.name(each), each)):
            yield f"{what}{self.visibility.name(document)} is {'listed' if document in listed else 'not listed'}"

    def check_address(self, path: str, name: str, *, shown: bool) -> Iterator[str]:
        """Yield the faults of a response. Unless `shown`, the object must look like a missing one."""
        # Files are large, so the content is read only if the response is an error.
        with self.client.stream("GET", path) as response:
            words = _words(response.status_code, response.read() if response.is_error else b"")
        way = "/".join("…" if _is_id(part) else part for part in path.split("/"))
        if shown:
            if response.is_error and words.isdisjoint(_PARTS_ABSENT):
                yield f"{name} is not shown by {way}: {response.status_code}"
        elif response.status_code != httpx.codes.NOT_FOUND:
            yield f"{name} is shown by {way}: {response.status_code}"
        elif words != self._words_of_missing(way):
            yield f"{name} is distinguishable from a missing object at {way}"

    def _words_of_missing(self, way: str) -> _Words:
        if way not in self._absent:
            answer = self.client.get("/".join(str(uuid4()) if part == "…" else part for part in way.split("/")))
            self._absent[way] = _words(answer.status_code, answer.content)
        return self._absent[way]


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """The response to a question over HTTP.

    `sources` and `cited` are the ids of documents. `dropped` is the number of dropped sentences.
    """

    id: str
    sources: tuple[UUID, ...]
    cited: tuple[UUID, ...]
    dropped: int


def ask_with_key(client: httpx.Client, question: str, key: str) -> QuestionResult:
    """Ask with an `Idempotency-Key`, and read the whole answer at once. Raises httpx.HTTPStatusError."""
    response = client.post("/v1/questions", json={"question": question}, headers={"Idempotency-Key": key})
    return _question_result([], response.raise_for_status().json())


def ask_streamed(client: httpx.Client, question: str, documents: Sequence[UUID] = ()) -> QuestionResult:
    """Ask about `documents`, or about all if it is empty. Read the events as a stream. Raises httpx.HTTPStatusError."""
    body = {"question": question, "document_ids": [str(document) for document in documents]}
    response = client.post("/v1/questions", json=body, headers={"Accept": "text/event-stream"})
    events = _events(response.raise_for_status().text)
    return _question_result(events["sources"]["sources"], events["done"])


def _question_result(sources: Sequence[dict[str, Any]], answer: dict[str, Any]) -> QuestionResult:
    cited = tuple(UUID(span["document_id"]) for claim in answer["claims"] for span in claim["citations"])
    found = tuple(UUID(source["document_id"]) for source in sources)
    return QuestionResult(answer["id"], found, cited, answer["dropped"])


def _events(text: str) -> dict[str, dict[str, Any]]:
    """Return the data of the last event of each name (Server-sent events, WHATWG HTML § 9.2)."""
    events: dict[str, dict[str, Any]] = {}
    name = ""
    for line in text.split("\n"):
        member, _, value = line.partition(": ")
        if member == "event":
            name = value
        elif member == "data":
            events[name] = json.loads(value)
    return events


def list_items(client: httpx.Client, path: str) -> Iterator[dict[str, str]]:
    """Yield all items of a list, page by page. Raises httpx.HTTPStatusError."""
    cursor: str | None = None
    while True:
        parameters = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        url = httpx.URL(path)
        page = client.get(url.copy_merge_params(parameters)).raise_for_status().json()
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def _words(status: int, body: bytes) -> _Words:
    """Return the values of an error response, without its `instance`. If the body is empty, return only the status."""
    problem = json.loads(body) if body else {}
    return frozenset({str(status), *(str(value) for key, value in problem.items() if key != "instance")})


def _is_id(part: str) -> bool:
    try:
        UUID(part)
    except ValueError:
        return False
    return True
