"""A store with a collection for each case: users who ask about one case can read its documents and no others.

All cases share one home (a tenant). Files that replace each other are uploaded one after another, under the same name.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from app.client.api import ApiClient
from app.client.ingestion import IngestOutcome, NoProgress
from app.core.principal import Principal
from app.db.session import Database
from app.documents.models import Page
from app.documents.repository import DocumentRepository
from app.stack.founding import ensure_admin
from app.stack.home import Home
from app.tables.model import Table
from app.tables.service import list_tables_of_version
from evals.environment.context import SuiteContext
from evals.environment.store import (
    Asker,
    Names,
    ensure_asker,
    home_name,
    ingest_in_order,
    known_outcomes,
    open_database,
    pipeline_digest,
    remember,
)


@dataclass(frozen=True, slots=True)
class CaseFiles:
    """The files of a case. If `replaced_as` is given, each file replaces the one before, under this name."""

    id: str
    files: tuple[Path, ...]
    replaced_as: str | None = None


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case's documents that became searchable, the user who may read them, and the reasons for failed files."""

    asker: Asker
    documents: tuple[UUID, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseStore:
    """The cases by id. `names` maps documents to file names."""

    database: Database
    cases: Mapping[str, StoredCase]
    names: Names

    def read_pages(self, case_id: str) -> list[str]:
        """Return the texts of the pages of a case's documents, as its user."""
        case = self.cases[case_id]
        texts: list[str] = []
        with self.database.transaction(case.asker.principal) as session:
            for document in case.documents:
                version = DocumentRepository(session).get_version(document, None)
                query = select(Page.text).where(Page.version_id == version.id).order_by(Page.number)
                texts.extend(session.scalars(query))
        return texts

    def read_tables(self, case_id: str) -> list[Table]:
        """Return the tables of a case's documents, as its user."""
        case = self.cases[case_id]
        tables: list[Table] = []
        with self.database.transaction(case.asker.principal) as session:
            for document in case.documents:
                version = DocumentRepository(session).get_version(document, None)
                tables.extend(list_tables_of_version(session, version.id))
        return tables

    def principal(self, case_id: str) -> Principal:
        return self.cases[case_id].asker.principal


@contextmanager
def open_case_store(context: SuiteContext, cases: Sequence[CaseFiles]) -> Iterator[CaseStore]:
    """Open a store with the files of all cases. Raises the errors of `Stack.start`."""
    stack = context.stacks.on(Home.at(context.homes / f"cases-{home_name(context.data_digest)}"))
    folder = context.homes / "cases" / home_name(context.data_digest)
    database = open_database(stack)
    try:
        with ApiClient(url=stack.url, key=ensure_admin(stack.home, stack.database_url("owner"))) as client:
            place = f"pipeline {pipeline_digest()[:16]}"
            collections = {case.id: client.ensure_collection(f"{case.id} {place}").id for case in cases}
            askers = {
                case_id: ensure_asker(stack.home, stack, client, collection)
                for case_id, collection in collections.items()
            }
            outcomes: dict[str, list[IngestOutcome]] = {case.id: [] for case in cases}
            for number, placed in enumerate(_rounds(cases, folder)):
                for case_id, outcome in _ingest(stack.home, client, placed, collections, f"{place} {number}", context):
                    outcomes[case_id].append(outcome)
        stored = {case.id: _stored(askers[case.id], outcomes[case.id]) for case in cases}
        names = {document: (case_id,) for case_id, case in stored.items() for document in case.documents}
        yield CaseStore(database, stored, names)
    finally:
        database.close()


def _rounds(cases: Sequence[CaseFiles], folder: Path) -> Iterator[list[tuple[str, Path]]]:
    """Yield the files that can be uploaded together, each with its case: a replacing file comes in a later round."""
    rounds = max(len(case.files) if case.replaced_as else 1 for case in cases)
    for number in range(rounds):
        placed: list[tuple[str, Path]] = []
        for case in cases:
            if case.replaced_as is None:
                placed.extend((case.id, path) for path in (case.files if number == 0 else ()))
            elif number < len(case.files):
                named = folder / case.id / str(number) / case.replaced_as
                named.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(case.files[number], named)
                placed.append((case.id, named))
        yield placed


def _ingest(
    home: Home,
    client: ApiClient,
    placed: Sequence[tuple[str, Path]],
    collections: Mapping[str, str],
    place: str,
    context: SuiteContext,
) -> list[tuple[str, IngestOutcome]]:
    """Ingest the files into the collections of their cases, unless the home records an earlier ingestion."""
    cases = {path: case_id for case_id, path in placed}
    outcomes = known_outcomes(home, place)
    if outcomes is None or {outcome.path for outcome in outcomes} != set(cases):
        context.notify(f"Ingesting {len(placed)} files into {len(set(cases.values()))} collections")
        files = {path: collections[case_id] for case_id, path in placed}
        outcomes = ingest_in_order(client, files, watcher=NoProgress(), replaces_by_name=True)
        remember(home, place, outcomes)
    return [(cases[outcome.path], outcome) for outcome in outcomes]


def _stored(asker: Asker, outcomes: Sequence[IngestOutcome]) -> StoredCase:
    documents = (UUID(each.document_id) for each in outcomes if each.document_id and not each.failed)
    failed = tuple(f"{each.path.name}: {each.code}: {each.detail}" for each in outcomes if each.failed)
    return StoredCase(asker, tuple(dict.fromkeys(documents)), failed)
