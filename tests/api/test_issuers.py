"""Issuers over HTTP and on the command line: lists, names with places, changes with tags, and what stays unknown."""

import json

import pytest
from typer.testing import CliRunner

from app.cli import build_cli
from tests.api.rights_world import Objects, World

ACME, OSTMARK = "Acme/Paper, Inc.", "Ostmark [Mills] Corp"


@pytest.fixture(scope="module")
def world(server):
    return World(server)


@pytest.fixture
def documents(world):
    """Two documents of two issuers, in a collection of their own, by the name of the issuer."""
    made = {}
    for name, key in ((ACME, "acme paper"), (OSTMARK, "ostmark mills")):
        objects = Objects(world)
        made[name] = objects["document_id"]
        objects["issuer_id"]
        world.sql(
            "UPDATE documents SET issuer = :name, issuer_key = :key, title = :name WHERE id = :id",
            name=name,
            key=key,
            id=made[name],
        )
    yield made
    for document in made.values():
        world.owner.http.delete(f"/v1/documents/{document}")


def find(http, name):
    answer = http.get(f"/v1/issuers/{name}")
    assert answer.status_code == 200, answer.text
    return answer


def test_issuer_has_names_with_documents_and_a_tag_that_changes_need(world, documents):
    found = find(world.owner.http, "ostmark mills")
    issuer = found.json()
    assert (issuer["name"], issuer["documents"], issuer["cik"]) == (OSTMARK, 1, None)
    assert [document["id"] for document in issuer["listed_documents"]] == [documents[OSTMARK]]
    (name,) = [name for name in issuer["names"] if name["role"] == "own"]
    assert [place["document_id"] for place in name["places"]] == [documents[OSTMARK]]
    path = f"/v1/issuers/{issuer['id']}"
    assert world.owner.http.patch(path, json={"name": "New"}).json()["code"] == "precondition-required"
    outdated = world.owner.http.patch(path, json={"name": "New"}, headers={"If-Match": '"1"'})
    assert outdated.status_code == 412
    headers = {"If-Match": found.headers["ETag"]}
    renamed = world.owner.http.patch(path, json={"name": "New Mills"}, headers=headers)
    assert renamed.json()["issuers"] == [{"id": issuer["id"], "name": "New Mills"}]
    assert renamed.headers["ETag"] == find(world.owner.http, "new mills").headers["ETag"] != found.headers["ETag"]


def test_merger_is_previewed_made_listed_and_withdrawn(world, documents):
    http = world.owner.http
    acme, ostmark = find(http, "acme paper").json(), find(http, "ostmark mills").json()
    change = {"merge_into": acme["id"]}
    preview = http.post(f"/v1/issuers/{ostmark['id']}/preview", json=change).json()
    assert ([each["id"] for each in preview["documents"]], preview["edit_id"]) == ([documents[OSTMARK]], None)
    assert preview["facts"] == 1
    made = http.patch(f"/v1/issuers/{ostmark['id']}", json=change, headers={"If-Match": "*"}).json()
    assert made["issuers"] == [{"id": acme["id"], "name": ACME}]
    both = find(world.granted.http, "ostmark mills").json()
    assert (both["id"], both["documents"], both["edits"][0]["kind"]) == (acme["id"], 2, "merge")
    undone = http.delete(f"/v1/issuers/edits/{made['edit_id']}").json()
    assert {issuer["name"] for issuer in undone["issuers"]} == {ACME, OSTMARK}


