"""Formulas over HTTP: values with their cells, what is missing, own definitions, errors, and audited evaluations."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from app.db.session import system_principal
from app.facts.formulas.registry import MEASURES
from app.facts.model import FiscalLabel, Place, StatementKind
from app.quantities.periods import Period
from tests.api.rights_world import Objects, World
from tests.facts.made_facts import make_fact, write_facts

BROKEN = {"name": "X", "expression": "("}
LAST_YEAR = {"period": Period(date(2030, 12, 31), date(2030, 1, 1)), "fiscal": FiscalLabel(2030)}
FACTS = (
    make_fact(),
    make_fact(value="4000000000", place=Place(1, 9, 15, 1, 1, 2), **LAST_YEAR),
    make_fact("Cost of sales", "2526000000", item="CostOfGoodsAndServicesSold", concept="CostOfRevenue"),
    make_fact(
        "Long-term debt",
        "1000000000",
        item="LongTermDebt",
        concept="LongTermDebtNoncurrent",
        period=Period(date(2031, 12, 31)),
        statement=StatementKind.BALANCE,
    ),
)


@pytest.fixture(scope="module")
def world(server):
    return World(server)


@pytest.fixture(scope="module")
def reader(world):
    return world.granted.http


@pytest.fixture(scope="module")
def document(world):
    """A document of an issuer with the facts `FACTS`."""
    objects = Objects(world)
    of_version = (world.tenant_id, UUID(objects["document_id"]), UUID(objects["version_id"]))
    with world.server.database.worker.transaction(system_principal(world.tenant_id)) as session:
        write_facts(session, *of_version, FACTS)
    world.sql(
        "UPDATE documents SET issuer = 'Juniper Tools, Inc.', issuer_key = 'juniper tools' WHERE id = :id",
        id=of_version[1],
    )
    return str(of_version[1])


def evaluate(http, expression, **more):
    answer = http.post("/v1/formulas", json={"issuer": "The Juniper Tools Co.", "expression": expression, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_value_is_exact_text_with_the_cells_that_it_stands_on(reader, document):
    evaluated = evaluate(reader, "gross margin")
    (result,) = evaluated["results"]
    assert (evaluated["issuer"], evaluated["formula"]) == ("Juniper Tools, Inc.", "GrossMargin")
    assert (result["period"], result["value"], result["text"], result["unit"]) == ("FY2031", "0.4", "40.0%", "percent")
    assert [(used["name"], used["fact"]["document_id"]) for used in result["inputs"]] == [
        ("Revenue", document),
        ("CostOfGoodsAndServicesSold", document),
    ]
    assert result["inputs"][0]["fact"]["place"]["char_end"] == 6
    assert result["confidence"] == 0.98


def test_periods_and_form_are_those_of_the_request(reader, document):
    evaluated = evaluate(reader, "Revenue", periods=["FY2030", "FY2031"], scale=9, places=1)
    assert [result["text"] for result in evaluated["results"]] == ["USD 4.0 billion", "USD 4.2 billion"]


def test_definition_of_the_request_wins_over_the_registry(reader, document):
    own = [{"name": "gross margin", "expression": "(revenue - COGS) / COGS"}]
    value = evaluate(reader, "gross margin", definitions=own)["results"][0]["value"]
    assert round(Decimal(value), 4) == Decimal("0.6667")


def test_what_is_missing_is_named_and_no_error(reader, document):
    (result,) = evaluate(reader, "inventory turnover")["results"]
    assert (result["value"], result["text"], result["problem"]["code"]) == (None, None, "missing-input")
    assert {missing["name"] for missing in result["missing"]} == {"Inventories"}


def test_amount_is_printed_as_analysts_read_it(reader, document):
    (result,) = evaluate(reader, "Revenue")["results"]
    assert (result["text"], result["value"]) == ("USD 4.21 billion", "4210000000")


def test_words_without_operators_are_a_label_and_similar_rows_are_named(reader, document):
    (result,) = evaluate(reader, "adjusted EBITDA")["results"]
    assert result["problem"]["detail"] == "Missing: adjusted EBITDA (FY2031)."
    assert result["notes"][0].startswith("“adjusted EBITDA” is not a known measure. Similar: EBITDA, ")
    (result,) = evaluate(reader, "Cost of sales", periods=["FY2030"])["results"]
    assert result["notes"] == ["CostOfGoodsAndServicesSold is reported for FY2031."]
    (result,) = evaluate(reader, "senior long-term notes")["results"]
    assert "Rows with similar labels: “Long-term debt”." in result["notes"]


@pytest.mark.parametrize("places", [None, 12])
def test_large_value_is_printed_in_full(reader, document, places):
    (result,) = evaluate(reader, "Revenue * 1,000,000,000,000,000,000,000", places=places)["results"]
    assert result["value"] == "4210000000000000000000000000000"
    assert result["text"].replace(",", "").startswith("USD 4210000000000000000000000000000")


def test_what_was_taken_as_zero_is_named(reader, document):
    (result,) = evaluate(reader, "total debt")["results"]
    assert (result["value"], result["assumed"][0]["name"]) == ("1000000000", "ShortTermDebt")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"issuer": "Juniper Tools", "expression": "(Revenue"}, 422, "bad-expression"),
        ({"issuer": "Juniper Tools", "expression": '"\x00"'}, 422, "bad-expression"),
        ({"issuer": "Juniper Tools", "expression": "Revenue", "periods": ["soon"]}, 422, "bad-period"),
        (
            {"issuer": "Juniper Tools", "expression": "Revenue", "definitions": [{"name": "X", "expression": "("}]},
            422,
            "bad-expression",
        ),
        ({"issuer": "Nobody", "expression": "Revenue"}, 404, "issuer-not-found"),
        ({"issuer": "Inc.", "expression": "Revenue"}, 404, "issuer-not-found"),
    ],
)
def test_request_that_cannot_be_evaluated_has_a_stable_code(reader, document, body, status, code):
    answer = reader.post("/v1/formulas", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_hidden_documents_do_not_count(world, document):
    answer = world.stranger.http.post("/v1/formulas", json={"issuer": "Juniper Tools", "expression": "Revenue"})
    assert (answer.status_code, answer.json()["code"]) == (404, "issuer-not-found")


def test_evaluation_is_audited_with_the_documents(world, reader, document):
    evaluate(reader, "Revenue / COGS")
    named = {"action": "facts.formula.evaluated", "actor_id": str(world.granted.id)}
    event = world.auditor.http.get("/v1/audit/events", params=named).json()["items"][0]
    assert event["detail"] == {"documents": [document], "formula": "Revenue / CostOfGoodsAndServicesSold"}


def test_registry_lists_every_measure_with_its_items(reader):
    registry = reader.get("/v1/formulas").json()
    assert [measure["name"] for measure in registry["measures"]] == [measure.name for measure in MEASURES]
    assert all(measure["items"] for measure in registry["measures"])
    assert "ttm" in {function["name"] for function in registry["functions"]}
