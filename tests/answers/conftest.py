"""Fixtures: passages built from page texts, stub models, and a tenant with a document."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import text

from app.access.collections.repository import NewGrant
from app.access.collections.service import AccessService
from app.answers.claims import PageTexts
from app.answers.evidence_tables import EvidenceTables
from app.answers.writing.by_kind import BuiltInWriter
from app.core.clock import SystemClock
from app.core.ids import new_id
from app.core.principal import Principal, Role
from app.db.session import system_principal
from app.facts.model import FiscalLabel, Place
from app.identity.service import TenantAdmin
from app.llm.port import ChatRequest, ChatResponse, TokenUsage
from app.llm.prompts import PromptLibrary
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.quantities.periods import Period
from app.relevance.cross_encoder import built_in_reader
from app.retrieval.passages import Passage
from app.retrieval.questions.reader import QuestionReader
from app.retrieval.questions.understanding import Understanding
from app.retrieval.questions.vocabulary import FinanceVocabulary
from app.retrieval.service import SearchQuery, SearchResult
from app.tables.codec import encode_table
from app.tables.model import Table
from app.tables.rows import list_figure_rows, quantity_of
from app.tables.service import find_tables_of_pages
from tests.answers.tables import make_table
from tests.facts.made_facts import make_fact, write_facts

INCOME_UNITS = "($ in millions, except per share data)"
INCOME_PAGE = f"""Consolidated Statements of Income
{INCOME_UNITS}

For the years ended June 30,	2022	2021
Net revenue	$4,210	$3,900
Cost of goods sold	(2,480)	(2,310)
Gross profit	1,730	1,590
Net income	$412	$388
Net income per share:
Basic	$2.06	$1.94
"""

PROSE_PAGE = """Liquidity and Capital Resources

Revenue grew because the Lantern business opened nine depots. The revolving credit facility matures in March 2027
and bears interest at 6.25% a year. As of June 30, 2022, we had $350 million undrawn under it.

Our head office is in a leased building.
"""


NAMED = {"issuer_names": ("Plain Holdings",), "issuer_keys": ("plain",), "issuer_forms": (frozenset({"plain"}),)}
ITEMS = {"Net revenue": "Revenue", "Net income": "NetIncome"}


@dataclass
class Library:
    """Page texts and tables by (version, page number), and the passages of these pages."""

    pages: dict[tuple[UUID, int], str] = field(default_factory=dict)
    passages: list[Passage] = field(default_factory=list)
    stored_tables: dict[tuple[UUID, int], list[Table]] = field(default_factory=dict)

    @property
    def tables(self) -> EvidenceTables:
        return EvidenceTables(self.stored_tables)

    def add(
        self,
        page: str,
        *,
        start: int = 0,
        end: int | None = None,
        document_id: UUID | None = None,
        version_id: UUID | None = None,
        number: int = 1,
        units_line: str | None = None,
        scale: int | None = 6,
    ) -> Passage:
        version = version_id or uuid4()
        self.pages[(version, number)] = page
        if "\t" in page:
            self.stored_tables[(version, number)] = [
                make_table(page, number=number, units_line=units_line, scale=scale)
            ]
        stop = len(page) if end is None else end
        passage = Passage(
            chunk_id=len(self.passages) + 1,
            document_id=document_id or uuid4(),
            version_id=version,
            document_title="Plain Holdings 10-K",
            issuer="Plain Holdings",
            document_type="10-K",
            period="FY2022",
            page_number=number,
            char_start=start,
            char_end=stop,
            heading="Plain Holdings · 10-K · FY2022",
            table_header="",
            text=page[start:stop],
            kind="table" if "\t" in page else "text",
            score=1.0,
            rank=len(self.passages) + 1,
        )
        self.passages.append(passage)
        return passage


@pytest.fixture
def library() -> Library:
    created = Library()
    created.add(INCOME_PAGE, units_line=INCOME_UNITS)
    created.add(PROSE_PAGE, number=2)
    return created


@pytest.fixture(scope="session")
def extractive() -> BuiltInWriter:
    return BuiltInWriter(reader=built_in_reader(), embedder=WordLlamaEmbedder())


@pytest.fixture(scope="session")
def prompts() -> PromptLibrary:
    return PromptLibrary()


@pytest.fixture(scope="session")
def understand() -> Callable[[str], Understanding]:
    reader = QuestionReader(vocabulary=FinanceVocabulary())
    return reader.read


Behave = Callable[[ChatRequest], object]


@dataclass
class StubChat:
    """A stub chat model. `behave` returns the parsed response to a request, or raises an error."""

    behave: Callable[[ChatRequest], object]
    requests: list[ChatRequest] = field(default_factory=list)
    model: str = "stub-1"

    async def complete(self, request: ChatRequest) -> ChatResponse:
        self.requests.append(request)
        parsed = self.behave(request)
        if hasattr(parsed, "__await__"):
            parsed = await parsed
        if hasattr(parsed, "__aiter__"):
            parsed = await self._write(request, parsed)
        return ChatResponse(
            text="", model=self.model, purpose=request.purpose, usage=TokenUsage(700, 50, None), parsed=parsed
        )

    async def _write(self, request: ChatRequest, claims: AsyncIterator[object]) -> object:
        """Write claims one after the other, as a model that streams."""
        written = []
        async for claim in claims:
            if request.on_text is not None:
                await request.on_text(("," if written else '{"claims": [') + json.dumps(claim))
            written.append(claim)
        return {"claims": written}

    async def close(self) -> None:
        return None


@pytest.fixture
def stub_chat() -> type[StubChat]:
    return StubChat


@dataclass
class FixedSearch:
    """A stub search that always returns the same passages, and finds no document of `absent` issuers."""

    passages: Sequence[Passage]
    absent: tuple[str, ...] = ("Persimmon Holdings",)
    reader: QuestionReader = field(default_factory=lambda: QuestionReader(vocabulary=FinanceVocabulary()))

    def prepare(self, question) -> SearchQuery:
        absent = tuple(name for name in self.absent if name in question)
        return SearchQuery(replace(self.reader.read(question), absent_issuers=absent), None)

    def search_in(self, session, query, filters=None, k=10) -> SearchResult:
        return SearchResult(tuple(self.passages)[:k], query.asked)


@dataclass
class Office:
    """A tenant with a two-page document in a collection, the collection's owner, and another analyst."""

    database: object
    owner: Principal
    other: Principal
    collection: UUID
    document: UUID
    version: UUID
    search: FixedSearch
    pages: PageTexts

    def rows(self, statement: str, **values: object) -> list:
        with self.database.worker.transaction(system_principal(self.owner.tenant_id)) as session:
            result = session.execute(text(statement), values)
            return [dict(row) for row in result.mappings()] if result.returns_rows else []

    def notes(self, question_id: UUID, **changes: object) -> dict:
        """Change and return the notes of a question, as the owner role: the worker has no right to them."""
        statement = "UPDATE question_notes SET notes = notes || :changes WHERE question_id = :id RETURNING notes"
        with self.database.owner.transaction(self.owner) as session:
            return session.scalar(text(statement), {"changes": Jsonb(changes), "id": question_id})


