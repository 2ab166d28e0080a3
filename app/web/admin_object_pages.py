"""One group, label or entitlement pack at `/admin/…/{id}`: rename it, and delete it after a preview of what ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.access.changes.removing import Removal, RemovalService
from app.access.policy.schemas import LabelIn, PackName
from app.access.policy.service import PolicyService
from app.core.errors import ConflictError, InvalidInputError, PreconditionFailedError
from app.core.principal import Permission, Principal
from app.http.denials import record_denial_blocking
from app.http.dependencies import service
from app.identity.groups import GroupService
from app.identity.schemas import GroupIn
from app.web.access_pages import AccessDesk
from app.web.forms import REFUSALS, Form, read_form
from app.web.lists import Revision, Typed

Groups = Annotated[GroupService, Depends(service(GroupService))]
Policy = Annotated[PolicyService, Depends(service(PolicyService))]
Removals = Annotated[RemovalService, Depends(service(RemovalService))]


@dataclass(frozen=True, slots=True)
class Named:
    """An object with a name. `facts` are (name, value) of what else it has; `address` is its page of access, if any."""

    id: UUID
    name: str
    revision: int
    facts: Sequence[tuple[str, str]] = ()
    address: str = ""


class NamedKind(Protocol):
    """What the pages do with a kind of object. Each method raises the errors of the service that it calls."""

    noun: str
    title: str
    path: str
    permission: Permission

    def get(self, principal: Principal, object_id: UUID) -> Named: ...
    def rename(self, principal: Principal, object_id: UUID, name: str, revision: int) -> None: ...
    def preview(self, principal: Principal, object_id: UUID) -> Removal: ...
    def delete(self, principal: Principal, object_id: UUID, revision: int) -> None: ...


class GroupKind:
    """Groups."""

    noun, title, path, permission = "group", "Groups", "groups", Permission.GROUPS_MANAGE

    def __init__(self, groups: Groups, removals: Removals) -> None:
        self._groups = groups
        self._removals = removals

    def get(self, principal: Principal, object_id: UUID) -> Named:
        group = self._groups.get_group(principal, object_id).group
        return Named(group.id, group.name, group.revision, address=f"/access/groups/{group.id}")

    def rename(self, principal: Principal, object_id: UUID, name: str, revision: int) -> None:
        self._groups.rename_group(principal, object_id, name=read_form(GroupIn, {"name": name}).name, revision=revision)

    def preview(self, principal: Principal, object_id: UUID) -> Removal:
        return self._removals.preview_group(principal, object_id)

    def delete(self, principal: Principal, object_id: UUID, revision: int) -> None:
        self._groups.delete_group(principal, object_id, revision=revision)


class LabelKind:
    """Labels."""

    noun, title, path, permission = "label", "Labels", "labels", Permission.ACCESS_MANAGE

    def __init__(self, policy: Policy, removals: Removals) -> None:
        self._policy = policy
        self._removals = removals

    def get(self, principal: Principal, object_id: UUID) -> Named:
        label = self._policy.get_label(principal, object_id)
        return Named(label.id, label.name, label.revision)

    def rename(self, principal: Principal, object_id: UUID, name: str, revision: int) -> None:
        wanted = read_form(LabelIn, {"name": name}).name
        with self._policy.edit(principal) as editor:
            editor.rename_label(object_id, wanted, revision=revision)

    def preview(self, principal: Principal, object_id: UUID) -> Removal:
        return self._removals.preview_label(principal, object_id)

    def delete(self, principal: Principal, object_id: UUID, revision: int) -> None:
        with self._policy.edit(principal) as editor:
            editor.delete_label(object_id, revision=revision)


class PackKind:
    """Entitlement packs."""

    noun, title, path, permission = "entitlement pack", "Entitlement packs", "packs", Permission.ACCESS_MANAGE

    def __init__(self, policy: Policy, removals: Removals) -> None:
        self._policy = policy
        self._removals = removals

    def get(self, principal: Principal, object_id: UUID) -> Named:
        pack = self._policy.get_pack(principal, object_id)
        facts = (
            ("Document types", ", ".join(pack.document_types) or "all"),
            ("Sources", ", ".join(pack.sources) or "all"),
        )
        return Named(pack.id, pack.name, pack.revision, facts)

    def rename(self, principal: Principal, object_id: UUID, name: str, revision: int) -> None:
        wanted = read_form(PackName, {"name": name}).name
        with self._policy.edit(principal) as editor:
            editor.rename_pack(object_id, wanted, revision=revision)

    def preview(self, principal: Principal, object_id: UUID) -> Removal:
        return self._removals.preview_pack(principal, object_id)

    def delete(self, principal: Principal, object_id: UUID, revision: int) -> None:
        with self._policy.edit(principal) as editor:
            editor.delete_pack(object_id, revision=revision)


def admin_object_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes of groups, labels and packs."""
    router = APIRouter(prefix="/admin", include_in_schema=False)
    for kind in (GroupKind, LabelKind, PackKind):
        router.include_router(_pages(desk, kind))
    return router


