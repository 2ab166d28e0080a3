"""A store with access restrictions: one collection per issuer, and users who may read only some collections.

It has its own home, because `evals.environment.store` puts the same documents into a single collection.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from app.client.api import ApiClient
from app.client.ingestion import IngestOutcome, NoProgress
from app.core.principal import Principal, Role
from app.db.session import Database
from app.identity.service import TenantAdmin
from app.stack.founding import TENANT, ensure_admin, open_tenant_admin
from app.stack.home import Home
from evals.datasets.questions import QuestionSet
from evals.environment.context import SuiteContext
from evals.environment.stacks import Running
from evals.environment.store import (
    Asker,
    Names,
    documents_by_name,
    home_name,
    ingest_in_order,
    known_outcomes,
    open_database,
    pipeline_digest,
    remember,
)

OTHERS = "others"
OUTER = ("one half", "other half")


@dataclass(frozen=True, slots=True)
class RestrictedStore:
    """Documents in one collection per issuer. Each of these collections is inside one of two outer collections.

    `client` acts as the administrator, who owns the collections. `collections` maps issuers to the ids of their
    collections. `parent_collections` maps names of outer collections to ids. `parents` maps an issuer to the name of
    its outer collection.
    """

    stack: Running
    database: Database
    client: ApiClient
    collections: Mapping[str, str]
    parent_collections: Mapping[str, str]
    parents: Mapping[str, str]
    files: Mapping[UUID, tuple[str, ...]]
    issuers: Mapping[UUID, str]
    tenants: TenantAdmin
    tenant_id: UUID

    @property
    def names(self) -> Names:
        return {document: tuple(Path(name).stem for name in files) for document, files in self.files.items()}

    def make_asker(self, issuers: Iterable[str] = ()) -> Asker:
        """Create an analyst who may read these issuers' collections and nothing else."""
        email = f"asker-{uuid4().hex}@localhost"
        user_id, key = self.tenants.create_user(self.tenant_id, email=email, name="Asker", roles=[Role.ANALYST])
        for issuer in issuers:
            self.grant(user_id=str(user_id), collection_id=self.collections[issuer])
        roles = frozenset({Role.ANALYST})
        return Asker(Principal(tenant_id=self.tenant_id, user_id=user_id, roles=roles), key)

    def grant(self, **what: str) -> None:
        """Grant read access as the administrator. `what` are arguments of `ApiClient.grant`."""
        self.client.grant(level="viewer", **what)

    def make_group(self) -> str:
        """Create a group; return its id."""
        group = self.client.create_group(f"group {uuid4().hex}")
        return group.id

    def join(self, group_id: str, user_id: str) -> None:
        self.client.add_group_member(group_id, user_id)


@contextmanager
def open_restricted_store(context: SuiteContext, questions: QuestionSet) -> Iterator[RestrictedStore]:
    """Open a store with the documents of a question set, in one collection per issuer.

    Raises the errors of `Stack.start`.
    """
    groups: dict[str, list[Path]] = {}
    for file in questions.files:
        groups.setdefault(questions.issuer_of(file) or OTHERS, []).append(file)
    stack = context.stacks.on(Home.at(context.homes / f"walls-{home_name(context.data_digest)}"))
    home = stack.home
    admin, owner = open_tenant_admin(stack.database_url("owner"))
    database = open_database(stack)
    try:
        with ApiClient(url=stack.url, key=ensure_admin(home, stack.database_url("owner"))) as client:
            place = f"pipeline {pipeline_digest()[:16]}"
            outer = {name: client.ensure_collection(f"{name} {place}").id for name in OUTER}
            parents = {issuer: OUTER[number % len(OUTER)] for number, issuer in enumerate(sorted(groups))}
            collections = {
                issuer: client.ensure_collection(f"{issuer} {place}", parent_id=outer[parents[issuer]]).id
                for issuer in groups
            }
            outcomes = _ingested(home, client, groups, collections, place=place, notify=context.notify)
            found = documents_by_name(outcomes)
            stems = {document: Path(files[0]).stem for document, files in found.items()}
            yield RestrictedStore(
                stack=stack,
                database=database,
                client=client,
                collections=collections,
                parent_collections=outer,
                parents=parents,
                files=found,
                issuers={document: questions.issuers.get(stem) or OTHERS for document, stem in stems.items()},
                tenants=admin,
                tenant_id=UUID(home.read_secret(TENANT) or ""),
            )
    finally:
        database.close()
        owner.close()


def _ingested(
    home: Home,
    client: ApiClient,
    groups: Mapping[str, Sequence[Path]],
    collections: Mapping[str, str],
    *,
    place: str,
    notify: Callable[[str], None],
) -> list[IngestOutcome]:
    known = known_outcomes(home, place)
    if known is not None:
        return known
    notify(f"Ingesting {sum(map(len, groups.values()))} files of {len(groups)} issuers")
    placed = {file: collections[issuer] for issuer, files in groups.items() for file in files}
    outcomes = ingest_in_order(client, placed, watcher=NoProgress())
    remember(home, place, outcomes)
    return outcomes
