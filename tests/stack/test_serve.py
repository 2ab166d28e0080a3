"""The API's process: loaded while the database is made ready, serving when it is told."""

import subprocess
from pathlib import Path

from app.stack.home import Home
from app.stack.services import WHEN_TOLD, Addresses, services
from app.storage.keyfile import ensure_key_file


def test_the_api_serves_nobody_when_whoever_started_it_never_says_so(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    home.ensure()
    ensure_key_file(home.storage_key)
    nowhere = dict.fromkeys(("api", "worker", "relay"), "postgresql+psycopg://nobody@/nothing?host=/nowhere")
    addresses = Addresses(host="127.0.0.1", port=0, databases=nowhere, broker="redis://127.0.0.1:1/0", concurrency=1)
    api = services(home, addresses)[0]
    ended = subprocess.run(
        [*api.command, WHEN_TOLD],
        env=dict(api.environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stderr) == (3, "")
    assert "Uvicorn running" not in ended.stdout
