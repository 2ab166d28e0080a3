"""Sessions: one transaction, one principal. This is the only place where a transaction is committed."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

from app.core.errors import NotFoundError, UnavailableError
from app.core.principal import Principal, Role
from app.db.context import ContextRefusedError, ContextSigner

SYSTEM_USER_ID = UUID(int=0)

_INSUFFICIENT_PRIVILEGE = "42501"  # PostgreSQL appendix A


class DatabaseUnavailableError(UnavailableError):
    code = "database-unavailable"
    title = "The database is not answering: try again shortly."


class RightsChangedError(NotFoundError):
    """The database refused a write: what a check allowed a moment ago was withdrawn before the row was written."""

    code = "rights-changed"
    title = "You may no longer do this: your rights changed meanwhile."


def system_principal(tenant_id: UUID) -> Principal:
    """The tenant's own worker: its role in the database sees the whole tenant, and that tenant only."""
    return Principal(tenant_id=tenant_id, user_id=SYSTEM_USER_ID, roles=frozenset({Role.SYSTEM}), name="system")


class Database:
    """Transactions under one database role (api, worker, relay or owner)."""

    def __init__(self, *, engine: Engine, context_secret: str | None = None) -> None:
        """`context_secret`: what contexts are signed with, by default the password of the engine's URL."""
        self._engine = engine
        self.signer = ContextSigner(secret=context_secret or engine.url.password or "")
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    @property
    def engine(self) -> Engine:
        return self._engine

    @contextmanager
    def transaction(self, principal: Principal, *, snapshot: bool = False) -> Iterator[Session]:
        """One transaction as `principal`; commits at the end, rolls back on any exception.

        With `snapshot` all its statements see one state of the database (REPEATABLE READ), as reads that join in Python
        must.

        Raises DatabaseUnavailableError when the server can't be reached or ends the connection, RightsChangedError when
        it refuses a row that the principal may not write, ContextRefusedError when it does not know our signature.
        """
        with ExitStack() as begun:
            session = begun.enter_context(self._begin(snapshot=snapshot))
            if not self.signer.enter(session, principal):
                # The key is left apart and all begun anew: a snapshot does not see what another one left meanwhile.
                begun.close()
                with self._begin() as apart:
                    self.signer.leave_key(apart)
                session = begun.enter_context(self._begin(snapshot=snapshot))
                if not self.signer.enter(session, principal):
                    raise ContextRefusedError
            yield session

    @contextmanager
    def anonymous(self) -> Iterator[Session]:
        """One transaction with no principal: row-level security shows it no tenant's row.

        For signing in, the relay and readiness checks, which go through functions made for them.
        """
        with self._begin() as session:
            yield session

    @contextmanager
    def _begin(self, *, snapshot: bool = False) -> Iterator[Session]:
        try:
            with self._sessions.begin() as session:
                if snapshot:
                    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                yield session
        except (OperationalError, PoolTimeoutError) as error:
            raise DatabaseUnavailableError from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise DatabaseUnavailableError from error
            if getattr(error.orig, "sqlstate", None) == _INSUFFICIENT_PRIVILEGE:
                raise RightsChangedError from error
            raise

    def close(self) -> None:
        self._engine.dispose()


def build_engine(url: str, *, pool_size: int, statement_timeout_ms: int, application_name: str) -> Engine:
    """An engine for one role.

    Server-side prepared statements are off (`prepare_threshold=None`): a generic plan made for one principal would be
    reused for another who sees a thousand times more rows (DESIGN, table of parts).
    """
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={
            "prepare_threshold": None,
            "application_name": application_name,
            "connect_timeout": 5,
            "options": f"-c statement_timeout={statement_timeout_ms} -c timezone=UTC",
        },
    )
