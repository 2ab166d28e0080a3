"""Schema upgrades: processes are ready at the lowest revision that they support and at all later revisions."""

import json
from pathlib import Path

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

from app.commands.databases import databases
from app.core.clock import SystemClock
from app.core.principal import Role
from app.db import migrate
from app.db.migrate import get_revisions, upgrade_to, upgrade_to_head
from app.db.served import LEAST_SERVED, SchemaTooOldError
from app.db.session import system_principal
from app.http.health.readiness import MigrationsBehindError, migrations_check
from app.identity.service import IdentityService, TenantAdmin

EXPAND, CONTRACT = "9001_add_nicknames", "9002_drop_profiles"
LONGEST = 32  # the length of the column alembic_version.version_num

REVISION = '''"""{revision}"""

from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("ALTER TABLE users NO FORCE ROW LEVEL SECURITY")
    op.execute("{change}")
    op.execute("ALTER TABLE users FORCE ROW LEVEL SECURITY")
'''


@pytest.fixture
def later(tmp_path, monkeypatch):
    """Add two revisions after the newest existing revision; return the existing one.

    The first new revision adds the column `nickname` with values. The second drops the column `profile`.
    """
    newest = ScriptDirectory.from_config(migrate._config("")).get_current_head()
    changes = {
        EXPAND: "ALTER TABLE users ADD nickname text; UPDATE users SET nickname = 'the ' || name",
        CONTRACT: "ALTER TABLE users DROP profile",
    }
    before = newest
    for revision, change in changes.items():
        written = REVISION.format(revision=revision, before=before, change=change)
        (tmp_path / f"{revision}.py").write_text(written, encoding="utf-8")
        before = revision
    own = Path(migrate.__file__).resolve().parents[2] / "migrations" / "versions"
    configure = migrate._config

    def configure_with_later(owner_url):
        config = configure(owner_url)
        config.set_main_option("version_locations", f"{own}:{tmp_path}")
        return config

    monkeypatch.setattr(migrate, "_config", configure_with_later)
    return newest


@pytest.fixture
def owner_url(database, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_DATABASE__OWNER_URL", database.urls["owner"])
    return database.urls["owner"]


def upgrade(*options):
    done = CliRunner().invoke(databases, ["upgrade", "--json", *options])
    return done.exit_code, json.loads(done.output)


@pytest.fixture
def at(database):
    """Return a function that sets the revision of the database and runs the API's readiness check."""

    def check(revision):
        with database.owner.anonymous() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": revision})
        migrations_check(database.api)()

    return check


def test_api_is_ready_at_the_newest_revision(database):
    migrations_check(database.api)()


@pytest.mark.parametrize("revision", [LEAST_SERVED, "9999_of_a_later_version"])
def test_api_is_ready_at_the_lowest_supported_and_at_later_revisions(at, revision):
    at(revision)


def test_api_is_not_ready_at_an_earlier_revision(at, monkeypatch):
    monkeypatch.setattr("app.db.served.LEAST_SERVED", EXPAND)
    with pytest.raises(MigrationsBehindError, match="run the migrations"):
        at(LEAST_SERVED)


@pytest.mark.parametrize("revision", ["0024", "0001"])
def test_readiness_error_before_the_baseline_explains_what_to_do(at, revision):
    with pytest.raises(SchemaTooOldError, match="start with a new home"):
        at(revision)


def test_upgrade_error_before_the_baseline_explains_what_to_do(database, owner_url):
    with database.owner.anonymous() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0024'"))
    code, output = upgrade()
    assert (code, output["error"]["code"]) == (1, "schema-too-old")
    assert "start with a new home" in output["error"]["detail"]


def test_upgrade_keeps_data_and_stops_at_the_given_revision(database, owner_url, later):
    admin = TenantAdmin(owner=database.owner, clock=SystemClock())
    tenant = admin.create_tenant(slug="before", name="Before")
    user, secret = admin.create_user(tenant, email="ana@example.org", name="Ana", roles=[Role.ADMIN])
    identity = IdentityService(database=database.api, clock=SystemClock())
    assert get_revisions(owner_url) == (later, CONTRACT)

    assert upgrade("--to", EXPAND)[1]["revision"] == EXPAND
    migrations_check(database.api)()
    assert identity.authenticate(secret).user_id == user
    with database.owner.transaction(system_principal(tenant)) as session:
        assert session.execute(text("SELECT name, nickname, profile FROM users")).all() == [("Ana", "the Ana", None)]

    assert upgrade()[1]["revision"] == CONTRACT
    assert identity.authenticate(secret).user_id == user
    upgrade_to(owner_url, EXPAND)
    assert get_revisions(owner_url) == (CONTRACT, CONTRACT)


def test_upgrade_that_gets_no_lock_fails_and_changes_nothing(database, later):
    url = database.urls["owner"]
    with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)) as other:
        other.execute("LOCK TABLE users IN ROW EXCLUSIVE MODE")
        with pytest.raises(OperationalError, match="lock timeout"):
            upgrade_to_head(url)
    assert get_revisions(url) == (later, CONTRACT)


def test_upgrade_to_an_unknown_revision_fails_with_a_message(owner_url):
    code, output = upgrade("--to", "9999")
    assert code == 1
    assert "There is no revision 9999" in output["error"]["detail"]


def test_revision_ids_sort_in_order_and_fit_into_their_column():
    """`is_served` compares revision ids as text."""
    script = ScriptDirectory.from_config(migrate._config(""))
    ids = [each.revision for each in script.walk_revisions()][::-1]
    assert ids == sorted(ids)
    assert [each for each in ids if len(each) > LONGEST or not each[:4].isdigit() or each[4] != "_"] == []
