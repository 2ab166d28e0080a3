"""A session is one transaction of one principal. Only this module commits."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

from app.core.errors import InsufficientStorageError, NotFoundError, UnavailableError
from app.core.principal import Principal, Role
from app.db.connections import CONNECT_SECONDS, NETWORK_LIMITS, Liveness, limit_connections
from app.db.context import ContextRefusedError, ContextSigner
from app.db.keyed import ONLY_KEYED
from app.db.liveness import detect_lost_connections

SYSTEM_USER_ID = UUID(int=0)

POOL_SECONDS = 10.0
"""The longest wait, in seconds, for a free connection of the pool."""

CLIENT_SECONDS = 5.0
"""How much longer than the server's statement timeout the client waits, in seconds."""

IDLE_TRANSACTION_MS = 300_000
"""A client that is frozen within a transaction loses its locks after this time, in milliseconds."""

# PostgreSQL appendix A
DISK_FULL = "53100"
_INSUFFICIENT_PRIVILEGE = "42501"


class DatabaseUnavailableError(UnavailableError):
    code = "database-unavailable"
    title = "The database is not responding: try again shortly."


class DatabaseFullError(InsufficientStorageError):
    code = "database-full"
    title = "The database's disk is full, so this could not be recorded: ask the operator to free some space."


class RightsChangedError(NotFoundError):
    """The database rejected a write: a right was withdrawn after it was checked, but before the row was written."""

    code = "rights-changed"
    title = "You no longer have permission for this: your rights changed during the request."


def system_principal(tenant_id: UUID) -> Principal:
    """Return the principal of the tenant's own worker. Its database role sees only that tenant's rows."""
    return Principal(tenant_id=tenant_id, user_id=SYSTEM_USER_ID, roles=frozenset({Role.SYSTEM}), name="system")


class Database:
    """Runs transactions under one database role (api, worker, relay or owner)."""

    def __init__(self, *, engine: Engine, context_secret: str | None = None, liveness: Liveness | None = None) -> None:
        """`context_secret` signs the contexts; by default it is the password in the engine's URL.

        While `liveness` says that the database does not respond, transactions fail at once.
        """
        self._engine = engine
        self._liveness = liveness or Liveness()
        self.signer = ContextSigner(secret=context_secret or engine.url.password or "")
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    @property
    def engine(self) -> Engine:
        return self._engine

    @property
    def url(self) -> str:
        """SQLAlchemy's URL of the database, with the password of the role."""
        return self._engine.url.render_as_string(hide_password=False)

    @contextmanager
    def transaction(self, principal: Principal, *, snapshot: bool = False) -> Iterator[Session]:
        """Run one transaction as `principal`; commit at the end, roll back on any exception.

        With `snapshot`, all its statements see one state of the database (REPEATABLE READ). Code that joins the results
        of several queries in Python needs this.

        Raises DatabaseUnavailableError if the server cannot be reached or closes the connection, DatabaseFullError if
        the disk of the server is full, RightsChangedError if the database rejects a row that the principal may not
        write, ContextRefusedError if it rejects the signature.
        """
        with ExitStack() as open_transaction:
            session = open_transaction.enter_context(self._begin(snapshot=snapshot))
            if not self.signer.enter(session, principal):
                # Store the key in its own transaction, then begin again: the open snapshot cannot see the stored key.
                open_transaction.close()
                with self._begin() as key_session:
                    self.signer.send_key(key_session)
                session = open_transaction.enter_context(self._begin(snapshot=snapshot))
                if not self.signer.enter(session, principal):
                    raise ContextRefusedError
            yield session

    def change_principal(self, session: Session, principal: Principal) -> None:
        """Run the rest of a transaction as another principal. Raises ContextRefusedError.

        Only a worker needs this: it learns from the database for which tenant it works next.
        """
        if not self.signer.enter(session, principal):
            raise ContextRefusedError

    @contextmanager
    def anonymous(self) -> Iterator[Session]:
        """Run one transaction without a principal: row-level security hides every tenant's rows.

        Sign-in, the relay and readiness checks use it. They call database functions that are made for this use.
        """
        with self._begin() as session:
            yield session

    @contextmanager
    def anonymous_read(self) -> Iterator[Session]:
        """Like `anonymous`, for statements that only read and that need no common transaction. It saves the round trips
        to begin and to commit.
        """
        with self._begin(autocommit=True) as session:
            yield session

    @contextmanager
    def _begin(self, *, snapshot: bool = False, autocommit: bool = False) -> Iterator[Session]:
        if not self._liveness.responds:
            raise DatabaseUnavailableError
        try:
            with self._sessions.begin() as session:
                if snapshot or autocommit:
                    level = "REPEATABLE READ" if snapshot else "AUTOCOMMIT"
                    session.connection(execution_options={"isolation_level": level})
                yield session
        except (OperationalError, PoolTimeoutError, psycopg.OperationalError) as error:
            raise (DatabaseFullError if _state(error) == DISK_FULL else DatabaseUnavailableError) from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise DatabaseUnavailableError from error
            if _state(error) == _INSUFFICIENT_PRIVILEGE:
                raise RightsChangedError from error
            raise
        except psycopg.errors.InsufficientPrivilege as error:
            raise RightsChangedError from error
        except psycopg.Error as error:
            # SQLAlchemy wraps errors of its own statements, and callers expect its classes.
            raise DBAPIError.instance(None, None, error, psycopg.Error) from error

    def close(self) -> None:
        self._engine.dispose()


def _state(error: Exception) -> str | None:
    """Return the SQLSTATE of an error of psycopg, which SQLAlchemy may have wrapped."""
    return getattr(getattr(error, "orig", error), "sqlstate", None)


def build_engine(
    url: str,
    *,
    pool_size: int,
    statement_timeout_ms: int,
    application_name: str,
    pool_timeout_seconds: float = POOL_SECONDS,
    liveness: Liveness | None = None,
) -> Engine:
    """Return an engine for one role, with up to twice `pool_size` connections. Every wait for the server has a limit.

    Connections stay open, and the one used last is used next: a new one has to authenticate, and to load the catalogue
    and to plan each statement, which takes longer than a short request.

    A statement waits at most a third of `statement_timeout_ms` for a lock. If the server does not end a statement at
    its limit, the client gives it up some seconds later, or at once if `liveness` says that the database does not
    respond.

    PostgreSQL plans every statement each time, except those of `app.db.keyed`: a plan made for one principal would be
    reused for another who sees a thousand times more rows.
    """
    options = {
        "statement_timeout": statement_timeout_ms,
        "lock_timeout": statement_timeout_ms // 3,
        "idle_in_transaction_session_timeout": IDLE_TRANSACTION_MS,
        "timezone": "UTC",
    }
    engine = create_engine(
        url,
        pool_size=2 * pool_size,
        max_overflow=0,
        pool_use_lifo=True,
        pool_timeout=pool_timeout_seconds,
        connect_args={
            "prepare_threshold": ONLY_KEYED,
            "application_name": application_name,
            "connect_timeout": round(CONNECT_SECONDS),
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
            **NETWORK_LIMITS,
        },
    )
    detect_lost_connections(engine)
    limit_connections(
        engine, limit_seconds=statement_timeout_ms / 1000 + CLIENT_SECONDS, liveness=liveness or Liveness()
    )
    return engine
