"""The table of Footnote's own processes: their commands, environments, and time limits for a clean stop.

A process receives only the database URL of its own role, because the role determines which rows the process can read.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from app.settings import API_PROCESSES
from app.stack.home import Home

INHERITED_VARIABLES = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "HOME",
    "USER",
    "SSL_CERT_FILE",
    "VIRTUAL_ENV",
    "PYTHONPATH",
)

WAIT_FOR_LINE, SERVE = "wait-for-line", b"serve\n"
"""The optional argument that makes the API command wait, and the line that it waits for (`app.stack.serve`)."""


@dataclass(frozen=True, slots=True)
class Service:
    """One process: its command line, its environment, and the seconds that it has for a clean stop."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    grace_seconds: int


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of the stack's parts. `databases` maps a role to its URL.

    `chat` is the base URL of the local model, or None.
    """

    host: str
    port: int
    databases: Mapping[str, str]
    broker: str
    concurrency: int
    chat: str | None = None
    chat_model: str = ""


def services(home: Home, addresses: Addresses) -> tuple[Service, ...]:
    """Return the processes in start order."""
    python = sys.executable
    return (
        Service(
            name="api",
            command=(python, "-m", "app.stack.serve", addresses.host, str(addresses.port)),
            environment=environment(home, addresses, role="api"),
            grace_seconds=12,
        ),
        Service(
            name="relay",
            command=(python, "-m", "workers.relay"),
            environment=environment(home, addresses, role="relay"),
            grace_seconds=5,
        ),
        Service(
            name="worker",
            command=(python, "-m", "workers.serve", "--concurrency", str(addresses.concurrency)),
            environment=environment(home, addresses, role="worker"),
            grace_seconds=20,
        ),
    )


def environment(home: Home, addresses: Addresses, *, role: str) -> dict[str, str]:
    """Return the environment of a process that uses the database as `role`. `app.settings` reads it.

    Variables of the caller's environment, such as `FOOTNOTE_CHAT__BASE_URL`, are passed on. Variables for the parts
    that this stack runs itself (databases, broker, storage) are replaced.
    """
    outside = {
        name: value for name, value in os.environ.items() if name.startswith("FOOTNOTE_") or name in INHERITED_VARIABLES
    }
    for name in [name for name in outside if name.startswith("FOOTNOTE_DATABASE__") and name.endswith("_URL")]:
        del outside[name]
    ours = {
        "FOOTNOTE_DATABASE__" + role.upper() + "_URL": addresses.databases[role],
        "FOOTNOTE_BROKER__URL": addresses.broker,
        "FOOTNOTE_BROKER__CONCURRENCY": str(addresses.concurrency),
        "FOOTNOTE_STORAGE__KIND": "local",
        "FOOTNOTE_STORAGE__ROOT": str(home.blobs),
        "FOOTNOTE_STORAGE__KEY_FILE": str(home.storage_key),
        "FOOTNOTE_HEALTH__INSTANCE": outside.get("FOOTNOTE_HEALTH__INSTANCE", "footnote-up"),
        "FOOTNOTE_OBSERVABILITY__METRICS_DIR": str(home.metrics),
        "PYTHONUNBUFFERED": "1",
    }
    if role == "api":
        # A public URL in the caller's environment is kept: behind a proxy, it differs from the listening address.
        ours["FOOTNOTE_WEB__PUBLIC_URL"] = outside.get(
            "FOOTNOTE_WEB__PUBLIC_URL", f"http://{addresses.host}:{addresses.port}"
        )
        # Several requests are at work at once. By default, each product of small matrices would wake threads on all
        # cores that wait for each other: a fifth of the CPU time of a question.
        ours["OPENBLAS_NUM_THREADS"] = "1"
        ours["FOOTNOTE_WEB__PROCESSES"] = outside.get("FOOTNOTE_WEB__PROCESSES", str(API_PROCESSES))
    if addresses.chat is not None:
        ours["FOOTNOTE_CHAT__BASE_URL"] = addresses.chat
        ours["FOOTNOTE_CHAT__MODEL"] = addresses.chat_model
        ours["FOOTNOTE_CHAT__ONE_AT_A_TIME"] = "true"
    return {**outside, **ours}
