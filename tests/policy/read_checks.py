"""Compares the objects that a user can read with the oracle. It covers SQL on all tables, and all repositories.

Each combination of a user, a way of reading and an object is one checked read. A list that could contain m objects of
all tenants counts as m reads.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from app.access.collections.repository import AccessRepository
from app.answers.repository import AnswerRepository
from app.conversations.repository import ConversationRepository
from app.core.principal import Principal
from app.db.keyed import driver_connection
from app.db.session import system_principal
from app.documents.dead_letters.repository import DeadLetterRepository
from app.documents.filters import DocumentFilters
from app.documents.issuers import normalise_issuer
from app.documents.repository import DocumentRepository
from app.facts.service import load_ledger_facts
from app.issuers.finding import IssuerFinder
from app.jobs.repository import RunRepository
from app.retrieval.filters import SearchFilters
from app.retrieval.index.lexicon import term_id, tokenise
from app.retrieval.index.spaces import get_space_id
from app.retrieval.repository import Graph, SearchRepository
from tests.policy import oracle
from tests.policy.document_reads import read_document, read_facts, read_issuers, read_page, read_tables
from tests.policy.mirrored_tenant import COMMON_WORD, KINDS, MirroredTenant
from tests.policy.oracle import Access
from tests.policy.read_rows import BY_DOCUMENT, CLASSED, SEEN, TRUTH
from tests.policy.tally import DifferenceError

Rows = Mapping[str, Mapping[str, tuple[str, int]]]
"""For each way of reading and each object: (document or object that decides on access, number of rows)."""


def _rows(found: Iterable[Sequence[Any]]) -> dict[str, dict[str, tuple[str, int]]]:
    rows: dict[str, dict[str, tuple[str, int]]] = {}
    for way, tenant, key, decides, count in found:
        rows.setdefault(way, {})[f"{tenant} {key}"] = (decides, count)
    return rows


@dataclass
class ReadChecks:
    """Compares the reads of users with the oracle. `truth`: all rows of each tenant. `load_rows` reads them."""

    tenants: Sequence[MirroredTenant]
    truth: dict[UUID, Rows]
    everything: dict[str, set[str]]
    turn: int = 0

    @classmethod
    def over(cls, *tenants: MirroredTenant) -> "ReadChecks":
        return cls(tenants, {}, {})

    def load_rows(self) -> None:
        """Read all rows of each tenant, as the owner role."""
        self.everything = {}
        for tenant in self.tenants:
            with tenant.database.owner.transaction(system_principal(tenant.world.tenant)) as session:
                self.truth[tenant.world.tenant] = _rows(session.execute(TRUTH))
        for rows in self.truth.values():
            for way, found in rows.items():
                self.everything.setdefault(way, set()).update(found)

    def check_tables(self, tenant: MirroredTenant, user: UUID) -> None:
        """Compare the rows that the user can select. Raises DifferenceError."""
        with tenant.database.api.transaction(Principal(tenant.world.tenant, user)) as session:
            self._check_tables(tenant, tenant.access_of(session, user), session)

    def check_repositories(self, tenant: MirroredTenant, user: UUID) -> None:
        """Compare what each repository returns to the user. Raises DifferenceError."""
        self.turn += 1
        with tenant.database.api.transaction(Principal(tenant.world.tenant, user)) as session:
            access = tenant.access_of(session, user)
            self._check_documents(tenant, access, session)
            self._check_search(tenant, access, session)
            self._check_answers(tenant, access, session)

    # --- SQL as the api role ------------------------------------------------------------------------------------------

    def _check_tables(self, tenant: MirroredTenant, access: Access, session: Session) -> None:
        truth = self.truth[tenant.world.tenant]
        seen = _rows(self._see_all(session))
        expected = self._expected(access, truth)
        for way in {*self.everything, *CLASSED} & {*expected}:
            candidates = self.everything.get(way.removeprefix("editable ").removeprefix("owned "), set())
            wanted = {f"{tenant.world.tenant} {key}" for key in expected[way]}
            self._compare(tenant, access, f"table {way}", set(seen.get(way, ())), wanted, candidates)
            for key, (_, count) in seen.get(way, {}).items():
                if key in truth.get(way, {}) and truth[way][key][1] != count:
                    self._fail(tenant, access, f"table {way}", key, f"{count} rows of {truth[way][key][1]}")

    @staticmethod
    def _see_all(session: Session) -> Iterable[Sequence[Any]]:
        """Select all visible rows. Planning is slow, so each connection keeps the plan."""
        return driver_connection(session).execute(SEEN, prepare=True).fetchall()

    def _expected(self, access: Access, truth: Rows) -> dict[str, set[str]]:
        world = access.world
        visible = {str(document) for document in access.documents()}
        ids = {
            "collections": access.collections(),
            "labels": access.labels(),
            "editable documents": access.documents(oracle.EDITOR),
            "owned documents": access.documents(oracle.OWNER),
            "editable collections": access.collections(oracle.EDITOR),
            "owned collections": access.collections(oracle.OWNER),
            "deletions": access.deletions(),
        }
        expected = {way: {str(each) for each in found} for way, found in ids.items()}
        for way in (*BY_DOCUMENT, "stages"):
            shown = {key.split(" ")[1] for key, (decides, _) in truth.get(way, {}).items() if decides in visible}
            expected[way] = shown
        labelled = {str(each) for each, labels in world.collection_labels.items() if labels}
        expected["collection_labels"] = labelled & (labelled if access.sees_policy else expected["collections"])
        if access.sees_policy:
            expected["document_labels"] = {str(key) for key, each in world.documents.items() if each.labels}
        expected["access_classes"] = {
            key.split(" ")[1]
            for key, (kind, _) in truth.get("access_classes", {}).items()
            if self._level_at_class(access, kind)
        }
        if not access.is_enabled:  # a disabled user cannot sign in, so the user's own rows are not compared
            return expected
        answered = {str(each) for each in access.answers()}
        sees_all = access.sees_policy
        return expected | {
            "questions": {str(each) for each in access.questions()},
            "question_notes": {str(each) for each in access.dropped_claims()},
            "answers": answered,
            "claims": {f"{each}/" for each in answered} | {f"{each}/repeated" for each in access.dropped_claims()},
            "citations": answered,
            "conversations": {str(each) for each in access.questions()},
            "turns": {str(each) for each in access.questions()},
            "turn_readings": answered,
            "feedback": {str(each) for each in access.feedback()},
            "grants": {str(each) for each in access.grants()},
            "clearances": {str(each) for each in access.clearances()},
            "exclusions": {str(each) for each in access.exclusions()},
            "users": {str(each) for each in world.users if sees_all or each == access.user},
            "groups": {str(each) for each, members in world.groups.items() if sees_all or access.user in members},
            "group_members": {
                f"{group}/{member}"
                for group, members in world.groups.items()
                for member in members
                if sees_all or member == access.user
            },
            "group_nestings": {f"{outer}/{inner}" for outer, inner in world.nestings if sees_all},
            "entitlement_packs": {str(each) for each in world.packs if sees_all},
        }

    @staticmethod
    def _level_at_class(access: Access, kind: str) -> int:
        collection, said_type, source, labels, *document = kind.split("/")
        return access.level_at_kind(
            UUID(collection),
            None if said_type == "-" else said_type,
            None if source == "-" else source,
            {UUID(label) for label in labels.split(",") if label},
            UUID(document[0]) if document else None,
        )

    # --- repositories -------------------------------------------------------------------------------------------------

    def _check_documents(self, tenant: MirroredTenant, access: Access, session: Session) -> None:
        world, repository = access.world, DocumentRepository(session)
        every, visible = self._all_documents(), access.documents()

        def listed(filters: DocumentFilters) -> set[UUID]:
            records = () if filters.issuer is None else IssuerFinder().find_records(session, filters.issuer)
            return {each.id for each in repository.list_documents(filters, records, after=None, limit=1000)}

        def where(**wanted: object) -> set[UUID]:
            return {
                each
                for each in visible
                if all(getattr(world.documents[each], name) == value for name, value in wanted.items())
            }

        ways: dict[str, tuple[set[UUID], set[UUID]]] = {
            "list_documents": (listed(DocumentFilters()), visible),
            "list_newest_versions": (set(repository.list_newest_versions(list(every))), visible),
        }
        kind = KINDS[self.turn % len(KINDS)]
        collection = self._rotate([each for other in self.tenants for each in other.world.parents])
        status = ("ready", "processing")[self.turn % 2]
        narrowed = (
            {"collection_id": collection},
            {"document_type": kind},
            {"issuer": f"issuer {kind}"},
            {"fiscal_year": 2020},
            {"status": status},
        )[self.turn % 5]
        inside = {
            "collection_id": where(collection=collection),
            "document_type": where(kind=kind),
            "status": visible & tenant.published if status == "ready" else visible - tenant.published,
        }
        found = listed(DocumentFilters(**narrowed))  # type: ignore[arg-type]
        name = next(iter(narrowed))
        # The oracle has no issuers and years. With these filters, check only that no hidden document is listed.
        ways[f"list_documents by {name}"] = (found, inside.get(name, found & visible))
        asked = self._rotate(sorted(every))
        ran = RunRepository(session).list_runs(before=None, limit=1000, document_id=None, status=None)
        ways["list_runs"] = ({run.document_id for run in ran}, visible)
        facts = {each.source.document_id for each in load_ledger_facts(session, [normalise_issuer(f"issuer {kind}")])}
        ways["load_ledger_facts"] = (facts, facts & visible)
        for way, seen in read_issuers(session, every, f"issuer {kind}").items():
            ways[way] = (seen, visible & tenant.published if way != "find_issuers" or seen else set())
        letters = DeadLetterRepository(session).list_letters(before=None, limit=1000, kind=None)
        ways["list_letters"] = ({letter.document_id for letter in letters}, visible & tenant.published)
        if asked is not None:
            version = next(other.versions[asked] for other in self.tenants if asked in other.versions)
            ways["get_document"] = (read_document(session, asked), visible & {asked})
            ways["get_page"] = (read_page(session, version), visible & {asked} & tenant.published)
            for way, seen in (read_tables(session, asked, version) | read_facts(session, asked)).items():
                ways[f"get_document: {way}"] = (seen, visible & {asked} & tenant.published)
        listed_ids = {each.id for each in AccessRepository(session).list_collections(after=None, limit=1000)}
        for way, (seen, wanted) in ways.items():
            candidates = {asked} if way.startswith("get_") else every
            self._compare_ids(tenant, access, way, seen, wanted, {each for each in candidates if each})
        collections = {each for other in self.tenants for each in other.world.parents}
        self._compare_ids(tenant, access, "list_collections", listed_ids, access.collections(), collections)

    def _check_search(self, tenant: MirroredTenant, access: Access, session: Session) -> None:
        search = SearchRepository(session)
        every = sorted(self._all_documents())
        searchable = access.documents() & tenant.published
        vector, space = tenant.embedder.embed_query(COMMON_WORD), get_space_id(session, tenant.embedder.space)
        (word,) = map(term_id, tokenise(COMMON_WORD))
        candidates = search.list_candidates(SearchFilters())
        near = search.find_nearest(vector, every, space_id=space, limit=1000)
        among = search.find_nearest_among(
            vector,
            every,
            places=np.arange(len(every)),
            ordinals=np.zeros(len(every), np.int64),
            space_id=space,
            limit=1000,
        )
        rows = search.list_terms([word], every)
        holding = {every[place - 1] for row in rows for place in row.documents}
        chunks = search.list_chunks([(each, ordinal) for each in every for ordinal in (0, 1)])
        counted = search.count_terms([word]).get(word, 0)
        ways = {
            "list_candidates": {each.document_id for each in candidates},
            "find_nearest": {every[place] for place in near.documents.tolist()},
            "find_nearest_among": {every[place] for place in among.documents.tolist()},
            "list_terms": holding,
            "list_layouts": set(search.list_layouts(every)),
            "list_chunks": {document for document, _ in chunks},
        }
        for way, seen in ways.items():
            self._compare_ids(tenant, access, way, seen, searchable, set(every))
        for other in self.tenants:
            # A graph search may miss near chunks, but it must not return hidden ones, even from another tenant's graph.
            graph = Graph(other.world.tenant, 0, visible_chunks=1)
            own = searchable if other is tenant else set()
            for asked in (0, 1):  # 0: search only the listed documents; 1: search all documents that the user may read
                limits = {"limit": 1000, "breadth": 40, "most_scanned": 100_000}
                walk = search.find_near(graph, vector, every, counted=asked, space_id=space, **limits)
                walked = {every[place] for place in walk.documents.tolist()}
                self._compare_ids(tenant, access, "find_near", walked, walked & own, set(every))
        signed = len(search.list_signatures(every, space_id=space))
        tenant.tally.reads += len(every)
        if signed != len(searchable):
            self._fail(tenant, access, "list_signatures", "signatures", f"{signed}, not {len(searchable)}, are seen")
        tenant.tally.reads += 1
        if counted != 2 * len(searchable):
            self._fail(tenant, access, "count_terms", COMMON_WORD, f"{counted}, not {2 * len(searchable)}, are visible")

    def _check_answers(self, tenant: MirroredTenant, access: Access, session: Session) -> None:
        if not access.is_enabled:
            return
        repository = AnswerRepository(session)
        asked = [each for other in self.tenants for each in other.world.answers]
        readable = access.answers()
        ways = {
            "find_answers": set(repository.find_answers(asked)),
            "list_claims": {each.question_id for each in repository.list_claims(asked)},
        }
        for way, seen in ways.items():
            self._compare_ids(tenant, access, way, seen, readable, set(asked))
        questions = {each.id for each in repository.list_questions(before=None, limit=1000)}
        self._compare_ids(tenant, access, "list_questions", questions, access.questions(), set(asked))
        question = self._rotate(asked)
        if question is not None:
            cited = {each.span.document_id for each in repository.list_citations(question)}
            wanted = access.world.answers[question].cited if question in readable else frozenset()
            self._compare_ids(tenant, access, "list_citations", cited, set(wanted), self._all_documents())
        self._check_conversations(tenant, access, session, asked)
        keys = [(version, 1) for other in self.tenants for version in other.versions.values()]
        pages = {version for version, _ in repository.get_page_texts(keys)}
        wanted_pages = {tenant.versions[each] for each in access.documents() & tenant.published}
        self._compare_ids(tenant, access, "get_page_texts", pages, wanted_pages, {version for version, _ in keys})

    def _check_conversations(
        self, tenant: MirroredTenant, access: Access, session: Session, asked: Sequence[UUID]
    ) -> None:
        """Each answer is a turn of its own conversation, understood with words of the documents that it cites."""
        repository, own = ConversationRepository(session), access.questions()
        found = repository.list_conversations(before=None, limit=1000)
        ways = {
            "list_conversations": ({each.id for each in found}, own),
            "list_turns": ({each.id for key in asked for each in repository.list_turns(key, after=None, limit=9)}, own),
            "find_readings": (set(repository.find_readings(asked)), access.answers()),
            "list_feedback": (
                {each.id for each in repository.list_feedback(before=None, limit=1000)},
                access.feedback(),
            ),
        }
        for way, (seen, wanted) in ways.items():
            self._compare_ids(tenant, access, way, seen, wanted, set(asked))

    # --- comparing ----------------------------------------------------------------------------------------------------

    def _all_documents(self) -> set[UUID]:
        return {document for tenant in self.tenants for document in tenant.world.documents}

    def _rotate(self, of: Sequence[UUID]) -> Any:
        return of[self.turn % len(of)] if of else None

    def _compare_ids(
        self, tenant: MirroredTenant, access: Access, way: str, seen: set[UUID], wanted: set[UUID], possible: set[UUID]
    ) -> None:
        sides = [{f"{tenant.world.tenant} {each}" for each in side} for side in (seen, wanted, possible)]
        self._compare(tenant, access, way, *sides)

    def _compare(
        self, tenant: MirroredTenant, access: Access, way: str, seen: set[str], wanted: set[str], possible: set[str]
    ) -> None:
        tenant.tally.reads += len(possible | seen | wanted)
        for key in sorted(seen ^ wanted):
            self._fail(tenant, access, way, key, "is visible" if key in seen else "is not visible")

    def _fail(self, tenant: MirroredTenant, access: Access, way: str, key: str, difference: str) -> None:
        tenant.tally.differences += 1
        names = {name: value for other in self.tenants for name, value in other.names.items()}
        what = key.rsplit(" ", maxsplit=1)[-1]
        raise DifferenceError(f"{way}: {names.get(what, what)} {difference} by {names[str(access.user)]}")


def readers(tenants: Sequence[MirroredTenant]) -> Iterator[tuple[MirroredTenant, UUID]]:
    """Yield (tenant, user) for all users of the first tenant, and for the first and last user of each other tenant."""
    first, *others = tenants
    for user in first.world.users:
        yield first, user
    for other in others:
        people = list(other.world.users)
        yield other, people[0]
        yield other, people[-1]
