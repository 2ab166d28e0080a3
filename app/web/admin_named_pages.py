"""Pages of what administrators name: groups, collections, labels and entitlement packs, at `/admin/…`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.access.collections.schemas import CollectionIn
from app.access.collections.service import AccessService
from app.access.errors import CollectionNotFoundError
from app.access.policy.schemas import LabelIn, PackIn
from app.access.policy.service import PolicyService
from app.access.reports.watching import WatchService
from app.core.errors import FootnoteError, InvalidInputError
from app.core.pagination import PageRequest
from app.core.principal import Permission, Principal
from app.http.dependencies import service
from app.identity.groups import GroupService
from app.identity.schemas import GroupIn
from app.web.access_pages import AccessDesk
from app.web.forms import REFUSALS, read_form
from app.web.forms import Form as Filled
from app.web.lists import ROWS_A_PAGE, Cursor, Typed, Words, next_page


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list: its name, the address of its page, the cells beside it, and the address of the page that changes
    it.
    """

    name: str
    address: str
    cells: tuple[str | int, ...] = ()
    change: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The texts of a list's page. `more_fields` are (name, label, hint) of the form's fields beside the name."""

    title: str
    about: str
    new_title: str
    columns: Sequence[str | tuple[str, str]]
    address: str
    more_fields: Sequence[tuple[str, str, str]] = ()


GROUPS = Listing(
    "Groups",
    "Groups of people, service accounts and groups. Grants and clearances of a group count for all its members.",
    "New group",
    ("Name", "Action"),
    "/admin/groups",
)
COLLECTIONS = Listing(
    "Collections",
    "Collections of documents. A grant on a collection counts for the collections inside it.",
    "New collection",
    ("Collection", "Labels", ("Documents", "number"), ("Grants", "number"), "Action"),
    "/admin/collections",
    (("parent", "Inside", "The name of the outer collection; empty for the top level."),),
)
LABELS = Listing(
    "Labels",
    "Only people with a clearance for a label see what carries it, whatever they are granted.",
    "New label",
    ("Label",),
    "/admin/labels",
)
PACKS = Listing(
    "Entitlement packs",
    "Documents by type and source, which can be granted together.",
    "New entitlement pack",
    ("Pack", "Document types", "Sources"),
    "/admin/packs",
    (
        ("document_types", "Document types", "Separated by commas, such as 10-K, 10-Q."),
        ("sources", "Sources", "Separated by commas."),
    ),
)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a page of a list, and the cursor of the next page."""

    items: Sequence[Row]
    next_cursor: str | None


def _list_groups(groups: GroupService, principal: Principal, page: PageRequest, words: str) -> Rows:
    found = groups.list_groups(principal, page, words=words)
    rows = [Row(each.name, f"/access/groups/{each.id}", change=f"/admin/groups/{each.id}") for each in found.items]
    return Rows(rows, found.next_cursor)


def _list_collections(watch: WatchService, principal: Principal, page: PageRequest, words: str) -> Rows:
    found = watch.list_collections(principal, page, words=words)
    rows = [
        Row(
            each.name,
            f"/access/collections/{each.id}",
            (", ".join(label.name for label in each.labels), each.documents, each.grants),
            f"/admin/collections/{each.id}",
        )
        for each in found.items
    ]
    return Rows(rows, found.next_cursor)


def _list_labels(policy: PolicyService, principal: Principal, page: PageRequest, words: str) -> Rows:
    found = policy.list_labels(principal, page, words=words)
    rows = [Row(each.name, f"/admin/labels/{each.id}") for each in found.items]
    return Rows(rows, found.next_cursor)


def _list_packs(policy: PolicyService, principal: Principal, page: PageRequest, words: str) -> Rows:
    found = policy.list_packs(principal, page, words=words)
    rows = [
        Row(
            each.name,
            f"/admin/packs/{each.id}",
            cells=(", ".join(each.document_types) or "all", ", ".join(each.sources) or "all"),
        )
        for each in found.items
    ]
    return Rows(rows, found.next_cursor)


def _create_group(groups: GroupService, principal: Principal, typed: Mapping[str, str]) -> None:
    groups.create_group(principal, name=read_form(GroupIn, {"name": typed["name"]}).name)


