"""The webhooks of a user: create, change, rotate, test and replay. Every change is audited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.audit.service import record
from app.changes.repository import ChangeRepository
from app.core.clock import Clock
from app.core.errors import PreconditionFailedError
from app.core.ids import new_id
from app.core.pagination import PageOf, PageRequest, encode_cursor, parse_uuid_cursor
from app.core.principal import Permission, Principal
from app.db.bulk import insert_row
from app.db.session import Database
from app.storage.sealing import Sealer
from app.webhooks.errors import MOST_WEBHOOKS, TooManyWebhooksError, WebhookNotFoundError
from app.webhooks.models import Delivery, Webhook
from app.webhooks.sending import WebhookHttp
from app.webhooks.signing import new_secret, print_secret

SECRET_PURPOSE = "secret of a webhook"  # noqa: S105 - names the use, and is no secret
"""The purpose under which secrets are sealed. The API seals them; workers open them to sign."""

TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class NewWebhook:
    url: str
    kinds: Sequence[str] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class MadeSecret:
    """A webhook with its new secret, which cannot be read again."""

    webhook: Webhook
    secret: str = field(repr=False)


class WebhookService:
    """Manages the principal's own webhooks. Those of others count as absent.

    Changes need the permission for own keys, because a webhook works for its user as a key does: until it is deleted,
    or the user is disabled.
    """

    def __init__(self, *, database: Database, sealer: Sealer, http: WebhookHttp, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._http = http
        self._clock = clock

    def create(self, principal: Principal, new: NewWebhook) -> MadeSecret:
        """Create a webhook for the changes from now on. Raises PermissionRequiredError, WebhookAddressError,
        TooManyWebhooksError.
        """
        principal.require(Permission.KEYS_OWN)
        self._http.check_address(new.url)
        secret, now = new_secret(), self._clock.now()
        values = {
            "id": new_id(),
            "tenant_id": principal.tenant_id,
            "user_id": principal.user_id,
            "url": new.url,
            "description": new.description,
            "kinds": sorted({*new.kinds}),
            "sealed_secret": self._sealer.seal(principal.tenant_id, SECRET_PURPOSE, secret),
            "created_at": now,
            "updated_at": now,
        }
        with self._database.transaction(principal) as session:
            if (session.scalar(select(func.count()).select_from(Webhook)) or 0) >= MOST_WEBHOOKS:
                raise TooManyWebhooksError
            end = ChangeRepository(session).get_horizon()
            row = Webhook(**values, era=end.era, xid=end.xid, change_id=end.id)
            session.add(row)
            session.flush()
            session.refresh(row)
            _record(session, principal, "created", row)
        return MadeSecret(row, print_secret(secret))

    def list_webhooks(self, principal: Principal) -> Sequence[Webhook]:
        with self._database.transaction(principal) as session:
            return session.scalars(select(Webhook).order_by(Webhook.id)).all()

    def get_webhook(self, principal: Principal, webhook_id: UUID) -> Webhook:
        """Return a webhook. Raises WebhookNotFoundError."""
        with self._database.transaction(principal) as session:
            return _get(session, webhook_id)

    def update(
        self, principal: Principal, webhook_id: UUID, changes: Mapping[str, Any], *, revision: int | None
    ) -> Webhook:
        """Change the address, kinds, description or state (active or paused). Making it active again forgets its
        failures.

        Raises PermissionRequiredError, WebhookNotFoundError, WebhookAddressError, PreconditionFailedError.
        """
        principal.require(Permission.KEYS_OWN)
        if "url" in changes:
            self._http.check_address(changes["url"])
        values = {**changes, "updated_at": self._clock.now(), "revision": Webhook.revision + 1}
        if "kinds" in changes:
            values["kinds"] = sorted({*changes["kinds"]})
        if changes.get("state") == "active":
            values["failing_since"] = None
        with self._database.transaction(principal) as session:
            found = _get(session, webhook_id)
            if revision not in (None, found.revision):
                raise PreconditionFailedError
            _change(session, found, values)
            _record(session, principal, "updated", found)
        return found

    def delete(self, principal: Principal, webhook_id: UUID) -> None:
        """Delete a webhook and its deliveries. Raises PermissionRequiredError, WebhookNotFoundError."""
        principal.require(Permission.KEYS_OWN)
        with self._database.transaction(principal) as session:
            found = _get(session, webhook_id)
            _record(session, principal, "deleted", found)
            session.execute(delete(Webhook).where(Webhook.id == webhook_id))

    def rotate(self, principal: Principal, webhook_id: UUID, *, overlap: timedelta) -> MadeSecret:
        """Create a new secret. The former one also signs for `overlap`. Raises PermissionRequiredError,
        WebhookNotFoundError.
        """
        principal.require(Permission.KEYS_OWN)
        secret, now = new_secret(), self._clock.now()
        sealed = self._sealer.seal(principal.tenant_id, SECRET_PURPOSE, secret)
        with self._database.transaction(principal) as session:
            found = _get(session, webhook_id)
            _change(
                session,
                found,
                {
                    "sealed_former": found.sealed_secret,
                    "former_until": now + overlap,
                    "sealed_secret": sealed,
                    "updated_at": now,
                    "revision": Webhook.revision + 1,
                },
            )
            _record(session, principal, "rotated", found)
        return MadeSecret(found, print_secret(secret))

    def test(self, principal: Principal, webhook_id: UUID) -> Delivery:
        """Queue a message of the kind `webhook.test`. Raises PermissionRequiredError, WebhookNotFoundError."""
        principal.require(Permission.KEYS_OWN)
        now, key = self._clock.now(), new_id()
        with self._database.transaction(principal) as session:
            _get(session, webhook_id)
            body = {"type": TEST, "timestamp": now.isoformat(), "data": {}}
            values = {
                "id": key,
                "tenant_id": principal.tenant_id,
                "webhook_id": webhook_id,
                "event_id": key,
                "kind": TEST,
                "body": body,
                "due_at": now,
                "created_at": now,
            }
            insert_row(session, Delivery, values)
            return session.get_one(Delivery, key)

    def list_deliveries(
        self, principal: Principal, webhook_id: UUID, page: PageRequest, *, state: str | None
    ) -> PageOf[Delivery]:
        """List the deliveries of a webhook, newest first. Raises WebhookNotFoundError, InvalidCursorError."""
        before = parse_uuid_cursor(page)
        query = select(Delivery).where(Delivery.webhook_id == webhook_id)
        if before is not None:
            query = query.where(Delivery.id < before)
        if state is not None:
            query = query.where(Delivery.state == state)
        with self._database.transaction(principal) as session:
            _get(session, webhook_id)
            found = session.scalars(query.order_by(Delivery.id.desc()).limit(page.limit + 1)).all()
        items = found[: page.limit]
        return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].id)) if len(found) > page.limit else None)

    def replay(self, principal: Principal, webhook_id: UUID, *, since: datetime, only_failed: bool) -> int:
        """Send the deliveries since a moment again, with their IDs. Return how many. Those of documents that the user
        may not read stay as they are. Raises PermissionRequiredError, WebhookNotFoundError.
        """
        principal.require(Permission.KEYS_OWN)
        states = ["failed"] if only_failed else ["failed", "sent", "withheld"]
        with self._database.transaction(principal) as session:
            found = _get(session, webhook_id)
            again = session.scalars(
                update(Delivery)
                .where(Delivery.webhook_id == webhook_id, Delivery.created_at >= since, Delivery.state.in_(states))
                .values(state="waiting", attempts=0, due_at=self._clock.now(), ended_at=None, status=None, error=None)
                .returning(Delivery.id)
            ).all()
            _record(session, principal, "replayed", found, deliveries=len(again))
        return len(again)


def _get(session: Session, webhook_id: UUID) -> Webhook:
    found = session.scalar(select(Webhook).where(Webhook.id == webhook_id))
    if found is None:
        raise WebhookNotFoundError
    return found


def _change(session: Session, found: Webhook, values: Mapping[str, Any]) -> None:
    query = update(Webhook).where(Webhook.id == found.id, Webhook.revision == found.revision)
    changed = session.scalar(query.values(**values).returning(Webhook.id))
    if changed is None:
        raise PreconditionFailedError
    session.refresh(found)


def _record(session: Session, principal: Principal, verb: str, row: Webhook, **detail: object) -> None:
    # The address may contain a secret of the receiver, and the description is free text, so they are not audited.
    action = f"webhooks.webhook.{verb}"
    stated = {"kinds": row.kinds, "state": row.state, **detail}
    record(session, principal, action, object_type="webhook", object_id=row.id, detail=stated)
