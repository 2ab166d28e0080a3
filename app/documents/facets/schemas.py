"""What the endpoints of facets and suggestions give."""

from collections.abc import Sequence

from pydantic import BaseModel

from app.documents.facets.service import Facets, Suggestion, SuggestionKind


class FacetValueOut(BaseModel):
    """A value as the list's filter of that name takes it, what to call it, and how many documents have it."""

    value: str
    label: str
    count: int


class FacetsOut(BaseModel):
    """How many of the documents that you may see have each value, the most frequent first, at most 100 a field."""

    total: int
    issuer: list[FacetValueOut]
    document_type: list[FacetValueOut]
    fiscal_year: list[FacetValueOut]
    source: list[FacetValueOut]
    collection_id: list[FacetValueOut]
    status: list[FacetValueOut]

    @staticmethod
    def of(facets: Facets) -> "FacetsOut":
        values = {
            name: [FacetValueOut(value=one.value, label=one.label, count=one.count) for one in found]
            for name, found in facets.values.items()
        }
        return FacetsOut(total=facets.total, **values)


class SuggestionOut(BaseModel):
    """Something to search or filter by, and how many documents have it."""

    kind: SuggestionKind
    text: str
    count: int


class SuggestionsOut(BaseModel):
    """The best first, at most ten."""

    items: list[SuggestionOut]

    @staticmethod
    def of(found: Sequence[Suggestion]) -> "SuggestionsOut":
        return SuggestionsOut(items=[SuggestionOut(kind=one.kind, text=one.text, count=one.count) for one in found])