def _create_collection(access: AccessService, principal: Principal, typed: Mapping[str, str]) -> None:
    parent = access.resolve_collection(principal, typed["parent"]).id if typed["parent"] else None
    wanted = read_form(CollectionIn, {"name": typed["name"], "parent_id": parent})
    access.create_collection(principal, name=wanted.name, parent_id=wanted.parent_id)


def _create_label(policy: PolicyService, principal: Principal, typed: Mapping[str, str]) -> None:
    wanted = read_form(LabelIn, {"name": typed["name"]})
    with policy.edit(principal) as editor:
        editor.create_label(wanted.name)


def _create_pack(policy: PolicyService, principal: Principal, typed: Mapping[str, str]) -> None:
    types, sources = _words(typed["document_types"]), _words(typed["sources"])
    if not types and not sources:
        raise InvalidInputError("Name at least one document type or source.")
    wanted = read_form(PackIn, {"name": typed["name"], "document_types": types, "sources": sources})
    with policy.edit(principal) as editor:
        editor.create_pack(wanted.name, document_types=wanted.document_types, sources=wanted.sources)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def admin_named_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes of groups, collections, labels and packs: each has a list, with a form that adds to it."""
    router = APIRouter(prefix="/admin", include_in_schema=False)
    router.include_router(
        _pages(desk, GROUPS, Permission.GROUPS_MANAGE, (GroupService, _list_groups), (GroupService, _create_group))
    )
    router.include_router(
        _pages(
            desk,
            COLLECTIONS,
            Permission.ACCESS_MANAGE,
            (WatchService, _list_collections),
            (AccessService, _create_collection),
        )
    )
    router.include_router(
        _pages(desk, LABELS, Permission.ACCESS_MANAGE, (PolicyService, _list_labels), (PolicyService, _create_label))
    )
    router.include_router(
        _pages(desk, PACKS, Permission.ACCESS_MANAGE, (PolicyService, _list_packs), (PolicyService, _create_pack))
    )
    return router


Lists = Callable[[Any, Principal, PageRequest, str], Rows]
Creates = Callable[[Any, Principal, Mapping[str, str]], None]


def _pages(
    desk: AccessDesk,
    listing: Listing,
    permission: Permission,
    lists: tuple[type, Lists],
    creates: tuple[type, Creates],
) -> APIRouter:
    """Return the two routes of a listing. `lists` and `creates` are a service's type and what it does."""
    router = APIRouter()
    fields = ("name", *(name for name, _, _ in listing.more_fields))
    path = f"/{listing.address.rpartition('/')[2]}"

    def page(request: Request, principal: Principal, found: Rows, form: Filled, q: str) -> Response:
        values = {
            "listing": listing,
            "rows": found.items,
            "q": q,
            "more": next_page(listing.address, found.next_cursor, q=q),
        }
        return desk.show_form(request, principal, "admin_named.html", form, **values)

    @router.get(path)
    def show_list(
        request: Request, lister: Annotated[Any, Depends(service(lists[0]))], q: Words = "", cursor: Cursor = None
    ) -> Response:
        def show(principal: Principal) -> Response:
            found = lists[1](lister, principal, PageRequest(limit=ROWS_A_PAGE, cursor=cursor), q)
            return page(request, principal, found, Filled(dict.fromkeys(fields, "")), q)

        return desk.answer(request, permission, show)

    @router.post(path)
    def create(
        request: Request,
        lister: Annotated[Any, Depends(service(lists[0]))],
        creator: Annotated[Any, Depends(service(creates[0]))],
        form_token: Typed,
        name: Typed = "",
        parent: Typed = "",
        document_types: Typed = "",
        sources: Typed = "",
    ) -> Response:
        desk.check_form(request, form_token)
        given = {"name": name, "parent": parent, "document_types": document_types, "sources": sources}
        typed = {field: given[field].strip() for field in fields}

        def show(principal: Principal) -> Response:
            try:
                creates[1](creator, principal, typed)
            except REFUSALS as error:
                found = lists[1](lister, principal, PageRequest(limit=ROWS_A_PAGE), "")
                return page(request, principal, found, Filled(typed).refuse(error, at=_field_of(error)), "")
            return RedirectResponse(f"{listing.address}?{urlencode({'q': name.strip()})}", status_code=303)

        return desk.answer(request, permission, show)

    return router


def _field_of(error: FootnoteError) -> str:
    """Return the field that an error without fields is about: a collection that isn't found is the outer one."""
    return "parent" if isinstance(error, CollectionNotFoundError) else "name"
