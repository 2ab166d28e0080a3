"""Pages at `/access…` that show administrators and auditors which users can see which documents."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.access.collections.schemas import LEVELS
from app.access.collections.service import AccessService
from app.access.policy.service import PolicyService
from app.access.reports.explaining import ExplainService
from app.access.reports.views import GovernedCollection
from app.access.reports.watching import WatchService
from app.core.errors import ConflictError, InvalidInputError, NotFoundError, TooLargeError, UnavailableError
from app.core.pagination import MAX_LIMIT, PageOf, PageRequest
from app.core.principal import Permission, Principal
from app.http.denials import record_denial_blocking
from app.http.dependencies import service
from app.http.errors import CrossSiteRequestError
from app.identity.groups import GroupService
from app.identity.sessions.errors import SessionEndedError
from app.identity.sessions.service import is_form_token
from app.identity.users import UserService
from app.web.forms import Form
from app.web.pages import Pages
from app.web.session import Cookies
from app.web.sign_in_pages import check_same_site, sign_in_first

Watch = Annotated[WatchService, Depends(service(WatchService))]
Policy = Annotated[PolicyService, Depends(service(PolicyService))]
Groups = Annotated[GroupService, Depends(service(GroupService))]
Users = Annotated[UserService, Depends(service(UserService))]
Access = Annotated[AccessService, Depends(service(AccessService))]
Explain = Annotated[ExplainService, Depends(service(ExplainService))]

ALL = PageRequest(limit=MAX_LIMIT)
_SHOWN_ERRORS = (NotFoundError, InvalidInputError, ConflictError, TooLargeError, UnavailableError)
Show = Callable[[Principal], Response]


@dataclass(frozen=True, slots=True)
class AccessDesk:
    """The steps that all access pages share: sign-in, the check of the permission, and the check of forms."""

    pages: Pages
    cookies: Cookies

    def answer(self, request: Request, permission: Permission, show: Show) -> Response:
        """Return the page. Without a session, go to sign-in and then back. Without `permission`, show "not found".

        Raises SessionEndedError for a form; its page has a sign-in, and keeps what was typed.
        """
        principal = self.pages.find_principal(request)
        if principal is None:
            return sign_in_first(request)
        try:
            if not principal.may(permission):
                raise NotFoundError
            return show(principal)
        except _SHOWN_ERRORS as error:
            record_denial_blocking(request, error)
            return self.pages.show_problem(request, error)

    def show(self, request: Request, principal: Principal, template: str, **values: object) -> Response:
        return self._render(request, principal, template, values, 200)

    def show_form(
        self, request: Request, principal: Principal, template: str, form: Form, **values: object
    ) -> Response:
        """Render a page with a form. A refused one has the status of its error, and comes back as it was typed."""
        return self._render(request, principal, template, {"form": form, **values}, form.status)

    def check_form(self, request: Request, token: str) -> None:
        """Check that the form comes from a page of this session. Raises CrossSiteRequestError, SessionEndedError."""
        check_same_site(request)
        session = self.cookies.find_session(request)
        if session is None:
            raise SessionEndedError
        if not is_form_token(session, token):
            raise CrossSiteRequestError

    def _render(
        self, request: Request, principal: Principal, template: str, values: Mapping[str, object], status: int
    ) -> Response:
        shown = {"manages": principal.may(Permission.ACCESS_MANAGE), "levels": LEVELS, **values}
        return self.pages.show(request, template, shown, status=status)


def access_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes: the overview, a person, a group, a collection and an explanation."""
    router = APIRouter(prefix="/access", include_in_schema=False)

    @router.get("")
    def show_overview(request: Request, watch: Watch, policy: Policy, groups: Groups, users: Users) -> Response:
        def show(principal: Principal) -> Response:
            pages: dict[str, PageOf[Any]] = {
                "collections": watch.list_collections(principal, ALL),
                "labels": policy.list_labels(principal, ALL),
                "packs": policy.list_packs(principal, ALL),
            }
            if principal.may(Permission.USERS_MANAGE):
                pages["people"] = users.list_users(principal, ALL)
            if principal.may(Permission.GROUPS_MANAGE):
                pages["groups"] = groups.list_groups(principal, ALL)
            shown = {name: page.items for name, page in pages.items()}
            cut = {name: len(page.items) for name, page in pages.items() if page.next_cursor is not None}
            tree = list(_tree(pages["collections"].items))
            return desk.show(request, principal, "access.html", **shown, tree=tree, cut=cut)

        return desk.answer(request, Permission.ACCESS_EXPLAIN, show)

    @router.get("/people/{user_id}")
    def show_person(request: Request, user_id: UUID, watch: Watch) -> Response:
        def show(principal: Principal) -> Response:
            view = watch.get_person(principal, user_id)
            return desk.show(request, principal, "access_person.html", view=view, names=view.names)

        return desk.answer(request, Permission.ACCESS_EXPLAIN, show)

    @router.get("/groups/{group_id}")
    def show_group(request: Request, group_id: UUID, groups: Groups, users: Users) -> Response:
        def show(principal: Principal) -> Response:
            found = groups.get_group(principal, group_id)
            user_ids, group_ids = sorted(found.members.user_ids), sorted(found.members.group_ids)
            members = [users.get_user(principal, each) for each in user_ids[:MAX_LIMIT]]
            inside = [groups.get_group(principal, each).group for each in group_ids[:MAX_LIMIT]]
            more = {"members": len(user_ids) - len(members), "inside": len(group_ids) - len(inside)}
            values = {"group": found.group, "members": members, "inside": inside, "more": more}
            return desk.show(request, principal, "access_group.html", **values)

        return desk.answer(request, Permission.GROUPS_MANAGE, show)

    @router.get("/collections/{collection_id}")
    def show_collection(
        request: Request, collection_id: UUID, watch: Watch, access: Access, policy: Policy
    ) -> Response:
        def show(principal: Principal) -> Response:
            view = watch.get_collection(principal, collection_id)
            grants = access.list_grants(principal, ALL, collection_id=collection_id)
            return desk.show(
                request,
                principal,
                "access_collection.html",
                collection=view.collection,
                around=view.around,
                grants=grants.items,
                cut={} if grants.next_cursor is None else {"grants": len(grants.items)},
                names=watch.name_subjects(principal, grants.items),
                labels=policy.list_labels(principal, ALL).items,
            )

        return desk.answer(request, Permission.ACCESS_MANAGE, show)

    @router.get("/explain")
    def show_explanation(
        request: Request,
        explain: Explain,
        document: Annotated[str, Query(max_length=100)] = "",
        person: Annotated[str, Query(max_length=300)] = "",
        time: Annotated[str, Query(max_length=50)] = "",
    ) -> Response:
        def show(principal: Principal) -> Response:
            asked = {"document": document, "person": person, "time": time}
            explanation, problem = None, None
            if document and person:
                try:
                    explanation = explain.explain(
                        principal, document_id=_uuid(document), person=person.strip(), time=_time(time)
                    )
                except (NotFoundError, InvalidInputError) as error:
                    record_denial_blocking(request, error)
                    problem = error.detail
            return desk.show(
                request, principal, "access_explain.html", asked=asked, explanation=explanation, problem=problem
            )

        return desk.answer(request, Permission.ACCESS_EXPLAIN, show)

    return router


def _uuid(text: str) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError as error:
        raise InvalidInputError("Enter the document's ID (a UUID).") from error


def _time(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInputError("Enter the time as in 2026-01-31T12:00Z.") from error
    if found.tzinfo is None:
        raise InvalidInputError("Enter the time with a time zone, as in 2026-01-31T12:00Z.")
    return found


def _tree(collections: Sequence[GovernedCollection]) -> Iterator[tuple[int, GovernedCollection]]:
    """Yield (depth, collection). Each collection comes before its children."""
    inside: dict[UUID | None, list[GovernedCollection]] = {}
    known = {each.id for each in collections}
    for each in collections:
        inside.setdefault(each.parent_id if each.parent_id in known else None, []).append(each)
    waiting = [(0, each) for each in reversed(inside.get(None, []))]
    while waiting:
        depth, found = waiting.pop()
        yield depth, found
        waiting.extend((depth + 1, each) for each in reversed(inside.get(found.id, [])))
