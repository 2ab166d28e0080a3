"""Rolling upgrades: processes are ready at the lowest revision that they support, and at each later one."""

import json

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app.commands.databases import databases
from app.db.migrate import get_revisions, upgrade_to
from app.db.served import LEAST_SERVED
from app.http.health.readiness import MigrationsBehindError, migrations_check
from tests.db.revisions import database_at


@pytest.fixture
def at(database):
    """Return a function that sets the database's revision and checks the API's readiness at it."""

    def check(revision):
        with database.owner.anonymous() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": revision})
        migrations_check(database.api)()

    return check


def test_api_is_ready_at_the_newest_revision(database):
    migrations_check(database.api)()


@pytest.mark.parametrize("revision", [LEAST_SERVED, "9999"])
def test_api_is_ready_at_the_lowest_supported_and_at_later_revisions(at, revision):
    at(revision)


def test_api_is_not_ready_at_an_earlier_revision(at):
    with pytest.raises(MigrationsBehindError, match="run the migrations"):
        at("0022")


def test_upgrade_stops_at_the_given_revision_and_continues_later(postgres, monkeypatch):
    with database_at(postgres, "0022") as database:
        monkeypatch.setenv("FOOTNOTE_DATABASE__OWNER_URL", database.urls["owner"])
        result = CliRunner().invoke(databases, ["upgrade", "--to", LEAST_SERVED, "--json"])
        assert json.loads(result.output)["revision"] == LEAST_SERVED, result.output
        migrations_check(database.api)()
        CliRunner().invoke(databases, ["upgrade"])
        current, newest = get_revisions(database.urls["owner"])
        assert current == newest
        upgrade_to(database.urls["owner"], LEAST_SERVED)
        assert get_revisions(database.urls["owner"]) == (current, newest)


def test_upgrade_to_an_unknown_revision_fails_with_a_message(database, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_DATABASE__OWNER_URL", database.urls["owner"])
    result = CliRunner().invoke(databases, ["upgrade", "--to", "9999", "--json"])
    assert result.exit_code == 1
    assert "There is no revision 9999" in json.loads(result.output)["error"]["detail"]
