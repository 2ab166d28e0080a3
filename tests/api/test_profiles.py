"""The profile of an issuer over HTTP, and several beside each other."""

from datetime import date
from uuid import UUID

import pytest

from app.db.session import system_principal
from app.facts.model import FiscalLabel, Place
from app.quantities.periods import Period
from tests.api.rights_world import Objects, World
from tests.facts.made_facts import make_fact, write_facts

YEAR = {"period": Period(date(2030, 12, 31), date(2030, 1, 1)), "fiscal": FiscalLabel(2030)}


@pytest.fixture(scope="module")
def world(server):
    return World(server)


@pytest.fixture(scope="module")
def issuer(world):
    """The ID of an issuer whose revenue of two years is known."""
    objects = Objects(world)
    of_version = (world.tenant_id, UUID(objects["document_id"]), UUID(objects["version_id"]))
    facts = (make_fact(), make_fact(value="3985000000", place=Place(1, 9, 15, 1, 1, 2), **YEAR))
    with world.server.database.worker.transaction(system_principal(world.tenant_id)) as session:
        write_facts(session, *of_version, facts)
    return objects["issuer_id"]


def test_profile_has_measures_with_their_facts(world, issuer):
    answer = world.granted.http.get(f"/v1/issuers/{issuer}/profile", params={"years": 2})
    assert answer.status_code == 200, answer.text
    profile = answer.json()
    assert profile["issuer_id"] == issuer
    revenue = next(each for each in profile["measures"] if each["name"] == "Revenue")
    assert len(revenue["results"]) == len(profile["years"]) == 2
    newest = revenue["results"][-1]
    assert newest["value"] == newest["inputs"][0]["fact"]["value"]
    assert (profile["maturities"], profile["instruments"], profile["partial"]) == (None, [], False)


def test_profiles_have_the_same_years(world, issuer):
    answer = world.granted.http.get("/v1/profiles", params={"issuer": [issuer, issuer], "years": 1})
    assert [len(each["years"]) for each in answer.json()["items"]] == [1, 1]
    too_many = world.granted.http.get("/v1/profiles", params={"issuer": [issuer] * 6})
    assert too_many.status_code == 422


def test_profile_of_a_hidden_issuer_is_not_found(world, issuer):
    answer = world.analyst.http.get(f"/v1/issuers/{issuer}/profile")
    assert (answer.status_code, answer.json()["code"]) == (404, "issuer-not-found")
