"""The administrator's overview at `/admin`, and usage by month at `/admin/usage`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.access.policy.service import PolicyService
from app.access.reports.watching import WatchService
from app.answers.usage import MonthOfUsage, UsageService
from app.core.pagination import MAX_LIMIT, PageOf, PageRequest
from app.core.principal import Permission, Principal
from app.documents.dead_letters.service import DeadLetterService
from app.http.dependencies import service
from app.identity.groups import GroupService
from app.identity.keys import KeyState
from app.identity.oidc.providers import ProviderService
from app.identity.service import IdentityService
from app.identity.users import UserService
from app.web.access_pages import AccessDesk

Usage = Annotated[UsageService, Depends(service(UsageService))]
ALL = PageRequest(limit=MAX_LIMIT)
MONTHS = 12
SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Glance:
    """What an administrator sees first: (text, address) of what needs attention, (title, number, address) of what there
    is, and the newest months of usage.
    """

    needs: Sequence[tuple[str, str]]
    counts: Sequence[tuple[str, str, str]]
    usage: Sequence[MonthOfUsage]


class Overview:
    """Collects the overview, as far as the principal's permissions allow."""

    def __init__(
        self,
        users: Annotated[UserService, Depends(service(UserService))],
        identity: Annotated[IdentityService, Depends(service(IdentityService))],
        groups: Annotated[GroupService, Depends(service(GroupService))],
        watch: Annotated[WatchService, Depends(service(WatchService))],
        policy: Annotated[PolicyService, Depends(service(PolicyService))],
        providers: Annotated[ProviderService, Depends(service(ProviderService))],
        letters: Annotated[DeadLetterService, Depends(service(DeadLetterService))],
        usage: Usage,
    ) -> None:
        self._users = users
        self._identity = identity
        self._groups = groups
        self._watch = watch
        self._policy = policy
        self._providers = providers
        self._letters = letters
        self._usage = usage

    def get_glance(self, principal: Principal) -> Glance:
        """Return the overview. Of long lists, only the first rows are counted: "200+"."""
        may = principal.may
        counts: list[tuple[str, str, str]] = []
        if may(Permission.USERS_MANAGE):
            counts.append(
                _count("people and service accounts", self._users.list_users(principal, ALL), "/admin/people")
            )
            counts.append(
                _count("sign-in providers", self._providers.list_providers(principal, ALL), "/admin/providers")
            )
        if may(Permission.GROUPS_MANAGE):
            counts.append(_count("groups", self._groups.list_groups(principal, ALL), "/admin/groups"))
        if may(Permission.ACCESS_MANAGE):
            counts.append(_count("labels", self._policy.list_labels(principal, ALL), "/admin/labels"))
            counts.append(_count("entitlement packs", self._policy.list_packs(principal, ALL), "/admin/packs"))
        needs = [*self._keys(principal, counts), *self._collections(principal, counts), *self._failures(principal)]
        usage = self._usage.list_months(principal, months=1) if may(Permission.OPERATIONS_READ) else ()
        return Glance(needs, counts, usage)

    def _keys(self, principal: Principal, counts: list[tuple[str, str, str]]) -> Sequence[tuple[str, str]]:
        if not principal.may(Permission.KEYS_MANAGE):
            return ()
        found = self._identity.list_keys(principal, ALL)
        counts.append(_count("keys", found, "/admin/keys"))
        until = datetime.now(UTC) + SOON
        ending = [
            view.key
            for view in found.items
            if view.state is KeyState.ACTIVE and view.key.expires_at is not None and view.key.expires_at <= until
        ]
        return [(f"The key “{key.name}” expires within two weeks.", f"/admin/people/{key.user_id}") for key in ending]

    def _collections(self, principal: Principal, counts: list[tuple[str, str, str]]) -> Sequence[tuple[str, str]]:
        if not principal.may(Permission.ACCESS_EXPLAIN):
            return ()
        found = self._watch.list_collections(principal, ALL)
        counts.append(_count("collections", found, "/admin/collections"))
        alone = [each for each in found.items if not each.grants and each.parent_id is None]
        return [
            (f"Nobody has a grant on the collection “{each.name}”.", f"/access/collections/{each.id}") for each in alone
        ]

    def _failures(self, principal: Principal) -> Sequence[tuple[str, str]]:
        failed = sum(kind.letters for kind in self._letters.count_kinds(principal))
        return [(f"{failed} of the documents that you may read failed.", "/dead-letters")] if failed else []


def admin_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes of the overview and of usage."""
    router = APIRouter(prefix="/admin", include_in_schema=False)

    @router.get("")
    def show_overview(request: Request, overview: Annotated[Overview, Depends()]) -> Response:
        def show(principal: Principal) -> Response:
            return desk.show(request, principal, "admin.html", glance=overview.get_glance(principal))

        return desk.answer(request, Permission.USERS_MANAGE, show)

    @router.get("/usage")
    def show_usage(request: Request, usage: Usage) -> Response:
        def show(principal: Principal) -> Response:
            months = usage.list_months(principal, months=MONTHS)
            return desk.show(request, principal, "admin_usage.html", months=months)

        return desk.answer(request, Permission.OPERATIONS_READ, show)

    return router


def _count(title: str, found: PageOf[Any], address: str) -> tuple[str, str, str]:
    return title, f"{len(found.items)}{'+' if found.next_cursor else ''}", address
