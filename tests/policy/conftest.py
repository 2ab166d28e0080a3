"""An API server over the database that the policy is proved on, whose files the estates' documents have."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.bootstrap import build_container
from app.composition import build_blobs
from app.identity.data_keys import PostgresDataKeys
from app.main import create_app
from tests.api.conftest import Server, _plain_logs, _serve, settings_for

__all__ = ["_plain_logs"]
CHECKED = "checked"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how much was compared, and how long that took."""
    for report in terminalreporter.getreports(""):  # where those of what comes before and after tests are
        told = dict(report.user_properties).get(CHECKED)
        if told is not None and report.when == "teardown":
            terminalreporter.write_line(f"{report.head_line}: {told}")


@dataclass
class PolicyServer:
    """A running API. `store` keeps a file's bytes as an upload does, and gives their digest."""

    running: Server
    blobs: Any

    def client(self, key: str) -> httpx.Client:
        return self.running.client(headers={"Authorization": f"Bearer {key}"})

    def store(self, tenant: UUID, content: bytes) -> str:
        return self.blobs.put_bytes(tenant, content).digest


@pytest.fixture(scope="module")
def server(module_database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicyServer]:
    folder = tmp_path_factory.mktemp("policy")
    settings = settings_for(module_database, folder)
    blobs = build_blobs(settings.storage, data_keys=PostgresDataKeys(database=module_database.worker))
    for running in _serve(create_app(build_container(settings)), module_database, folder):
        yield PolicyServer(running, blobs)
