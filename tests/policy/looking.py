"""Every read below HTTP, of one user, held against the oracle: each table by SQL as the api role, each repository.

A checked read is (user, way, object): a list over m objects that could be in it, other tenants' included, counts m.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access.collections.repository import AccessRepository
from app.answers.repository import AnswerRepository
from app.core.principal import Principal
from app.db.session import system_principal
from app.documents.errors import DocumentNotFoundError, PageNotFoundError
from app.documents.filters import DocumentFilters
from app.documents.repository import DocumentRepository
from app.jobs.repository import RunRepository
from app.retrieval.filters import SearchFilters
from app.retrieval.index.lexicon import term_id, tokenise
from app.retrieval.index.spaces import get_space_id
from app.retrieval.repository import Graph, SearchRepository
from tests.policy import oracle
from tests.policy.estate import COMMON_WORD, KINDS, Estate
from tests.policy.oracle import Sight
from tests.policy.tally import DifferenceError

# way → what stands for the object, what decides on it (a document, or the object itself), and where it is read from
_BY_DOCUMENT = {
    "documents": ("id", "id", "documents"),
    "document_versions": ("id", "document_id", "document_versions"),
    "pages": ("version_id", "document_id", "pages"),
    "runs": ("id", "document_id", "runs"),
    "indexed_documents": ("document_id", "document_id", "indexed_documents"),
    "chunks": ("document_id", "document_id", "chunks"),
    "chunk_embeddings": ("document_id", "document_id", "chunk_embeddings"),
    "chunk_signatures": ("document_id", "document_id", "chunk_signatures"),
    "term_postings": ("document_id", "document_id", "term_postings"),
    "document_labels": ("document_id", "document_id", "document_labels"),
}
_STAGES = (
    "SELECT 'stages', s.tenant_id::text, s.run_id::text, {owner}, count(*) FROM stages s GROUP BY s.tenant_id, s.run_id"
)
_BY_ITSELF = {
    "collections": "id",
    "collection_labels": "collection_id",
    "questions": "id",
    "answers": "question_id",
    "claims": "concat(question_id, '/', dropped_reason)",
    "citations": "question_id",
    "grants": "id",
    "labels": "id",
    "clearances": "id",
    "exclusions": "id",
    "entitlement_packs": "id",
    "users": "id",
    "groups": "id",
    "group_members": "concat(group_id, '/', user_id)",
    "group_nestings": "concat(group_id, '/', member_group_id)",
}
_CLASSED = {
    f"{name} {table}": f"SELECT '{name} {table}', tenant_id::text, id::text, id::text, 1 FROM {table} "
    f"WHERE access_class_id = ANY ((SELECT {name}_classes())::int[])"
    for name in ("editable", "owned")
    for table in ("documents", "collections")
}
_ROWS = [
    f"SELECT '{way}', tenant_id::text, {key}::text, {decides}::text, count(*) FROM {table} GROUP BY 2, 3, 4"
    for way, (key, decides, table) in _BY_DOCUMENT.items()
] + [
    f"SELECT '{table}', tenant_id::text, {key}::text, {key}::text, count(*) FROM {table} GROUP BY 2, 3"
    for table, key in _BY_ITSELF.items()
]
COMPARED = frozenset({*_BY_DOCUMENT, *_BY_ITSELF, "stages", "access_classes"})
"""The tables whose rows are held against the oracle."""
_CLASSES = "SELECT 'access_classes', tenant_id::text, id::text, {owner}, 1 FROM access_classes"
_TRUTH = text(
    " UNION ALL ".join(
        [
            *_ROWS,
            _STAGES.format(owner="(SELECT r.document_id::text FROM runs r WHERE r.id = s.run_id)"),
            _CLASSES.format(
                owner="concat_ws('/', collection_id, coalesce(said_type, '-'), coalesce(source, '-'), "
                "array_to_string(label_ids, ','), document_id)"
            ),
        ]
    )
)
_SEEN = " UNION ALL ".join([*_ROWS, _STAGES.format(owner="''"), _CLASSES.format(owner="''"), *_CLASSED.values()])
Rows = Mapping[str, Mapping[str, tuple[str, int]]]
"""way → object → (what decides on it, how many rows)."""


def _rows(found: Iterable[Sequence[Any]]) -> dict[str, dict[str, tuple[str, int]]]:
    rows: dict[str, dict[str, tuple[str, int]]] = {}
    for way, tenant, key, decides, count in found:
        rows.setdefault(way, {})[f"{tenant} {key}"] = (decides, count)
    return rows


@dataclass
class Looking:
    """Compares what users of estates see. `truth` is read anew by `begin`."""

    estates: Sequence[Estate]
    truth: dict[UUID, Rows]
    everything: dict[str, set[str]]
    turn: int = 0

    @classmethod
    def over(cls, *estates: Estate) -> "Looking":
        return cls(estates, {}, {})

    def begin(self) -> None:
        """Read what there is, as each tenant's owner, who sees all of it."""
        self.everything = {}
        for estate in self.estates:
            with estate.database.owner.transaction(system_principal(estate.world.tenant)) as session:
                self.truth[estate.world.tenant] = _rows(session.execute(_TRUTH))
        for rows in self.truth.values():
            for way, found in rows.items():
                self.everything.setdefault(way, set()).update(found)

    def look(self, estate: Estate, user: UUID) -> None:
        """All rows that the user sees. Raises DifferenceError."""
        with estate.database.api.transaction(Principal(estate.world.tenant, user)) as session:
            self._check_tables(estate, estate.sight(session, user), session)

    def look_by_repositories(self, estate: Estate, user: UUID) -> None:
        """What each repository gives the user. Raises DifferenceError."""
        self.turn += 1
        with estate.database.api.transaction(Principal(estate.world.tenant, user)) as session:
            sight = estate.sight(session, user)
            self._check_documents(estate, sight, session)
            self._check_search(estate, sight, session)
            self._check_answers(estate, sight, session)

    # --- SQL as the api role ---------------------------------------------------------------------------------------

    def _check_tables(self, estate: Estate, sight: Sight, session: Session) -> None:
        truth = self.truth[estate.world.tenant]
        seen = _rows(self._see_all(session))
        expected = self._expected(sight, truth)
        for way in {*self.everything, *_CLASSED} & {*expected}:
            candidates = self.everything.get(way.removeprefix("editable ").removeprefix("owned "), set())
            wanted = {f"{estate.world.tenant} {key}" for key in expected[way]}
            self._compare(estate, sight, f"table {way}", set(seen.get(way, ())), wanted, candidates)
            for key, (_, count) in seen.get(way, {}).items():
                if key in truth.get(way, {}) and truth[way][key][1] != count:
                    self._fail(estate, sight, f"table {way}", key, f"{count} rows of {truth[way][key][1]}")

    @staticmethod
    def _see_all(session: Session) -> Iterable[Sequence[Any]]:
        """Planned once a connection, which takes as long as to run it: nothing in the plan goes by who asks."""
        connection = session.connection()
        if "sees all" not in connection.info:
            connection.exec_driver_sql(f"PREPARE see_all AS {_SEEN}")
            connection.info["sees all"] = True
        return connection.exec_driver_sql("EXECUTE see_all")

    def _expected(self, sight: Sight, truth: Rows) -> dict[str, set[str]]:
        world = sight.world
        visible = {str(document) for document in sight.documents()}
        ids = {
            "collections": sight.collections(),
            "labels": sight.labels(),
            "editable documents": sight.documents(oracle.EDITOR),
            "owned documents": sight.documents(oracle.OWNER),
            "editable collections": sight.collections(oracle.EDITOR),
            "owned collections": sight.collections(oracle.OWNER),
        }
        expected = {way: {str(each) for each in found} for way, found in ids.items()}
        for way in (*_BY_DOCUMENT, "stages"):
            shown = {key.split(" ")[1] for key, (decides, _) in truth.get(way, {}).items() if decides in visible}
            expected[way] = shown
        labelled = {str(each) for each, labels in world.barriers.items() if labels}
        expected["collection_labels"] = labelled & (labelled if sight.watches else expected["collections"])
        if sight.watches:
            expected["document_labels"] = {str(key) for key, each in world.documents.items() if each.labels}
        expected["access_classes"] = {
            key.split(" ")[1]
            for key, (kind, _) in truth.get("access_classes", {}).items()
            if self._level_at_class(sight, kind)
        }
        if not sight.is_enabled:  # cannot sign in; what is no document's is not at stake
            return expected
        answered = {str(each) for each in sight.answers()}
        watched = {
            "entitlement_packs": {str(each) for each in world.packs},
            "group_nestings": {f"{outer}/{inner}" for outer, inner in world.nestings},
        }
        return expected | {
            "questions": {str(each) for each in sight.questions()},
            "answers": answered,
            "claims": {f"{each}/" for each in answered} | {f"{each}/repeated" for each in sight.dropped_claims()},
            "citations": answered,
            "grants": {str(each) for each in sight.grants()},
            "clearances": {str(each) for each in sight.clearances()},
            "exclusions": {str(each) for each in sight.exclusions()},
            "users": {str(each) for each in world.users if sight.watches or each == sight.user},
            "groups": {str(each) for each, members in world.groups.items() if sight.watches or sight.user in members},
            "group_members": {
                f"{group}/{member}"
                for group, members in world.groups.items()
                for member in members
                if sight.watches or member == sight.user
            },
            **{way: found if sight.watches else set() for way, found in watched.items()},
        }

    @staticmethod
    def _level_at_class(sight: Sight, kind: str) -> int:
        collection, said_type, source, labels, *document = kind.split("/")
        return sight.level_at_kind(
            UUID(collection),
            None if said_type == "-" else said_type,
            None if source == "-" else source,
            {UUID(label) for label in labels.split(",") if label},
            UUID(document[0]) if document else None,
        )

    # --- repositories ------------------------------------------------------------------------------------------------

    def _check_documents(self, estate: Estate, sight: Sight, session: Session) -> None:
        world, repository = sight.world, DocumentRepository(session)
        every = self._all_documents()
        visible = sight.documents()

        def listed(filters: DocumentFilters) -> set[UUID]:
            return {each.id for each in repository.list_documents(filters, before=None, limit=1000)}

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
        collection = self._rotate([each for other in self.estates for each in other.world.parents])
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
            "status": visible & estate.published if status == "ready" else visible - estate.published,
        }
        found = listed(DocumentFilters(**narrowed))  # type: ignore[arg-type]
        name = next(iter(narrowed))
        # What was read is as it was at the last publishing, whatever an editor made of the type since.
        ways[f"list_documents by {name}"] = (found, inside.get(name, found & visible))
        runs = RunRepository(session)
        asked = self._rotate(sorted(every))
        ran = runs.list_runs(before=None, limit=1000, document_id=None, status=None)
        ways["list_runs"] = ({run.document_id for run in ran}, visible)
        if asked is not None:
            ways["get_document"] = (self._got(repository, asked), visible & {asked})
            ways["get_page"] = (self._paged(repository, asked), visible & {asked} & estate.published)
        collections = {each.id for each in AccessRepository(session).list_collections(after=None, limit=1000)}
        for way, (seen, wanted) in ways.items():
            candidates = {asked} if way.startswith("get_") else every
            self._compare_ids(estate, sight, way, seen, wanted, {each for each in candidates if each})
        places = {each for other in self.estates for each in other.world.parents}
        self._compare_ids(estate, sight, "list_collections", collections, sight.collections(), places)

    def _got(self, repository: DocumentRepository, document: UUID) -> set[UUID]:
        try:
            return {repository.get_document(document).id}
        except DocumentNotFoundError:
            return set()

    def _paged(self, repository: DocumentRepository, document: UUID) -> set[UUID]:
        version = next(other.versions[document] for other in self.estates if document in other.versions)
        try:
            return {repository.get_page(version, 1).document_id}
        except PageNotFoundError:
            return set()

    def _check_search(self, estate: Estate, sight: Sight, session: Session) -> None:
        search = SearchRepository(session)
        every = sorted(self._all_documents())
        searchable = sight.documents() & estate.published
        vector, space = estate.embedder.embed_query(COMMON_WORD), get_space_id(session, estate.embedder.space)
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
        places = {every[place - 1] for row in rows for place in row.documents}
        chunks = search.list_chunks([(each, ordinal) for each in every for ordinal in (0, 1)])
        counted = search.count_terms([word]).get(word, 0)
        ways = {
            "list_candidates": {each.document_id for each in candidates},
            "find_nearest": {every[place] for place in near.documents.tolist()},
            "find_nearest_among": {every[place] for place in among.documents.tolist()},
            "list_terms": places,
            "list_layouts": set(search.list_layouts(every)),
            "list_chunks": {document for document, _ in chunks},
        }
        for way, seen in ways.items():
            self._compare_ids(estate, sight, way, seen, searchable, set(every))
        for other in self.estates:
            # A walk along a graph, be it another tenant's, may miss what is near, and must not show what is hidden.
            graph = Graph(other.world.tenant, 0, visible_chunks=1)
            own = searchable if other is estate else set()
            for asked in (0, 1):  # some documents, which are named, and all that the principal sees
                limits = {"limit": 1000, "breadth": 40, "most_scanned": 100_000}
                walk = search.find_near(graph, vector, every, counted=asked, space_id=space, **limits)
                walked = {every[place] for place in walk.documents.tolist()}
                self._compare_ids(estate, sight, "find_near", walked, walked & own, set(every))
        signed = len(search.list_signatures(every, space_id=space))
        estate.tally.reads += len(every)
        if signed != len(searchable):
            self._fail(estate, sight, "list_signatures", "signatures", f"{signed}, not {len(searchable)}, are seen")
        estate.tally.reads += 1
        if counted != 2 * len(searchable):
            self._fail(estate, sight, "count_terms", COMMON_WORD, f"{counted}, not {2 * len(searchable)}, are seen")

    def _check_answers(self, estate: Estate, sight: Sight, session: Session) -> None:
        if not sight.is_enabled:
            return
        repository = AnswerRepository(session)
        asked = [each for other in self.estates for each in other.world.answers]
        readable = sight.answers()
        ways = {
            "find_answers": set(repository.find_answers(asked)),
            "list_claims": {each.question_id for each in repository.list_claims(asked)},
        }
        for way, seen in ways.items():
            self._compare_ids(estate, sight, way, seen, readable, set(asked))
        questions = {each.id for each in repository.list_questions(before=None, limit=1000)}
        self._compare_ids(estate, sight, "list_questions", questions, sight.questions(), set(asked))
        question = self._rotate(asked)
        if question is not None:
            cited = {each.span.document_id for each in repository.list_citations(question)}
            wanted = sight.world.answers[question].cited if question in readable else frozenset()
            self._compare_ids(estate, sight, "list_citations", cited, set(wanted), self._all_documents())
        keys = [(version, 1) for other in self.estates for version in other.versions.values()]
        pages = {version for version, _ in repository.get_page_texts(keys)}
        wanted_pages = {estate.versions[each] for each in sight.documents() & estate.published}
        self._compare_ids(estate, sight, "get_page_texts", pages, wanted_pages, {version for version, _ in keys})

    # --- comparing ---------------------------------------------------------------------------------------------------

    def _all_documents(self) -> set[UUID]:
        return {document for estate in self.estates for document in estate.world.documents}

    def _rotate(self, of: Sequence[UUID]) -> Any:
        return of[self.turn % len(of)] if of else None

    def _compare_ids(
        self, estate: Estate, sight: Sight, way: str, seen: set[UUID], wanted: set[UUID], candidates: set[UUID]
    ) -> None:
        sides = [{f"{estate.world.tenant} {each}" for each in side} for side in (seen, wanted, candidates)]
        self._compare(estate, sight, way, *sides)

    def _compare(
        self, estate: Estate, sight: Sight, way: str, seen: set[str], wanted: set[str], candidates: set[str]
    ) -> None:
        estate.tally.reads += len(candidates | seen | wanted)
        for key in sorted(seen ^ wanted):
            self._fail(estate, sight, way, key, "is seen" if key in seen else "is not seen")

    def _fail(self, estate: Estate, sight: Sight, way: str, key: str, said: str) -> None:
        estate.tally.differences += 1
        names = {name: value for other in self.estates for name, value in other.names.items()}
        what = key.rsplit(" ", maxsplit=1)[-1]
        raise DifferenceError(f"{way}: {names.get(what, what)} {said} by {names[str(sight.user)]}")


def readers(estates: Sequence[Estate]) -> Iterator[tuple[Estate, UUID]]:
    """All users of the first estate, and of each other one its first and last."""
    first, *others = estates
    for user in first.world.users:
        yield first, user
    for other in others:
        people = list(other.world.users)
        yield other, people[0]
        yield other, people[-1]
