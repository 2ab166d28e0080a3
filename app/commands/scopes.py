"""The scope options of `footnote ask`: names of collections and documents become IDs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.client.api import ApiClient
from app.client.conversations import ApiScope
from app.core.errors import NotFoundError
from app.documents.metadata import DocumentType, FiscalPeriod


class ScopeNameNotFoundError(NotFoundError):
    code = "scope-not-found"
    title = "There is no such collection or document that you may see."


class NoConversationError(NotFoundError):
    code = "no-conversation"
    title = "You have no conversation yet: ask a question without --conversation first."


@dataclass(frozen=True, slots=True)
class ChosenScope:
    """What the options name; None or empty if an option is not given."""

    issuers: Sequence[str] | None
    collections: Sequence[str] | None
    documents: Sequence[str] | None
    types: Sequence[DocumentType] | None
    years: Sequence[int] | None
    periods: Sequence[FiscalPeriod] | None

    def is_empty(self) -> bool:
        return not any((self.issuers, self.collections, self.documents, self.types, self.years, self.periods))

    def resolve(self, client: ApiClient) -> dict[str, object]:
        """Return the scope for the API. Raises ScopeNameNotFoundError, ApiProblemError."""
        scope: dict[str, Iterable[object]] = {
            "issuers": list(self.issuers or ()),
            "collection_ids": [_find_collection(client, name) for name in self.collections or ()],
            "document_ids": [_find_document(client, name) for name in self.documents or ()],
            "document_types": [kind.value for kind in self.types or ()],
            "fiscal_years": list(self.years or ()),
            "periods": [period.value for period in self.periods or ()],
        }
        return {name: values for name, values in scope.items() if values}


def find_conversation(client: ApiClient, wanted: str) -> str:
    """Return the ID of a conversation; `last` is the one with the newest turn. Raises NoConversationError."""
    if wanted != "last":
        return wanted
    newest = next(client.list_conversations(), None)
    if newest is None:
        raise NoConversationError
    return newest.id


def describe_scope(scope: ApiScope) -> str:
    """Return a scope on one line; empty if everything is searched."""
    names = [
        *(f"collection {each.name}" for each in scope.collections),
        *scope.issuers,
        *scope.document_types,
        *(f"FY{year}" for year in scope.fiscal_years),
        *scope.periods,
        *(f"“{each.name}”" for each in scope.documents),
    ]
    if scope.hidden:
        names.append(f"{scope.hidden} more that you cannot see")
    return ", ".join(names)


def _find_collection(client: ApiClient, wanted: str) -> str:
    for collection in client.list_collections():
        if wanted in (collection.id, collection.name):
            return collection.id
    raise ScopeNameNotFoundError(f"There is no collection {wanted} that you may see.")


def _find_document(client: ApiClient, wanted: str) -> str:
    for document in client.list_documents():
        if wanted in (document.id, document.title, document.filename):
            return document.id
    raise ScopeNameNotFoundError(f"There is no document {wanted} that you may see.")