def _pages(desk: AccessDesk, kind: type[GroupKind] | type[LabelKind] | type[PackKind]) -> APIRouter:
    router = APIRouter(prefix=f"/{kind.path}/{{object_id}}")
    listed = f"/admin/{kind.path}"

    def show_object(request: Request, principal: Principal, found: Named, form: Form) -> Response:
        values = {"kind": kind, "object": found, "listed": listed}
        return desk.show_form(request, principal, "admin_object.html", form, **values)

    def show_deletion(request: Request, principal: Principal, of: NamedKind, found: Named, form: Form) -> Response:
        values = {"noun": kind.noun, "title": kind.title, "object": found, "listed": listed}
        removal = of.preview(principal, found.id)
        address = f"{listed}/{found.id}"
        return desk.show_form(request, principal, "admin_delete.html", form, removal=removal, address=address, **values)

    @router.get("")
    def show_one(request: Request, of: Annotated[Any, Depends(kind)], object_id: UUID) -> Response:
        def show(principal: Principal) -> Response:
            found = of.get(principal, object_id)
            return show_object(request, principal, found, Form({"name": found.name}))

        return desk.answer(request, kind.permission, show)

    @router.post("")
    def rename(
        request: Request,
        of: Annotated[Any, Depends(kind)],
        object_id: UUID,
        form_token: Typed,
        revision: Revision,
        name: Typed = "",
    ) -> Response:
        desk.check_form(request, form_token)

        def show(principal: Principal) -> Response:
            found = of.get(principal, object_id)
            form = Form({"name": name})
            try:
                of.rename(principal, object_id, name.strip(), revision)
            except PreconditionFailedError as error:
                record_denial_blocking(request, error)
                return show_object(request, principal, found, form.refuse(changed_meanwhile(found.name)))
            except (InvalidInputError, ConflictError) as error:
                return show_object(request, principal, found, form.refuse(error, at="name"))
            return RedirectResponse(f"{listed}?{urlencode({'q': name.strip()})}", status_code=303)

        return desk.answer(request, kind.permission, show)

    @router.get("/delete")
    def show_delete(request: Request, of: Annotated[Any, Depends(kind)], object_id: UUID) -> Response:
        def show(principal: Principal) -> Response:
            return show_deletion(request, principal, of, of.get(principal, object_id), Form({"name": ""}))

        return desk.answer(request, kind.permission, show)

    @router.post("/delete")
    def delete(
        request: Request,
        of: Annotated[Any, Depends(kind)],
        object_id: UUID,
        form_token: Typed,
        revision: Revision,
        name: Typed = "",
    ) -> Response:
        desk.check_form(request, form_token)

        def show(principal: Principal) -> Response:
            found = of.get(principal, object_id)
            form = Form({"name": name})
            try:
                check_typed(name, found.name)
                of.delete(principal, object_id, revision)
            except PreconditionFailedError as error:
                record_denial_blocking(request, error)
                return show_deletion(request, principal, of, found, form.refuse(changed_meanwhile(found.name)))
            except REFUSALS as error:
                return show_deletion(request, principal, of, found, form.refuse(error, at="name"))
            return RedirectResponse(listed, status_code=303)

        return desk.answer(request, kind.permission, show)

    return router


def changed_meanwhile(name: str) -> PreconditionFailedError:
    """Return the error of a form that an older page sent. The page that it is shown on has the new revision."""
    return PreconditionFailedError(
        f"Somebody changed it meanwhile. Its name is now “{name}”. What you typed is kept: send it again if you still "
        "want it."
    )


def check_typed(typed: str, name: str) -> None:
    """Check that the name was typed to confirm a deletion. Raises InvalidInputError."""
    if " ".join(typed.split()) != " ".join(name.split()):
        raise InvalidInputError("This is not the name. Type it as it is printed above.")
