"""Sends the changes of the feed to webhooks: at least once each, with an ID that stays, and again after failures.

A delivery is a row of the database from when its change is read until it is sent. A worker that dies while it sends has
its webhook sent by another one, so a receiver may get a message twice, and knows it by its ID.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.audit.service import record
from app.changes.models import Change
from app.changes.repository import ChangeRepository, Position
from app.core.clock import Clock
from app.core.ids import new_id
from app.db.session import Database, system_principal
from app.observability.logging import get_logger
from app.storage.sealing import Sealer
from app.webhooks.models import Delivery, Webhook
from app.webhooks.sending import Outcome
from app.webhooks.service import SECRET_PURPOSE
from app.webhooks.signing import message_id, sign_headers

log = get_logger(__name__)

WAITS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before each further attempt (Standard Webhooks 1.0, "Retry schedule": ten attempts over about three days)."""

JITTER = 0.1
"""The largest part of a wait by which it is prolonged, so that receivers that were down are not hit all at once."""

DISABLE_AFTER = timedelta(days=5)
"""A webhook whose messages have all failed for this long is disabled."""

KEEP = timedelta(days=30)
"""How long ended deliveries can be replayed."""

EVENTS, MESSAGES = 500, 50
"""The most changes and messages of one turn."""

LEASE_SECONDS = 1_200.0
"""The lease of a turn. It exceeds `MESSAGES` messages of the longest time each."""


DELETED = "document.deleted"
"""The kind of the change that stays readable after its document is not."""


class Http(Protocol):
    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class _Turn:
    tenant_id: UUID
    webhook_id: UUID
    token: UUID


class WebhookSender:
    """Sends webhooks. Any number of workers may call it at once: one at a time sends for a webhook."""

    def __init__(
        self, *, database: Database, sealer: Sealer, http: Http, clock: Clock, draw: Callable[[], float]
    ) -> None:
        """`draw` returns a number from 0 to 1, for the jitter."""
        self._database = database
        self._sealer = sealer
        self._http = http
        self._clock = clock
        self._draw = draw

    def send(self, tenant_id: UUID, webhook_id: UUID) -> int:
        """Queue what is new for a webhook, and send what is due. Return the number of accepted messages.

        Ends at the first message that is not accepted: the others stay due. Raises UnavailableError if the database is
        down.
        """
        turn = _Turn(tenant_id, webhook_id, uuid4())
        if not self._claim(turn):
            return 0
        try:
            self._queue(turn)
            sent = 0
            for _ in range(MESSAGES):
                accepted = self._send_next(turn)
                if accepted is None:
                    break
                sent += accepted
                if not accepted:
                    break
        finally:
            self._release(turn)
        if sent:
            log.info("webhooks.sent", webhook_id=str(webhook_id), messages=sent)
        return sent

    def _claim(self, turn: _Turn) -> bool:
        claim = (
            update(Webhook)
            .where(
                Webhook.id == turn.webhook_id,
                Webhook.state == "active",
                or_(Webhook.lease_until.is_(None), Webhook.lease_until <= func.now()),
            )
            .values(lease_token=turn.token, lease_until=func.now() + timedelta(seconds=LEASE_SECONDS))
            .returning(Webhook.id)
        )
        with self._database.transaction(system_principal(turn.tenant_id)) as session:
            return session.scalar(claim) is not None

    def _release(self, turn: _Turn) -> None:
        release = update(Webhook).where(Webhook.id == turn.webhook_id, Webhook.lease_token == turn.token)
        with self._database.transaction(system_principal(turn.tenant_id)) as session:
            session.execute(release.values(lease_token=None, lease_until=None))

    def _queue(self, turn: _Turn) -> None:
        """Write deliveries for the next changes, and move the webhook's position behind them."""
        now = self._clock.now()
        with self._database.transaction(system_principal(turn.tenant_id), snapshot=True) as session:
            hook = _find(session, turn)
            if hook is None:
                return
            changes = ChangeRepository(session)
            start, horizon = Position(hook.era, hook.xid, hook.change_id), changes.get_horizon()
            found = changes.list_changes(after=start, horizon=horizon, kinds=hook.kinds, limit=EVENTS)
            if found:
                rows = [_delivery(hook, change, now) for change in found]
                session.execute(insert(Delivery).values(rows).on_conflict_do_nothing())
            end = Position.of(found[-1]) if len(found) == EVENTS else max(start, horizon)
            hook.era, hook.xid, hook.change_id = end.era, end.xid, end.id
            session.execute(
                delete(Delivery).where(
                    Delivery.webhook_id == hook.id, Delivery.state != "waiting", Delivery.created_at < now - KEEP
                )
            )

    def _send_next(self, turn: _Turn) -> bool | None:
        """Send the next due message. Return whether it was accepted; None if there is none."""
        with self._database.transaction(system_principal(turn.tenant_id)) as session:
            hook = _find(session, turn)
            message = None if hook is None else self._next_readable(session, hook)
            if hook is None or message is None:
                return None
        secrets = self._open_secrets(hook)
        body = json.dumps(message.body, separators=(",", ":"), sort_keys=True).encode()
        timestamp = int(self._clock.now().timestamp())
        headers = sign_headers(secrets, message_id(message.id), timestamp, body)
        outcome = self._http.post(hook.url, body, dict(headers))
        with self._database.transaction(system_principal(turn.tenant_id)) as session:
            self._store(session, turn, message, outcome)
        return outcome.is_accepted

    def _next_readable(self, session: Session, hook: Webhook) -> Delivery | None:
        """Return the next due delivery. Withhold those whose document the webhook's user may not read now, and
        deletions of documents that the user could not read until then.
        """
        now = self._clock.now()
        query = select(Delivery).where(
            Delivery.webhook_id == hook.id, Delivery.state == "waiting", Delivery.due_at <= now
        )
        due = session.scalars(query.order_by(Delivery.due_at, Delivery.id).limit(MESSAGES)).all()
        readable = _readable(session, hook.user_id, _documents(due, deleted=False))
        known = _known_deletions(session, hook.user_id, _documents(due, deleted=True))
        for delivery in due:
            allowed = known if delivery.kind == DELETED else readable
            if delivery.document_id is None or delivery.document_id in allowed:
                return delivery
            delivery.state, delivery.ended_at = "withheld", now
        return None

    def _open_secrets(self, hook: Webhook) -> list[bytes]:
        sealed = [hook.sealed_secret]
        if hook.sealed_former is not None and hook.former_until is not None and hook.former_until > self._clock.now():
            sealed.append(hook.sealed_former)
        return [self._sealer.open(hook.tenant_id, SECRET_PURPOSE, bytes(each)) for each in sealed]

    def _store(self, session: Session, turn: _Turn, message: Delivery, outcome: Outcome) -> None:
        """Record an attempt. After the last one, the delivery has failed; a webhook that only fails is disabled."""
        now = self._clock.now()
        hook = _find(session, turn)
        if hook is None:
            return
        attempts = message.attempts + 1
        values: dict[str, object] = {"attempts": attempts, "status": outcome.status, "error": outcome.error}
        if outcome.is_accepted:
            values |= {"state": "sent", "ended_at": now}
            hook.failing_since = None
        elif attempts > len(WAITS):
            values |= {"state": "failed", "ended_at": now}
        else:
            values["due_at"] = now + timedelta(seconds=WAITS[attempts - 1] * (1 + JITTER * self._draw()))
        # A delivery that was replayed meanwhile stays due.
        session.execute(
            update(Delivery)
            .where(Delivery.id == message.id, Delivery.state == "waiting", Delivery.attempts == message.attempts)
            .values(**values)
        )
        if not outcome.is_accepted:
            hook.failing_since = hook.failing_since or now
            if outcome.is_gone or now - hook.failing_since >= DISABLE_AFTER:
                hook.state = "disabled"
                detail = {"reason": "gone" if outcome.is_gone else "failing", "status": outcome.status}
                principal = system_principal(turn.tenant_id)
                record(
                    session,
                    principal,
                    "webhooks.webhook.disabled",
                    object_type="webhook",
                    object_id=hook.id,
                    detail=detail,
                )


