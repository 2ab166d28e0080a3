"""Pages of issuers over HTTP: what they show, with evidence, and that hidden documents change nothing."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from app.core.principal import Role
from app.db.session import system_principal
from app.facts.model import FiscalLabel, StatementKind
from app.identity.sessions.service import form_token
from app.quantities.periods import Period
from tests.api.rights_world import Objects, World
from tests.facts.made_facts import make_fact, write_facts

BEFORE = {"period": Period(date(2030, 12, 31), date(2030, 1, 1)), "fiscal": FiscalLabel(2030)}
DAY = Period(date(2031, 12, 31), None)


@pytest.fixture(scope="module")
def world(server):
    return World(server)


def due(year, value):
    about = {"statement": StatementKind.DEBT, "period": DAY, "item": None, "concept": None}
    return make_fact(year, value, dimensions=(("maturity", year),), **about)


def file(world, name, facts, *, year=2031):
    """File a 10-K of an issuer with these facts, and return the objects around it."""
    objects = Objects(world)
    document, version = UUID(objects["document_id"]), UUID(objects["version_id"])
    with world.server.database.worker.transaction(system_principal(world.tenant_id)) as session:
        write_facts(session, world.tenant_id, document, version, facts)
    world.sql(
        "UPDATE documents SET issuer = :name, issuer_key = :key, title = :title, document_type = '10-K', "
        "fiscal_year = :year, fiscal_period = 'FY', filing_date = :filed WHERE id = :id",
        name=name,
        key=name.lower(),
        title=f"{name} 10-K {year}",
        year=year,
        filed=date(year + 1, 2, 20),
        id=document,
    )
    return objects


@pytest.fixture(scope="module")
def acme(world):
    facts = [
        make_fact("Net sales", "4210000000"),
        make_fact("Net sales", "3985000000", **BEFORE),
        make_fact("Net loss", "-12500000", item="NetIncome", concept="NetIncomeLoss"),
        due("2032", "150000000"),
        due("2033", "40000000"),
        due("Thereafter", "900000000"),
    ]
    return file(world, "Acme Tools", facts)


@pytest.fixture(scope="module")
def ostmark(world):
    return file(world, "Ostmark Mills", [make_fact("Net sales", "77000000")])


@pytest.fixture(scope="module")
def reader(world):
    return world.page_of(world.owner.http)


def read(http, path):
    answer = http.get(path)
    assert answer.status_code == 200, answer.text
    assert " style=" not in answer.text
    return answer.text


def address(reader, name):
    found = reader.get("/issuers", params={"name": name})
    assert found.status_code == 303
    issuer = reader.get(f"/v1/issuers/{name}").json()["id"]
    return f"/issuers/{issuer}"


def test_page_shows_measures_debt_filings_and_names_with_their_sources(reader, acme):
    page = read(reader, address(reader, "acme tools"))
    for text in (
        'Revenue <span class="meta">USD millions</span>',
        ">4,210.0</button>",
        f'data-document="{acme["document_id"]}"',
        ">(12.5)</button>",
        'aria-label="Revenue. 2030: 3,985.0; 2031: 4,210.0"',
        "Maturities by year",
        'aria-label="Maturities by year. 2032: 150; later: 900"',
        ">Thereafter</th>",
        f'href="/documents/{acme["document_id"]}"',
        "No covenant was read",
    ):
        assert text in page, text
    assert page.index("Thereafter</th>") > page.index("2033</th>")


def test_computed_figure_shows_its_formula_and_a_missing_one_why(reader, acme):
    path = address(reader, "acme tools")
    growth = read(reader, f"{path}?show=RevenueGrowth-2031")
    assert "Revenue growth, FY2031, Acme Tools: 5.6%" in growth
    assert growth.count(">USD 4.21 billion</button>") == 1
    missing = read(reader, f"{path}?show=EBITDA-2031")
    assert "EBITDA, FY2031, Acme Tools: –" in missing
    assert 'class="note warn"' in missing
    assert reader.get(f"{path}/measures.csv").text.startswith("Issuer,Measure,Fiscal year,Value,Unit")


def test_hidden_documents_change_no_chart_count_or_filing(world, reader, acme):
    path = address(reader, "acme tools")
    before = [read(reader, each) for each in (path, "/issuers?q=acme", f"{path}?show=Revenue-2031")]
    hidden = file(world, "Acme Tools", [make_fact("Net sales", "1", **BEFORE), due("2034", "5")], year=2032)
    assert read(reader, path) != before[0]
    barrier = world.post(world.admin, "/v1/labels", name=f"barrier {uuid4().hex}")["id"]
    world.sql(
        "INSERT INTO collection_labels (tenant_id, collection_id, label_id) VALUES (:tenant, :collection, :label)",
        tenant=world.tenant_id,
        collection=hidden["collection_id"],
        label=barrier,
    )
    assert [read(reader, each) for each in (path, "/issuers?q=acme", f"{path}?show=Revenue-2031")] == before
    assert reader.get(f"/issuers/{UUID(int=7)}").status_code == 404


def test_list_is_searched_sorted_and_paged(reader, acme, ostmark):
    page = read(reader, "/issuers?sort=-name")
    assert page.index("Ostmark Mills") < page.index("Acme Tools")
    found = read(reader, "/issuers?q=ostm")
    assert "Ostmark Mills" in found
    assert "Acme Tools" not in found
    assert "No issuer that you can see has these words." in read(reader, "/issuers?q=zzz")


def test_two_issuers_are_compared_year_by_year_each_cell_with_evidence(reader, acme, ostmark):
    page = read(reader, "/issuers/compare?a=acme tools&b=ostmark mills")
    assert "Acme Tools and Ostmark Mills" in page
    row = page[page.index('<th scope="row">Revenue ') :]
    row = row[: row.index("</tr>")]
    assert row.index(">3,985.0<") < row.index(">–<") < row.index(">4,210.0<") < row.index(">77.0<")
    assert f'data-document="{ostmark["document_id"]}"' in row
    working = read(reader, "/issuers/compare?a=acme tools&b=ostmark mills&side=b&show=RevenueGrowth-2031")
    assert "Revenue growth, FY2031, Ostmark Mills: –" in working
    refused = reader.get("/issuers/compare?a=acme tools&b=nobody")
    assert refused.status_code == 404
    assert 'value="nobody"' in refused.text
    assert "There is no issuer with this name" in refused.text


def test_watching_on_the_page_shows_what_is_new_once(world, reader, acme):
    path = address(reader, "acme tools")
    token = form_token(reader.cookies.get(world.server.app.state.session_cookie))
    assert reader.post(f"{path}/watch", data={"act": "watch", "form_token": token}).headers["location"] == path
    world.sql("UPDATE document_versions SET published_at = now() WHERE id = :id", id=acme["version_id"])
    assert "1 new since your last visit" in read(reader, path)
    assert "new since your last visit" not in read(reader, path)
    assert reader.post(f"{path}/watch", data={"act": "watch", "form_token": "other"}).status_code == 403
    reader.post(f"{path}/watch", data={"act": "unwatch", "form_token": token})
    assert 'value="watch"' in read(reader, path)


def test_page_needs_the_right_to_read_documents(world, reader, acme):
    path = address(reader, "acme tools")
    auditor = world.page_of(world.server.user(world.tenant_id, Role.AUDITOR).http)
    assert auditor.get(path).status_code == 404
    assert world.page_of(world.stranger.http).get(path).status_code == 404
