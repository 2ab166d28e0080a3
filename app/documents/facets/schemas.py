"""Response schemas of facets and suggestions."""

from collections.abc import Sequence

from pydantic import BaseModel

from app.documents.facets.service import Facets, Suggestion, SuggestionKind


class FacetValueOut(BaseModel):
    """A filter value, its label, and the number of documents that have it."""

    value: str
    label: str
    count: int


class FacetsOut(BaseModel):
    """Document counts per value of each field, over the documents that you may see. A field has at most 100 values,
    most frequent first.
    """

    total: int
    issuer: list[FacetValueOut]
    document_type: list[FacetValueOut]
    fiscal_year: list[FacetValueOut]
    fiscal_period: list[FacetValueOut]
    source: list[FacetValueOut]
    collection_id: list[FacetValueOut]
    label_id: list[FacetValueOut]
    status: list[FacetValueOut]

    @staticmethod
    def of(facets: Facets) -> "FacetsOut":
        values = {
            name: [FacetValueOut(value=one.value, label=one.label, count=one.count) for one in found]
            for name, found in facets.values.items()
        }
        return FacetsOut(total=facets.total, **values)


class SuggestionOut(BaseModel):
    """A text to search or filter by, and the number of documents that have it."""

    kind: SuggestionKind
    text: str
    count: int


class SuggestionsOut(BaseModel):
    """Up to ten suggestions, best first."""

    items: list[SuggestionOut]

    @staticmethod
    def of(found: Sequence[Suggestion]) -> "SuggestionsOut":
        return SuggestionsOut(items=[SuggestionOut(kind=one.kind, text=one.text, count=one.count) for one in found])
