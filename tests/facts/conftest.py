"""Fixtures: the page texts of a document's statements, and a tenant with this document."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

import app.documents.models  # noqa: F401  audit rows and grants refer to these tables, so SQLAlchemy needs them
from app.access.collections.schemas import NewGrant
from app.access.collections.service import AccessService
from app.core.clock import SystemClock
from app.core.ids import new_id
from app.core.principal import Principal, Role
from app.db.session import system_principal
from app.identity.service import TenantAdmin
from app.tables.codec import encode_table
from tests.facts.pages import read_pages

INCOME = """Juniper Tool Works, Inc.

CONSOLIDATED STATEMENTS OF INCOME
(In millions, except per share data)

Year Ended December 31,\t2031\t2030
Net sales\t$4,210\t$3,985
Cost of sales\t2,600\t2,450
Gross profit\t1,610\t1,535
Selling, general and administrative expenses\t700\t680
Research and development\t210\t195
Operating income\t700\t660
Interest expense\t(45)\t(50)
Other income (expense), net\t(12)\t3
Income before income taxes\t643\t613
Provision for income taxes\t150\t140
Net income\t$493\t$473
Earnings per share:
Basic\t$2.47\t$2.31
Diluted\t$2.45\t$2.30
Weighted-average shares outstanding, diluted\t201\t206

See accompanying notes to consolidated financial statements.
"""
BALANCE = """CONSOLIDATED BALANCE SHEETS
(In millions)

\tDecember 31, 2031\tDecember 31, 2030
Current assets:
Cash and cash equivalents\t$312\t$287
Accounts receivable, net\t540\t515
Inventories\t610\t590
Total current assets\t1,462\t1,392
Property, plant and equipment, net\t900\t880
Other assets\t138\t128
Total assets\t$2,500\t$2,400
Accounts payable\t$400\t$390
Other liabilities\t60\t70
Total current liabilities\t460\t460
Other liabilities\t240\t240
Total liabilities\t700\t700
Treasury stock, at cost\t(95)\t(80)
Total stockholders’ equity\t1,800\t1,700
Total liabilities and stockholders’ equity\t$2,500\t$2,400
"""
CASH_FLOW = """CONSOLIDATED STATEMENTS OF CASH FLOWS
(In millions)

Year Ended December 31,\t2031\t2030
Operating activities:
Net income\t$493\t$473
Depreciation and amortization\t120\t110
Accounts receivable\t(25)\t(10)
Accounts payable\t10\t(4)
Net cash provided by operating activities\t640\t600
Investing activities:
Capital expenditures\t(140)\t(130)
Net cash used in investing activities\t(140)\t(130)
Financing activities:
Dividends paid\t(300)\t(280)
Net cash used in financing activities\t(475)\t(450)
Net increase in cash and cash equivalents\t25\t20
Cash and cash equivalents at beginning of year\t287\t267
Cash and cash equivalents at end of year\t$312\t$287
"""


@pytest.fixture(scope="session")
def statements() -> tuple[str, str, str]:
    """Return the pages of the income statement, balance sheet and cash flow statement of a calendar year."""
    return INCOME, BALANCE, CASH_FLOW


@dataclass
class Desk:
    """A tenant with a document, the document's owner, and another analyst without access."""

    database: object
    owner: Principal
    other: Principal
    collection: UUID
    document: UUID
    version: UUID

    def rows(self, statement: str, **values: object) -> list[dict[str, object]]:
        with self.database.worker.transaction(system_principal(self.owner.tenant_id)) as session:
            result = session.execute(text(statement), values)
            return [dict(row) for row in result.mappings()] if result.returns_rows else []

    def grant(self) -> None:
        """Grant `other` access to the collection."""
        AccessService(database=self.database.api).create_grant(
            self.owner,
            NewGrant(
                user_id=self.other.user_id,
                group_id=None,
                collection_id=self.collection,
                document_id=None,
                level=1,
                expires_at=None,
            ),
        )


@pytest.fixture
def file_document(shared_database) -> Callable[[Sequence[str]], Desk]:
    """Return a function that stores a document with the given pages in a new tenant."""

    def file(pages: Sequence[str]) -> Desk:
        admin = TenantAdmin(owner=shared_database.owner, clock=SystemClock())
        tenant = admin.create_tenant(slug=f"t-{uuid4().hex}", name="Tenant")
        owner, other = (
            Principal(tenant, admin.create_user(tenant, email=f"{uuid4().hex}@example.com", name=name, roles=[role])[0])
            for name, role in (("Owner", Role.EDITOR), ("Other", Role.ANALYST))
        )
        collection = AccessService(database=shared_database.api).create_collection(owner, name="Filings").id
        desk = Desk(shared_database, owner, other, collection, document=new_id(), version=new_id())
        desk.rows(
            "INSERT INTO documents (id, tenant_id, collection_id, access_class_id, content_sha256, title, filename,"
            " fiscal_year, fiscal_period, period_end, currency, scale, revision, created_at, created_by, updated_at)"
            " SELECT :id, tenant_id, id, access_class_id, 'digest', 'Juniper Tool Works 10-K', 'a.html', 2031, 'FY',"
            " :period_end, 'USD', 'millions', 1, now(), :tenant, now() FROM collections WHERE id = :collection",
            id=desk.document,
            tenant=tenant,
            collection=collection,
            period_end=date(2031, 12, 31),
        )
        desk.rows(
            "INSERT INTO document_versions (id, tenant_id, document_id, number, status, content_sha256, size_bytes,"
            " created_at, created_by) VALUES (:id, :tenant, :document, 1, 'ready', 'digest', 1, now(), :tenant)",
            id=desk.version,
            tenant=tenant,
            document=desk.document,
        )
        parsed, tables = read_pages(pages)
        texts = {page.number: page.text for page in parsed.pages}
        for number, page in texts.items():
            desk.rows(
                "INSERT INTO pages (version_id, number, tenant_id, document_id, width, height, text, words)"
                " VALUES (:version, :number, :tenant, :document, 612, 792, :text, '')",
                version=desk.version,
                number=number,
                tenant=tenant,
                document=desk.document,
                text=page,
            )
        for table in tables:
            desk.rows(
                "INSERT INTO tables (version_id, number, tenant_id, document_id, pages, title, rows, columns, data)"
                " VALUES (:version, :number, :tenant, :document, :pages, :title, :rows, :columns, :data)",
                version=desk.version,
                number=table.number,
                tenant=tenant,
                document=desk.document,
                pages=list(table.pages),
                title=table.title,
                rows=table.rows,
                columns=table.columns,
                data=encode_table(table, texts).data,
            )
        return desk

    return file


@pytest.fixture
def desk(file_document, statements) -> Desk:
    """Store a searchable document with the three statements."""
    created = file_document(["Annual report\n", *statements])
    created.rows(
        "UPDATE documents SET current_version_id = :version WHERE id = :id",
        version=created.version,
        id=created.document,
    )
    return created