def test_what_one_may_not_see_is_unknown(world, documents):
    issuer = find(world.owner.http, "ostmark mills").json()
    other = world.bystander.http
    for path in (f"/v1/issuers/{issuer['id']}", "/v1/issuers/ostmark mills"):
        assert other.get(path).json()["code"] == "issuer-not-found"
        assert other.post(f"{path}/preview", json={"name": "Mine"}).status_code == 404
        assert other.patch(path, json={"name": "Mine"}, headers={"If-Match": "*"}).status_code == 404
    assert other.get("/v1/issuers", params={"q": "ostmark"}).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "bad-issuer-change"),
        ({"name": "A", "merge_into": "B"}, "bad-issuer-change"),
        ({"merge_into": "nobody at all"}, "issuer-not-found"),
        ({"split_off": ["0197f2ce-0000-7000-8000-000000000001"]}, "bad-issuer-change"),
    ],
)
def test_impossible_changes_have_codes(world, documents, body, code):
    answer = world.owner.http.patch("/v1/issuers/ostmark mills", json=body, headers={"If-Match": "*"})
    assert answer.json()["code"] == code


@pytest.fixture
def run(world):
    """Runs `footnote issuers …` as the owner, and returns what it prints."""
    key = world.owner.http.headers["Authorization"].removeprefix("Bearer ")

    def invoke(*arguments):
        options = ("--url", str(world.owner.http.base_url), "--key", key)
        done = CliRunner().invoke(build_cli(["issuers"]), ["issuers", *arguments, *options])
        assert done.exit_code == 0, done.output
        return done.output

    return invoke


def test_commands_list_show_merge_split_rename_and_undo(run, documents):
    assert "[Mills]" in run("list", "ostmark")
    assert "own" in run("show", ACME)
    trial = run("merge", OSTMARK, "--into", ACME, "--dry-run")
    assert (documents[OSTMARK] in trial, "undo" in trial) == (True, False)
    made = json.loads(run("merge", OSTMARK, "--into", ACME, "--json"))
    assert [issuer["name"] for issuer in made["issuers"]] == [ACME]
    assert "merge: 2 documents" in run("show", ACME)
    assert OSTMARK in run("split", ACME, documents[OSTMARK])
    assert "Acme Global" in run("rename", ACME, "Acme Global")
    assert "Names that move" not in run("undo", json.loads(run("show", "Acme Global", "--json"))["edits"][0]["id"])
    assert [each["name"] for each in json.loads(run("list", "acme", "--json"))["issuers"]] == [ACME]


def test_watched_issuers_are_ones_own_and_new_until_the_next_visit(world, documents):
    path = f"/v1/issuers/{find(world.owner.http, 'ostmark mills').json()['id']}"
    watched = world.owner.http.put(f"{path}/watch").json()
    assert (watched["name"], watched["new"]) == (OSTMARK, [])
    assert world.owner.http.put(f"{path}/watch").json()["watched_since"] == watched["watched_since"]
    world.sql(
        "UPDATE document_versions SET published_at = now() + interval '1 second' WHERE document_id = :id",
        id=documents[OSTMARK],
    )
    (listed,) = world.owner.http.get("/v1/watched-issuers").json()["items"]
    assert [document["id"] for document in listed["new"]] == [documents[OSTMARK]]
    assert world.granted.http.get("/v1/watched-issuers").json() == {"items": []}
    assert world.owner.http.delete(f"{path}/watch").status_code == 204
    assert world.owner.http.get("/v1/watched-issuers").json() == {"items": []}


def test_watch_of_an_issuer_that_is_hidden_now_tells_nothing_and_can_be_removed(world):
    objects = Objects(world)
    path = f"/v1/issuers/{objects['issuer_id']}/watch"
    assert world.analyst.http.put(path).status_code == 404
    assert world.granted.http.put(path).status_code == 200
    objects.label_collection()
    assert world.granted.http.get("/v1/watched-issuers").json() == {"items": []}
    assert world.granted.http.delete(path).status_code == 204
    assert world.granted.http.delete(path).json()["code"] == "issuer-not-found"


def test_commands_watch_issuers(run, documents):
    assert f"You watch {OSTMARK}" in run("watch", "ostmark mills")
    assert "Ostmark [Mills] Corp: 0 new" in run("watched")
    run("unwatch", "ostmark mills")
    assert "You watch no issuer" in run("watched")
