"""Pages of people and service accounts at `/admin/people…`, and of keys at `/admin/keys`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.access.reports.watching import WatchService
from app.core.errors import ConflictError, ForbiddenError, InvalidInputError, PreconditionFailedError
from app.core.pagination import MAX_LIMIT, PageRequest
from app.core.principal import Permission, Principal, Role
from app.http.denials import record_denial_blocking
from app.http.dependencies import service
from app.identity.models import User
from app.identity.schemas import KeyIn, KeyRotation, ServiceAccountIn, UserIn, UserPatch
from app.identity.service import IdentityService
from app.identity.users import UserKind, UserService
from app.web import forms
from app.web.access_pages import AccessDesk
from app.web.admin_object_pages import changed_meanwhile
from app.web.forms import REFUSALS, read_form
from app.web.lists import ROWS_A_PAGE, Cursor, Revision, Typed, Words, next_page

Users = Annotated[UserService, Depends(service(UserService))]
Identity = Annotated[IdentityService, Depends(service(IdentityService))]
Watch = Annotated[WatchService, Depends(service(WatchService))]
Chosen = Annotated[list[str], Form(max_length=20)]

OVERLAPS = (
    ("0", "no, it ends now"),
    ("3600", "for one hour"),
    ("86400", "for one day"),
    ("604800", "for seven days"),
)
"""How long a replaced key still works, in seconds."""
ROLES = tuple((role.value, role.value) for role in Role if role is not Role.SYSTEM)


def admin_people_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes: the list, a new person or service account, one of them with forms, and the list of keys."""
    router = APIRouter(prefix="/admin", include_in_schema=False)

    @router.get("/people")
    def show_people(request: Request, users: Users, q: Words = "", cursor: Cursor = None) -> Response:
        def show(principal: Principal) -> Response:
            found = users.list_users(principal, PageRequest(limit=ROWS_A_PAGE, cursor=cursor), words=q)
            more = next_page("/admin/people", found.next_cursor, q=q)
            return desk.show(request, principal, "admin_people.html", people=found.items, q=q, more=more)

        return desk.answer(request, Permission.USERS_MANAGE, show)

    @router.get("/people/new")
    def show_new_person(request: Request) -> Response:
        def show(principal: Principal) -> Response:
            form = forms.Form({"kind": UserKind.PERSON, "email": "", "name": "", "roles": Role.ANALYST})
            return desk.show_form(request, principal, "admin_person_new.html", form, roles=ROLES)

        return desk.answer(request, Permission.USERS_MANAGE, show)

    @router.post("/people/new")
    def create_person(
        request: Request,
        users: Users,
        form_token: Typed,
        kind: Typed = "",
        email: Typed = "",
        name: Typed = "",
        roles: Chosen = [],  # noqa: B006 - FastAPI copies it
    ) -> Response:
        desk.check_form(request, form_token)

        def show(principal: Principal) -> Response:
            form = forms.Form({"kind": kind, "email": email, "name": name, "roles": ",".join(roles)})
            try:
                if kind == UserKind.SERVICE:
                    account = read_form(ServiceAccountIn, {"name": name.strip(), "roles": roles})
                    made = users.create_service_account(principal, name=account.name, roles=account.roles)
                else:
                    person = read_form(UserIn, {"email": email.strip(), "name": name.strip(), "roles": roles})
                    made = users.create_user(principal, email=person.email, name=person.name, roles=person.roles)
            except REFUSALS as error:
                refused = form.refuse(error, at="email")
                return desk.show_form(request, principal, "admin_person_new.html", refused, roles=ROLES)
            return RedirectResponse(f"/admin/people/{made.id}", status_code=303)

        return desk.answer(request, Permission.USERS_MANAGE, show)

    @router.get("/people/{user_id}")
    def show_person(request: Request, users: Users, identity: Identity, watch: Watch, user_id: UUID) -> Response:
        def show(principal: Principal) -> Response:
            user = users.get_user(principal, user_id)
            return _person(desk, request, principal, user, identity, watch, forms.Form(_typed(user)))

        return desk.answer(request, Permission.USERS_MANAGE, show)

    @router.post("/people/{user_id}")
    def change_person(
        request: Request,
        users: Users,
        identity: Identity,
        watch: Watch,
        user_id: UUID,
        form_token: Typed,
        revision: Revision,
        act: Typed = "save",
        name: Typed = "",
        key_name: Typed = "",
        expires_at: Typed = "",
        roles: Chosen = [],  # noqa: B006 - FastAPI copies it
    ) -> Response:
        """Save the name and roles, disable or enable the user, or create a key, which is shown once."""
        desk.check_form(request, form_token)

        def show(principal: Principal) -> Response:
            user = users.get_user(principal, user_id)
            typed = {**_typed(user), "key_name": key_name, "expires_at": expires_at}
            if act == "save":
                typed |= {"name": name, "roles": ",".join(roles)}
            form = forms.Form(typed)
            try:
                if act == "key":
                    wanted = read_form(KeyIn, {"name": key_name.strip(), "expires_at": expires_at.strip() or None})
                    made = identity.create_key(
                        principal, name=wanted.name, user_id=user_id, expires_at=wanted.expires_at
                    )
                    shown = forms.Form(_typed(user))
                    return _person(desk, request, principal, user, identity, watch, shown, secret=made.secret)
                values = {"name": name.strip(), "roles": roles} if act == "save" else {"disabled": act == "disable"}
                users.update_user(principal, user_id, read_form(UserPatch, values).as_change(), revision=revision)
            except PreconditionFailedError as error:
                record_denial_blocking(request, error)
                refused = form.refuse(changed_meanwhile(user.name))
                return _person(desk, request, principal, user, identity, watch, refused)
            except REFUSALS as error:
                refused = form.refuse(error, at="key_name" if act == "key" else "roles")
                return _person(desk, request, principal, user, identity, watch, _renamed(refused, act))
            return RedirectResponse(f"/admin/people/{user_id}", status_code=303)

        return desk.answer(request, Permission.USERS_MANAGE, show)

    return router


