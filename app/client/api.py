"""The API calls. Each returns the API's response, or raises its problem document as an error with the same message."""

import mimetypes
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import uuid4

import httpx
from pydantic import BaseModel, RootModel, ValidationError

from app.client.changes import ChangeCalls
from app.client.conversations import ConversationCalls
from app.client.errors import (
    ApiProblemError,
    ServerUnreachableError,
    UnreadableResponseError,
)
from app.client.files import CountedFile
from app.client.models import (
    ApiAnswer,
    ApiCollection,
    ApiCreatedKey,
    ApiDeadLetter,
    ApiDocument,
    ApiGroup,
    ApiIssuer,
    ApiIssuerEffect,
    ApiListed,
    ApiReplayed,
    ApiRun,
    ApiTable,
    ApiUploaded,
    ApiWatchedIssuer,
    ApiWatchedIssuers,
    Key,
)
from app.client.retries import RETRY_SECONDS, Attempts, Retries
from app.client.review import ReviewCalls
from app.client.urls import certificates_of, check_url, issuer_path
from app.client.webhooks import WebhookCalls

Model = TypeVar("Model", bound=BaseModel)

UPLOAD_TIMEOUT = httpx.Timeout(30.0, read=300.0, write=300.0)


def _ignore(_notice: str) -> None:
    """Show no notice."""


