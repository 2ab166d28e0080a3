"""The address of a list of documents: what is searched for, filtered and sorted, so that it can be saved and sent."""

from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from app.documents.filters import DocumentFilters, SortOrder
from app.documents.metadata import DocumentType, FiscalPeriod
from app.documents.schemas import VersionStatus
from app.http.text import Line
from app.retrieval.filters import SearchFilters

FACETS = {
    "issuer": "Issuer",
    "document_type": "Type",
    "fiscal_year": "Fiscal year",
    "fiscal_period": "Period",
    "collection_id": "Collection",
    "label_id": "Label",
    "status": "Status",
    "source": "Source",
}
"""The filters of the page by name, with their titles, in the order of the page."""
_TYPES: dict[str, TypeAdapter[Any]] = {
    "issuer": TypeAdapter(Line),
    "document_type": TypeAdapter(DocumentType),
    "fiscal_year": TypeAdapter(int),
    "fiscal_period": TypeAdapter(FiscalPeriod),
    "collection_id": TypeAdapter(UUID),
    "label_id": TypeAdapter(UUID),
    "status": TypeAdapter(VersionStatus),
    "source": TypeAdapter(Line),
}
_YEARS = range(1900, 2201)
Place = Literal["names", "text"]


@dataclass(frozen=True, slots=True)
class ListAddress:
    """The parts of the address. `chosen` has the filters by name. Values that no document can have are left out: an
    address that somebody has changed still shows a list.
    """

    words: str
    place: Place
    order: SortOrder
    chosen: dict[str, Any]

    @staticmethod
    def read(words: str, place: str, sort: str, values: dict[str, str]) -> "ListAddress":
        """Read the query of an address."""
        try:
            order = SortOrder.parse(sort)
        except ValueError:
            order = SortOrder()
        try:
            words = TypeAdapter(Line).validate_python(words)
        except ValidationError:
            words = ""
        chosen = {name: found for name, text in values.items() if (found := _read(name, text)) is not None}
        return ListAddress(words, "text" if place == "text" else "names", order, chosen)

    @property
    def filters(self) -> DocumentFilters:
        """The filters of the list and of its counts. Words in the text select nothing here."""
        words = self.words if self.place == "names" else ""
        return DocumentFilters(**self.chosen, words=words or None)

    @property
    def search_filters(self) -> SearchFilters:
        """The filters of a search in the text, which knows neither status nor label nor source: see `among`."""

        def of(name: str) -> tuple[Any, ...]:
            return (self.chosen[name],) if name in self.chosen else ()

        return SearchFilters(
            collection_ids=of("collection_id"),
            issuers=of("issuer"),
            document_types=of("document_type"),
            fiscal_years=of("fiscal_year"),
            periods=of("fiscal_period"),
        )

    @property
    def among(self) -> DocumentFilters | None:
        """All filters but the issuer's, if `search_filters` lacks one of them; else None."""
        if self.chosen.keys().isdisjoint(("label_id", "status", "source")):
            return None
        return DocumentFilters(**{name: value for name, value in self.chosen.items() if name != "issuer"})

    def link(self, **changes: object) -> str:
        """Return the address with some parts changed; None leaves a part out. It leads to the first page."""
        parts: dict[str, object] = {
            "q": self.words,
            "in": "text" if self.place == "text" else None,
            "sort": None if self.order == SortOrder() else str(self.order),
            **self.chosen,
            **changes,
        }
        query = urlencode({name: str(value) for name, value in parts.items() if value not in (None, "")})
        return f"/documents?{query}" if query else "/documents"

    def without_sort(self) -> str:
        """Return the address that a sort key is added to."""
        return replace(self, order=SortOrder()).link()


def _read(name: str, text: str) -> Any:
    if not text:
        return None
    try:
        value = _TYPES[name].validate_python(text)
    except ValidationError:
        return None
    return None if name == "fiscal_year" and value not in _YEARS else value
