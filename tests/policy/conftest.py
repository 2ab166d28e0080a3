"""The proof of the access policy.

- `oracle.py` implements the policy a second time, in plain Python. It computes which users may read and write an
  object.
- `mirrored_tenant.py` and `governed_tenant.py` apply each step to the database and to the oracle. They check that
  either both allow the step or both refuse it.
- `read_checks.py` reads every table and repository as one user. It compares the results with the oracle.
  `http_read_checks.py` and `http_policy_checks.py` compare responses of the API with the oracle.
- `state_machine.py` draws random steps. `scenario.py` is a scripted scenario that uses every part of the policy.
- `test_proof.py` runs both. The random runs check at least 100,000 reads (1,000,000 in `make prove-access`). None may
  differ from the oracle.
- `test_mutations.py` breaks the policy in one place at a time (`mutations.py`, `write_mutations.py`). The same checks
  must find each mutation. `snapshots.py` stores the scenario's database before each phase. Each mutation is tested on a
  copy of such a snapshot.
- `test_injection.py` puts SQL into every text field, and runs SQL as the api role. `test_context.py` tries to forge the
  principal of a transaction.
"""

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
    """Print the number of checked reads and the time that the checks took."""
    for report in terminalreporter.getreports(""):  # set-up and teardown reports have the category ""
        summary = dict(report.user_properties).get(CHECKED)
        if summary is not None and report.when == "teardown":
            terminalreporter.write_line(f"{report.head_line}: {summary}")


@dataclass
class PolicyServer:
    """A running API on the database under test. `store` stores the file of an upload and returns its digest."""

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
