"""An issuer's names as its page shows them: by role, each with the places where it was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app.issuers.names import IssuerName, NameRole
from app.issuers.views import IssuerView

_TITLES: Mapping[NameRole, str] = {
    NameRole.SET: "Name given by an editor",
    NameRole.OWN: "Name",
    NameRole.WEAK: "Name, not surely read",
    NameRole.FORMER: "Former name",
    NameRole.ALIAS: "Short name",
    NameRole.TICKER: "Ticker",
    NameRole.CIK: "CIK",
    NameRole.LEI: "LEI",
    NameRole.SEEN: "May also be called",
}
MOST_NAMES = 60


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """Where a name was read: the document's title, and the address of the page with the name marked."""

    title: str
    address: str
    kind: str


@dataclass(frozen=True, slots=True)
class ShownName:
    role: str
    name: IssuerName
    places: tuple[ShownPlace, ...]


def shown_names(view: IssuerView) -> list[ShownName]:
    """Return the names and identifiers, the issuer's own name first; at most 60."""
    titles = {document.id: document.title for document in view.documents}
    found: list[ShownName] = []
    for name in [name for name in view.issuer.names if name.role in _TITLES][:MOST_NAMES]:
        places = [
            ShownPlace(
                titles[place.document_id],
                _address(place.document_id, place.page, place.char_start, place.char_end),
                place.kind,
            )
            for place in view.places.get((name.role, name.form), ())
            if place.document_id in titles
        ]
        found.append(ShownName(_TITLES[name.role], name, tuple(places)))
    return found


def _address(document_id: UUID, page: int | None, start: int | None, end: int | None) -> str:
    if page is None:
        return f"/documents/{document_id}"
    marked = "" if start is None else f"?start={start}&end={end}"
    return f"/documents/{document_id}/pages/{page}{marked}"