def _find(session: Session, turn: _Turn) -> Webhook | None:
    """Lock the webhook, unless it is no longer active or another worker has its lease."""
    query = select(Webhook).where(
        Webhook.id == turn.webhook_id, Webhook.state == "active", Webhook.lease_token == turn.token
    )
    return session.scalar(query.with_for_update())


def _readable(session: Session, user_id: UUID, documents: Collection[UUID]) -> set[UUID]:
    if not documents:
        return set()
    found: Sequence[UUID] = session.scalars(select(func.readable_by(user_id, list(documents)))).all()
    return {*found}


def _documents(deliveries: Sequence[Delivery], *, deleted: bool) -> set[UUID]:
    return {
        each.document_id for each in deliveries if each.document_id is not None and (each.kind == DELETED) is deleted
    }


def _known_deletions(session: Session, user_id: UUID, documents: Collection[UUID]) -> set[UUID]:
    if not documents:
        return set()
    found: Sequence[UUID] = session.scalars(select(func.deletions_known_to(user_id, list(documents)))).all()
    return {*found}


def _delivery(hook: Webhook, change: Change, now: datetime) -> dict[str, object]:
    """Return a delivery. Its body has IDs, keys and codes only."""
    data = {
        "change_id": str(change.event_id),
        "document_id": str(change.document_id),
        "object_id": str(change.object_id),
        **change.payload,
    }
    return {
        "id": new_id(),
        "tenant_id": hook.tenant_id,
        "webhook_id": hook.id,
        "event_id": change.event_id,
        "document_id": change.document_id,
        "kind": change.kind,
        "body": {"type": change.kind, "timestamp": change.at.isoformat(), "data": data},
        "due_at": now,
        "created_at": now,
    }