def admin_key_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes of keys: the list of all, the form that revokes one, and the page that replaces one."""
    router = APIRouter(prefix="/admin/keys", include_in_schema=False)

    @router.get("")
    def show_keys(request: Request, identity: Identity, q: Words = "", cursor: Cursor = None) -> Response:
        def show(principal: Principal) -> Response:
            found = identity.list_keys(principal, PageRequest(limit=ROWS_A_PAGE, cursor=cursor), words=q)
            names = identity.name_owners(principal, [view.key for view in found.items])
            more = next_page("/admin/keys", found.next_cursor, q=q)
            return desk.show(request, principal, "admin_keys.html", keys=found.items, names=names, q=q, more=more)

        return desk.answer(request, Permission.KEYS_MANAGE, show)

    @router.post("/{key_id}/revoke")
    def revoke_key(request: Request, identity: Identity, key_id: UUID, form_token: Typed, user: Typed = "") -> Response:
        desk.check_form(request, form_token)

        def show(principal: Principal) -> Response:
            identity.revoke_key(principal, key_id)
            back = f"/admin/people/{UUID(user)}" if user else "/admin/keys"
            return RedirectResponse(back, status_code=303)

        return desk.answer(request, Permission.KEYS_MANAGE, show)

    def rotation(
        request: Request,
        principal: Principal,
        identity: IdentityService,
        key_id: UUID,
        form: forms.Form,
        secret: str = "",
    ) -> Response:
        view = identity.get_key(principal, key_id)
        owner = identity.name_owners(principal, [view.key]).get(view.key.user_id, "somebody")
        values = {"key": view.key, "state": view.state, "owner": owner, "secret": secret, "overlaps": OVERLAPS}
        return desk.show_form(request, principal, "admin_key.html", form, **values)

    @router.get("/{key_id}/rotate")
    def show_rotation(request: Request, identity: Identity, key_id: UUID) -> Response:
        def show(principal: Principal) -> Response:
            return rotation(request, principal, identity, key_id, forms.Form({"overlap_seconds": "3600"}))

        return desk.answer(request, Permission.KEYS_MANAGE, show)

    @router.post("/{key_id}/rotate")
    def rotate_key(
        request: Request, identity: Identity, key_id: UUID, form_token: Typed, overlap_seconds: Typed = ""
    ) -> Response:
        """Replace a key. Its successor's secret is shown once."""
        desk.check_form(request, form_token)

        def show(principal: Principal) -> Response:
            form = forms.Form({"overlap_seconds": overlap_seconds})
            try:
                wanted = read_form(KeyRotation, {"overlap_seconds": overlap_seconds})
                made = identity.rotate_key(principal, key_id, overlap=timedelta(seconds=wanted.overlap_seconds))
            except (InvalidInputError, ConflictError, ForbiddenError) as error:
                record_denial_blocking(request, error)
                return rotation(request, principal, identity, key_id, form.refuse(error))
            return rotation(request, principal, identity, key_id, form, made.secret)

        return desk.answer(request, Permission.KEYS_MANAGE, show)

    return router


def _typed(user: User) -> dict[str, str]:
    return {"name": user.name, "roles": ",".join(user.roles), "key_name": "", "expires_at": ""}


def _renamed(form: forms.Form, act: str) -> forms.Form:
    """Return the form with the errors of a key's name beside the field of that name: a user has a name, too."""
    if act != "key" or "name" not in form.errors:
        return form
    errors: Mapping[str, str] = {**form.errors, "key_name": form.errors["name"], "name": ""}
    return forms.Form(form.values, errors, form.problem, form.status)


def _person(
    desk: AccessDesk,
    request: Request,
    principal: Principal,
    user: User,
    identity: IdentityService,
    watch: WatchService,
    form: forms.Form,
    *,
    secret: str = "",
) -> Response:
    keys: Sequence[object] = ()
    if principal.may(Permission.KEYS_MANAGE):
        keys = identity.list_keys(principal, PageRequest(limit=MAX_LIMIT), user_id=user.id).items
    view = watch.get_person(principal, user.id) if principal.may(Permission.ACCESS_EXPLAIN) else None
    return desk.show_form(
        request,
        principal,
        "admin_person.html",
        form,
        user=user,
        keys=keys,
        view=view,
        shown_names={} if view is None else {str(each): name for each, name in view.names.items()},
        roles=ROLES,
        secret=secret,
        is_service=user.kind == UserKind.SERVICE,
    )
