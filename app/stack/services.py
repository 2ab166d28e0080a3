"""The table of Footnote's own processes: how each is started, what of the settings it is given, how long it
may take to end.

Each gets the database URL of its own role and no other (law 2: who sees what is decided by that role).
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from app.stack.home import Home

QUEUES = "parse,embed,extract,maintenance"
KEPT_FROM_OUTSIDE = (
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

WHEN_TOLD, SERVE = "when-told", b"serve\n"
"""One more argument of the API's command, and the line that it waits for then (`app.stack.serve`)."""


@dataclass(frozen=True, slots=True)
class Service:
    """One process: its command line, its environment, and the seconds it has to end by itself."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    grace_seconds: int


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the parts are.

    `databases` maps a role to its URL; `chat` is the local model's base URL or None.
    """

    host: str
    port: int
    databases: Mapping[str, str]
    broker: str
    concurrency: int
    chat: str | None = None
    chat_model: str = ""


def services(home: Home, addresses: Addresses) -> tuple[Service, ...]:
    """The processes in the order in which they start."""
    python = sys.executable
    worker = (
        "-m", "celery", "-A", "workers.celery_app", "worker",
        "--queues", QUEUES, "--concurrency", str(addresses.concurrency),
        "--loglevel", "INFO", "--without-gossip", "--without-mingle",
    )  # fmt: skip
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
            command=(python, *worker),
            environment=environment(home, addresses, role="worker"),
            grace_seconds=20,
        ),
    )


def environment(home: Home, addresses: Addresses, *, role: str) -> dict[str, str]:
    """The environment of a process that uses the database as `role`: `FOOTNOTE_…` as `app.settings` reads it.

    What is set outside (`FOOTNOTE_CHAT__BASE_URL`, limits and the like) comes through, except for what this
    stack runs itself: the databases' URLs, the broker, storage.
    """
    outside = {
        name: value for name, value in os.environ.items() if name.startswith("FOOTNOTE_") or name in KEPT_FROM_OUTSIDE
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
        "FOOTNOTE_STORAGE__SCRATCH": str(home.scratch),
        "PROMETHEUS_MULTIPROC_DIR": str(home.metrics),
        "PYTHONUNBUFFERED": "1",
    }
    if role == "api":
        # Where people reach it may be told from outside: behind a proxy it is another address than it listens at.
        ours["FOOTNOTE_WEB__PUBLIC_URL"] = outside.get(
            "FOOTNOTE_WEB__PUBLIC_URL", f"http://{addresses.host}:{addresses.port}"
        )
    if addresses.chat is not None:
        ours["FOOTNOTE_CHAT__BASE_URL"] = addresses.chat
        ours["FOOTNOTE_CHAT__MODEL"] = addresses.chat_model
    return {**outside, **ours}
