"""`Idempotency-Key` on every POST (draft-ietf-httpapi-idempotency-key-header-07): a repeat returns the first response.

A record is claimed before the work and completed after it, each in its own short transaction. In between, the process
renews the claim (`claims.py`). If the process is killed, the claim expires within seconds, and a repeat runs again.
Only successful responses are stored. A failed POST changed nothing, so its repeat runs again, too. Stored bodies are
encrypted with the tenant's key, because a response may contain the secret of a new API key.
If a response has a `Content-Location`, its body is not stored: a repeat reads that address with the caller's current
permissions. A stream of events has a `Content-Location` as well, so a repeat gets its result as JSON.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import cast
from uuid import UUID

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from starlette.types import Receive, Scope, Send

from app.core.errors import UnavailableError
from app.core.principal import Principal
from app.db.session import Database
from app.http.errors import IdempotencyInProgressError, IdempotencyKeyInvalidError, IdempotencyKeyReusedError
from app.http.idempotency.claims import ClaimedKey, ClaimRenewer
from app.http.idempotency.models import IdempotencyRecord
from app.http.idempotency.repeats import MAX_STORED_BYTES, StoredResponse, repeat
from app.observability.logging import get_logger
from app.storage.sealing import Sealer

log = get_logger(__name__)

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_PURPOSE = "idempotent response"
Handler = Callable[[], Awaitable[Response]]


class Idempotency:
    """Claims idempotency keys, and stores and replays responses."""

    def __init__(self, *, database: Database, sealer: Sealer, renewer: ClaimRenewer) -> None:
        self._database = database
        self._sealer = sealer
        self._renewer = renewer

    async def run(self, request: Request, principal: Principal, fingerprint: str, handle: Handler) -> Response:
        """Return the response of `handle`, or the stored response for the same key, fingerprint and caller.

        Raises IdempotencyKeyInvalidError, IdempotencyKeyReusedError, IdempotencyInProgressError.
        """
        key = request.headers.get(HEADER)
        if key is None:
            return await handle()
        if _KEY.fullmatch(key) is None:
            raise IdempotencyKeyInvalidError
        found = await run_in_threadpool(self._claim, principal, key, _bind_to_caller(principal, fingerprint))
        if isinstance(found, StoredResponse):
            return repeat(request, found)
        return await self._complete(found, handle)

    def close(self) -> None:
        """Stop the renewal of claims."""
        self._renewer.close()

    async def _complete(self, claim: ClaimedKey, handle: Handler) -> Response:
        self._renewer.add(claim)
        try:
            response = await handle()
        except BaseException:
            await self._drop(claim)
            raise
        if response.status_code >= 300:
            await self._drop(claim)
        elif isinstance(response, StreamingResponse) or not hasattr(response, "body"):
            return _FollowedResponse(response, self, claim)
        else:
            await self._store(claim, response.status_code, dict(response.headers), response.body)
        return response

    async def _store(self, claim: ClaimedKey, status: int, headers: dict[str, str], body: bytes | memoryview) -> None:
        await self._end(claim, lambda: self._write(claim, status, headers, body))

    async def _drop(self, claim: ClaimedKey) -> None:
        await self._end(claim, lambda: self._delete(claim))

    async def _end(self, claim: ClaimedKey, change: Callable[[], None]) -> None:
        """Complete or delete the record. If the database fails, the claim expires, but the result is returned."""
        try:
            await run_in_threadpool(change)
        except UnavailableError as error:
            log.warning("idempotency.record.unchanged", code=error.code)
        finally:
            self._renewer.remove(claim)

    def _claim(self, principal: Principal, key: str, fingerprint: str) -> ClaimedKey | StoredResponse:
        same_key = (
            IdempotencyRecord.tenant_id == principal.tenant_id,
            IdempotencyRecord.user_id == principal.user_id,
            IdempotencyRecord.key == key,
        )
        with self._database.transaction(principal) as session:
            session.execute(delete(IdempotencyRecord).where(*same_key, IdempotencyRecord.expires_at <= func.now()))
            claimed = session.execute(
                insert(IdempotencyRecord)
                .values(
                    tenant_id=principal.tenant_id,
                    user_id=principal.user_id,
                    key=key,
                    fingerprint=fingerprint,
                    created_at=func.now(),
                    expires_at=func.now() + self._renewer.lease,
                )
                .on_conflict_do_nothing()
                .returning(IdempotencyRecord.created_at)
            ).scalar()
            if claimed is not None:
                return ClaimedKey(principal, key, claimed)
            record = session.scalars(select(IdempotencyRecord).where(*same_key)).one_or_none()
        if record is None or (record.fingerprint == fingerprint and record.status is None):
            raise IdempotencyInProgressError(headers={"Retry-After": "1"})
        if record.fingerprint != fingerprint:
            raise IdempotencyKeyReusedError
        body = b"" if record.body is None else self._sealer.open(principal.tenant_id, _PURPOSE, bytes(record.body))
        return StoredResponse(status=cast(int, record.status), headers=dict(record.headers or {}), body=body)

    def _write(self, claim: ClaimedKey, status: int, headers: dict[str, str], body: bytes | memoryview) -> None:
        tenant_id: UUID = claim.principal.tenant_id
        read_again = "content-location" in headers
        if not read_again and len(body) > MAX_STORED_BYTES:
            self._delete(claim)
            return
        sealed = None if read_again else self._sealer.seal(tenant_id, _PURPOSE, bytes(body))
        with self._database.transaction(claim.principal) as session:
            session.execute(
                update(IdempotencyRecord)
                .where(*_is(claim))
                .values(status=status, headers=headers, body=sealed, expires_at=claim.created_at + KEPT_FOR)
            )

    def _delete(self, claim: ClaimedKey) -> None:
        with self._database.transaction(claim.principal) as session:
            session.execute(delete(IdempotencyRecord).where(*_is(claim)))


class _FollowedResponse(Response):
    """A streamed response. After the stream, its record is completed if the response has a Content-Location.

    The record is deleted if it has none, or if the stream failed.
    """

    def __init__(self, inner: Response, idempotency: Idempotency, claim: ClaimedKey) -> None:
        self._inner = inner
        self._idempotency = idempotency
        self._claim = claim
        self.status_code = inner.status_code
        self.background = None
        self.raw_headers = inner.raw_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(self._inner.headers)
        try:
            await self._inner(scope, receive, send)
        except BaseException:
            await self._idempotency._drop(self._claim)
            raise
        failed = scope.get("state", {}).get("problem_code") is not None
        if "content-location" in headers and not failed:
            await self._idempotency._store(self._claim, 200, headers, b"")
        else:
            await self._idempotency._drop(self._claim)


def _is(claim: ClaimedKey) -> tuple[ColumnElement[bool], ...]:
    return (
        IdempotencyRecord.tenant_id == claim.principal.tenant_id,
        IdempotencyRecord.user_id == claim.principal.user_id,
        IdempotencyRecord.key == claim.key,
        IdempotencyRecord.created_at == claim.created_at,
        IdempotencyRecord.status.is_(None),
    )


def _bind_to_caller(principal: Principal, fingerprint: str) -> str:
    """Return a fingerprint of the request and the caller. Only the same key and scopes get the stored response."""
    scopes = "all" if principal.scopes is None else ",".join(sorted(principal.scopes))
    return hashlib.sha256(f"{fingerprint} {principal.key_id} {scopes} {principal.key_expires_at}".encode()).hexdigest()


def fingerprint(request: Request, *parts: bytes) -> str:
    """Return a digest of a request's method, path, query and `parts`, which are its body or the body's digest."""
    digest = hashlib.sha256()
    for part in (request.method.encode(), request.url.path.encode(), request.url.query.encode(), *parts):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