@pytest.fixture
def office(shared_database) -> Office:
    admin = TenantAdmin(owner=shared_database.owner, clock=SystemClock())
    tenant = admin.create_tenant(slug=f"t-{uuid4().hex}", name="Tenant")
    owner, other = (
        Principal(tenant, admin.create_user(tenant, email=f"{uuid4().hex}@example.com", name=name, roles=[role])[0])
        for name, role in (("Owner", Role.EDITOR), ("Other", Role.ANALYST))
    )
    access = AccessService(database=shared_database.api)
    collection = access.create_collection(owner, name="Filings").id
    document, version = new_id(), new_id()
    library = Library()
    for number, page in enumerate((INCOME_PAGE, PROSE_PAGE), start=1):
        library.add(page, document_id=document, version_id=version, number=number, units_line=INCOME_UNITS)
    created = Office(
        shared_database, owner, other, collection, document, version, FixedSearch(library.passages), library.pages
    )
    created.rows(
        "INSERT INTO documents (id, tenant_id, collection_id, access_class_id, content_sha256, title, filename,"
        " revision, created_at, created_by, updated_at) SELECT :id, tenant_id, id, access_class_id, 'digest',"
        " 'Plain Holdings 10-K', 'a.pdf', 1, now(), :tenant, now() FROM collections WHERE id = :collection",
        id=document,
        tenant=tenant,
        collection=collection,
    )
    created.rows(
        "INSERT INTO document_versions (id, tenant_id, document_id, number, status, content_sha256, size_bytes,"
        " created_at, created_by) VALUES (:id, :tenant, :document, 1, 'ready', 'digest', 1, now(), :tenant)",
        id=version,
        tenant=tenant,
        document=document,
    )
    for (version_id, number), page in library.pages.items():
        created.rows(
            "INSERT INTO pages (version_id, number, tenant_id, document_id, width, height, text, words)"
            " VALUES (:version, :number, :tenant, :document, 612, 792, :text, '')",
            version=version_id,
            number=number,
            tenant=tenant,
            document=document,
            text=page,
        )
    for (version_id, number), tables in library.stored_tables.items():
        for table in tables:
            created.rows(
                "INSERT INTO tables"
                " (version_id, number, tenant_id, document_id, pages, units_line, rows, columns, data)"
                " VALUES (:version, :number, :tenant, :document, :pages, :units, :rows, :columns, :data)",
                version=version_id,
                number=table.number,
                tenant=tenant,
                document=document,
                pages=list(table.pages),
                units=table.units_line,
                rows=table.rows,
                columns=table.columns,
                data=encode_table(table, {number: library.pages[(version_id, number)]}).data,
            )
    return created


@pytest.fixture
def reported(office) -> None:
    """Store the facts of the office's income statement."""
    office.rows(
        "UPDATE documents SET current_version_id = :version, issuer = 'Plain Holdings', issuer_key = 'plain'"
        " WHERE id = :document",
        version=office.version,
        document=office.document,
    )
    facts = []
    with office.database.owner.transaction(office.owner) as session:
        tables = find_tables_of_pages(session, list(office.pages)).decode(office.pages)
        for row in list_figure_rows(tables[(office.version, 1)][0]):
            for cell in row.figures if row.label in ITEMS else ():
                value, period = quantity_of(cell).value, cell.period
                assert isinstance(value, Decimal)
                assert isinstance(period, Period)
                place = Place(1, *cell.spans[0], 1, cell.row, cell.column)
                about = {"item": ITEMS[row.label], "concept": None, "fiscal": FiscalLabel(period.end.year)}
                facts.append(make_fact(row.label, str(value.scaleb(6)), period=period, place=place, **about))
        write_facts(session, office.owner.tenant_id, office.document, office.version, facts)


@pytest.fixture
def grant(office: Office) -> Callable[[], Callable[[], None]]:
    """Return a function that grants the other analyst access to the collection. Call its result to revoke the grant."""
    access = AccessService(database=office.database.api)

    def create() -> Callable[[], None]:
        access_grant = access.create_grant(
            office.owner,
            NewGrant(
                user_id=office.other.user_id,
                group_id=None,
                collection_id=office.collection,
                document_id=None,
                level=1,
                expires_at=None,
            ),
        )
        return lambda: access.delete_grant(office.owner, access_grant.id)

    return create