class ApiClient(ChangeCalls, ConversationCalls, ReviewCalls, WebhookCalls):
    """A thread-safe client for one server and one API key. Use it as a context manager.

    Requests that an outage interrupts are repeated for `retry_seconds`; `notify` receives a sentence about each outage.
    """

    def __init__(
        self,
        *,
        url: str,
        key: str | None,
        transport: httpx.BaseTransport | None = None,
        retry_seconds: float = RETRY_SECONDS,
        notify: Callable[[str], None] = _ignore,
    ) -> None:
        headers = {"Accept": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        check_url(url)
        self._url = url
        self._retries = Retries(seconds=retry_seconds, notify=notify)
        self._http = httpx.Client(
            base_url=url,
            headers=headers,
            timeout=httpx.Timeout(120.0, connect=5.0),
            trust_env=False,
            verify=certificates_of(url),
            transport=transport,
        )

    @property
    def url(self) -> str:
        return self._url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections. Requests in other threads fail."""
        self._retries.stop()
        self._http.close()

    def upload_document(
        self,
        path: Path,
        *,
        collection: str,
        password: str | None = None,
        title: str | None = None,
        document_type: str | None = None,
        priority: str | None = None,
        on_bytes: Callable[[int], None] = lambda _: None,
    ) -> ApiUploaded:
        """Upload one file as a stream. Raises ApiProblemError, FileChangedError.

        `on_bytes` is called with the number of bytes that have been read so far.
        """
        form = {
            "collection": collection,
            "password": password,
            "title": title,
            "document_type": document_type,
            "priority": priority,
        }
        return self._upload("/v1/documents", path, form, on_bytes)

    def upload_version(
        self,
        path: Path,
        *,
        document_id: str,
        password: str | None = None,
        priority: str | None = None,
        on_bytes: Callable[[int], None] = lambda _: None,
    ) -> ApiUploaded:
        """Upload one file as a new version of a document. Raises ApiProblemError, FileChangedError."""
        form = {"password": password, "priority": priority}
        return self._upload(f"/v1/documents/{document_id}/versions", path, form, on_bytes)

    def get_document(self, document_id: str) -> ApiDocument:
        return self._call("GET", f"/v1/documents/{document_id}", ApiDocument)

    def list_documents(self, *, collection: str | None = None, filename: str | None = None) -> Iterator[ApiDocument]:
        """List documents, by default all, or only those of a collection (an ID) or with a file of this name."""
        filters = {"collection_id": collection, "filename": filename}
        wanted = {name: value for name, value in filters.items() if value is not None}
        return self._list("/v1/documents", ApiDocument, filters=wanted)

    def list_tables(self, document_id: str, *, page: int | None = None, title: str | None = None) -> Iterator[ApiTable]:
        """List a document's tables, by default all, or only those on a page or with the words in their title."""
        filters = {"page": None if page is None else str(page), "q": title}
        wanted = {name: value for name, value in filters.items() if value is not None}
        return self._list(f"/v1/documents/{document_id}/tables", ApiTable, filters=wanted)

    def get_table(self, document_id: str, number: int) -> dict[str, Any]:
        """Return a table with all its cells. Raises ApiProblemError."""
        path = f"/v1/documents/{document_id}/tables/{number}"
        table = self._json("GET", path)
        while table["next_row"] is not None:
            part = self._json("GET", path, params={"first_row": table["next_row"]})
            table |= {"cells": [*table["cells"], *part["cells"]], "next_row": part["next_row"]}
        return table

    def get_table_file(self, document_id: str, number: int, file_format: str) -> bytes:
        """Return a table as a file in the format `csv` or `xlsx`. Raises ApiProblemError."""
        path = f"/v1/documents/{document_id}/tables/{number}"
        return self._send("GET", path, params={"format": file_format}).content

    def get_statements(self, issuer: str, wanted: Mapping[str, object]) -> dict[str, Any]:
        """Return statements of an issuer, by its name or ID. Raises ApiProblemError."""
        return self._json("GET", f"{issuer_path(issuer)}/statements", params=wanted)

    def get_statements_file(self, issuer: str, wanted: Mapping[str, object], file_format: str) -> bytes:
        """Return statements of an issuer as a file in the format `csv` or `xlsx`. Raises ApiProblemError."""
        path = f"{issuer_path(issuer)}/statements"
        return self._send("GET", path, params={**wanted, "format": file_format}).content

    def list_issuers(self, words: str | None = None) -> Iterator[ApiIssuer]:
        return self._list("/v1/issuers", ApiIssuer, filters={} if words is None else {"q": words})

    def get_issuer(self, issuer: str) -> ApiIssuer:
        """Return an issuer with its names, documents and changes, and with the tag that `change_issuer` sends."""
        response = self._send("GET", issuer_path(issuer))
        return _parse(ApiIssuer, response).model_copy(update={"tag": response.headers.get("ETag", "*")})

    def preview_issuer(self, issuer: str, change: Mapping[str, object]) -> ApiIssuerEffect:
        return self._call("POST", f"{issuer_path(issuer)}/preview", ApiIssuerEffect, json=change)

    def change_issuer(self, issuer: str, tag: str, change: Mapping[str, object]) -> ApiIssuerEffect:
        """Merge, split or rename the issuer that has this tag. Raises ApiProblemError."""
        return self._call("PATCH", issuer_path(issuer), ApiIssuerEffect, json=change, tag=tag)

    def withdraw_issuer_edit(self, edit_id: str) -> ApiIssuerEffect:
        return self._call("DELETE", f"/v1/issuers/edits/{edit_id}", ApiIssuerEffect)

    def list_watched_issuers(self) -> ApiWatchedIssuers:
        """Return the issuers that the user watches: those with the newest documents first."""
        return self._call("GET", "/v1/watched-issuers", ApiWatchedIssuers)

    def watch_issuer(self, issuer: str) -> ApiWatchedIssuer:
        return self._call("PUT", f"{issuer_path(issuer)}/watch", ApiWatchedIssuer)

    def unwatch_issuer(self, issuer: str) -> None:
        self._send("DELETE", f"{issuer_path(issuer)}/watch")

    def get_run(self, run_id: str) -> ApiRun:
        return self._call("GET", f"/v1/runs/{run_id}", ApiRun)

    def find_runs(self, run_ids: Sequence[str]) -> dict[str, ApiRun]:
        """Return those of at most 100 runs that can be seen, by id, in one request."""
        parameters = {"id": list(run_ids), "limit": str(max(1, len(run_ids)))}
        found = self._call("GET", "/v1/runs", ApiListed[ApiRun], params=parameters)
        return {run.id: run for run in found.items}

    def list_runs(self) -> Iterator[ApiRun]:
        return self._list("/v1/runs", ApiRun)

    def list_dead_letters(self, *, kind: str | None = None) -> Iterator[ApiDeadLetter]:
        return self._list("/v1/dead-letters", ApiDeadLetter, filters={} if kind is None else {"kind": kind})

    def replay_dead_letter(self, run_id: str) -> ApiRun:
        return self._call("POST", f"/v1/dead-letters/{run_id}/replay", ApiRun)

    def replay_dead_letters(self, *, kind: str | None = None) -> int:
        """Replay all dead letters, or those of one kind. Return the number of runs that were started."""
        total = 0
        cursor: str | None = None
        while True:
            body = {"kind": kind, "cursor": cursor}
            done = self._call("POST", "/v1/dead-letters/replay", ApiReplayed, json=body)
            total, cursor = total + done.replayed, done.next_cursor
            if cursor is None:
                return total

    def list_collections(self) -> Iterator[ApiCollection]:
        return self._list("/v1/collections", ApiCollection)

    def create_collection(self, name: str, *, parent_id: str | None = None) -> ApiCollection:
        return self._call("POST", "/v1/collections", ApiCollection, json={"name": name, "parent_id": parent_id})

    def ensure_collection(self, name: str, *, parent_id: str | None = None) -> ApiCollection:
        """Return the collection with that name or id. If there is none, create it (inside `parent_id`, if given)."""
        for collection in self.list_collections():
            if name in {collection.name, collection.id}:
                return collection
        return self.create_collection(name, parent_id=parent_id)

    def grant(self, *, level: str = "viewer", **what: str) -> None:
        """Grant a user or group access to a collection or document.

        `level` is viewer, editor or owner. `what` contains `user_id` or `group_id`, `collection_id` or
        `document_id`, and optionally `expires_at`.
        """
        self._send("POST", "/v1/grants", json={"level": level, **what})

    def create_group(self, name: str) -> ApiGroup:
        return self._call("POST", "/v1/groups", ApiGroup, json={"name": name})

    def add_group_member(self, group_id: str, user_id: str) -> None:
        self._send("PUT", f"/v1/groups/{group_id}/members/{user_id}")

    def ask(self, question: str, *, filters: Mapping[str, object] | None = None) -> ApiAnswer:
        return self._call("POST", "/v1/questions", ApiAnswer, json={"question": question, **(filters or {})})

    def evaluate_formula(self, body: Mapping[str, object]) -> dict[str, Any]:
        """Evaluate a formula: the body and the response are those of `POST /v1/formulas`. Raises ApiProblemError."""
        return self._json("POST", "/v1/formulas", json=body)

    def publish_run(self, run_id: str, record: Mapping[str, object]) -> bool:
        """Publish the record of a suite's run. Return False if it was published before. Raises ApiProblemError."""
        return self._send("PUT", f"/v1/eval-runs/{run_id}", json=record).status_code == httpx.codes.CREATED

    def import_changes(self, changes: Sequence[Mapping[str, object]]) -> dict[str, Any]:
        """Apply all access changes, or none of them. Return how many were applied. Raises ApiProblemError."""
        return self._json("POST", "/v1/access/import", json={"changes": changes})

    def preview_changes(self, changes: Sequence[Mapping[str, object]]) -> dict[str, Any]:
        """Return the access that the changes would grant and revoke. Raises ApiProblemError."""
        return self._json("POST", "/v1/access/preview", json={"changes": changes})

    def explain_access(self, document_id: str, principal: str, *, time: str | None = None) -> dict[str, Any]:
        """Explain why a user may or may not see a document, now or at a past time. Raises ApiProblemError."""
        parameters = {"document": document_id, "principal": principal}
        if time is None:
            return self._json("GET", "/v1/access/explain", params=parameters)
        return self._json("GET", "/v1/access/explain/at", params={**parameters, "time": time})

    def create_key(self, name: str, *, scopes: Sequence[str] = (), expires_at: datetime | None = None) -> ApiCreatedKey:
        """Create a key for the caller. Without `scopes`, the key has all of the caller's permissions."""
        ends = None if expires_at is None else expires_at.isoformat()
        body = {"name": name, "scopes": list(scopes) or None, "expires_at": ends}
        return self._call("POST", "/v1/keys", ApiCreatedKey, json=body)

    def list_keys(self) -> Iterator[Key]:
        return self._list("/v1/keys", Key)

    def rotate_key(self, key_id: str, *, overlap_seconds: int) -> ApiCreatedKey:
        return self._call("POST", f"/v1/keys/{key_id}/rotate", ApiCreatedKey, json={"overlap_seconds": overlap_seconds})

    def revoke_key(self, key_id: str) -> None:
        self._send("DELETE", f"/v1/keys/{key_id}")

    def _upload(
        self, url: str, path: Path, form: Mapping[str, str | None], on_bytes: Callable[[int], None]
    ) -> ApiUploaded:
        fields = {name: value for name, value in form.items() if value is not None}
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        with path.open("rb") as file:
            files = {"file": (path.name, CountedFile(file, on_bytes), media_type)}
            return self._call("POST", url, ApiUploaded, data=fields, files=files, timeout=UPLOAD_TIMEOUT)

    def _list(self, path: str, model: type[Model], *, filters: Mapping[str, str] | None = None) -> Iterator[Model]:
        cursor: str | None = None
        while True:
            parameters = {"limit": "200"} | dict(filters or {}) | ({"cursor": cursor} if cursor else {})
            page: ApiListed[Model] = _parse(
                ApiListed[model],  # type: ignore[valid-type]  # a model chosen at run time
                self._send("GET", path, params=parameters),
            )
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def _json(self, method: str, path: str, **options: object) -> dict[str, Any]:
        """Send one request and return the response's JSON object unchanged. Raises UnreadableResponseError."""
        return _parse(_AnyObject, self._send(method, path, **options)).root

    def _call(self, method: str, path: str, model: type[Model], **options: object) -> Model:
        return _parse(model, self._send(method, path, **options))

    def _send(self, method: str, path: str, *, tag: object = None, **options: object) -> httpx.Response:
        """Send one request, and return its successful response. `tag` is that of the content to change.

        If the server is down, restarts, or limits the rate, wait and repeat the request with the same idempotency key.
        Raises ServerUnreachableError, ApiProblemError.
        """
        headers = {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        headers |= {"If-Match": str(tag)} if tag else {}
        attempts = Attempts(self._retries)
        while True:
            try:
                response = self._http.request(method, path, headers=headers, **options)  # type: ignore[arg-type]  # httpx's own options
            except httpx.TransportError as error:
                if attempts.again_after_error(error):
                    continue
                raise self._unreachable() from error
            if response.is_success:
                self._retries.note_up()
                return response
            problem = _problem(response)
            if not attempts.again_after_problem(problem, _retry_after(response)):
                raise problem

    def _unreachable(self) -> ServerUnreachableError:
        if not self._retries.reached:
            return ServerUnreachableError(
                f"No Footnote server responds at {self._url}: start one with `footnote up`, or pass --url."
            )
        return ServerUnreachableError(
            f"The server at {self._url} stopped responding, and has not responded again within "
            f"{self._retries.seconds:.0f} seconds: try again when it runs."
        )


class _AnyObject(RootModel[dict[str, Any]]):
    """Any JSON object."""


def _parse(model: type[Model], response: httpx.Response) -> Model:
    """Parse a response. Raises UnreadableResponseError, without the response's content, which may be a secret."""
    try:
        return model.model_validate_json(response.content)
    except ValidationError:
        raise UnreadableResponseError from None


def _retry_after(response: httpx.Response) -> float | None:
    """Return the seconds in the Retry-After header, or None if it is missing or not a number."""
    try:
        return max(0.1, float(response.headers["Retry-After"]))
    except (KeyError, ValueError):
        return None


def _problem(response: httpx.Response) -> ApiProblemError:
    try:
        body = response.json()
    except ValueError:
        body = None
    fields = body if isinstance(body, dict) else {}
    detail = fields.get("detail") or fields.get("title") or f"The server returned status {response.status_code}."
    listed = fields.get("errors")
    errors = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    code = str(fields.get("code", "unknown"))
    return ApiProblemError(code=code, status=response.status_code, detail=str(detail), errors=errors)
