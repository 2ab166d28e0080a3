"""The API process loads while the database is prepared, and serves once it receives a line on stdin."""

import subprocess
from pathlib import Path
from typing import Any
from unittest.mock import patch

from app.bootstrap import build_container
from app.llm import wordllama_embedder
from app.llm.factory import load_built_in_embedder
from app.stack.home import Home
from app.stack.services import WAIT_FOR_LINE, Addresses, services
from app.storage.keyfile import ensure_key_file
from tests.api.conftest import settings_for


def test_api_exits_without_serving_if_it_never_receives_the_line(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    home.ensure()
    ensure_key_file(home.storage_key)
    nowhere = dict.fromkeys(("api", "worker", "relay"), "postgresql+psycopg://nobody@/nothing?host=/nowhere")
    addresses = Addresses(host="127.0.0.1", port=0, databases=nowhere, broker="redis://127.0.0.1:1/0", concurrency=1)
    api = services(home, addresses)[0]
    ended = subprocess.run(
        [*api.command, WAIT_FOR_LINE],
        env=dict(api.environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stderr) == (3, "")
    assert "Uvicorn running" not in ended.stdout


def test_application_uses_the_embeddings_that_its_processes_share(shared_database: Any, tmp_path: Path) -> None:
    """`serve` loads them before it forks the processes."""
    shared = load_built_in_embedder()
    with patch.object(wordllama_embedder, "_load_model", side_effect=AssertionError("loaded again")):
        container = build_container(settings_for(shared_database, tmp_path))
    container.close()
    assert load_built_in_embedder() is shared
