"""A home on a full disk: reads and questions work, uploads get 507, and Footnote recovers when there is room again."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from app.stack.reserve import STEP_BYTES
from tests.small_disk import SmallDisk, small_disk
from tests.workers.conftest import wait_for

MIB = 1024 * 1024
SIZE, FLOOR, RESERVE = 512 * MIB, 48 * MIB, 3 * STEP_BYTES
SECRET = "the marmalade covenant of Lakeside Orchards"
TEXT = f"Revenue was $5 million in fiscal 2024, by {SECRET}."
QUESTION = {"question": "What was revenue in fiscal 2024?"}
LOG_BYTES = 4_000
SETTINGS = {
    "FOOTNOTE_STORAGE__MIN_FREE_BYTES": str(FLOOR),
    "FOOTNOTE_STACK__RESERVE_BYTES": str(RESERVE),
    "FOOTNOTE_STACK__LOG_BYTES": str(LOG_BYTES),
    "FOOTNOTE_LIMITS__REQUESTS_PER_MINUTE": "1000000",
    "FOOTNOTE_HEALTH__FROZEN_SECONDS": "300",  # a test freezes the worker, and a busy machine delays the test
    "FOOTNOTE_JOBS__LEASE_SECONDS": "3",
    "FOOTNOTE_JOBS__HEARTBEAT_SECONDS": "1",
    "FOOTNOTE_JOBS__SWEEP_SECONDS": "1",
    "FOOTNOTE_JOBS__WAKE_AGAIN_SECONDS": "3",
}


class Site:
    """A running Footnote on a small disk, and its API as the administrator sees it."""

    def __init__(self, up: Any, disk: SmallDisk) -> None:
        self.up, self.disk, self.home = up, disk, up.home
        key = (self.home / "secrets" / "admin-key").read_text().strip()
        self.client = httpx.Client(
            base_url=up.announced["url"], headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=60
        )
        self.client.post("/v1/collections", json={"name": "notes"}).raise_for_status()

    def upload(self, name: str, text: str) -> httpx.Response:
        return self.client.post("/v1/documents", data={"collection": "notes"}, files={"file": (name, text.encode())})

    def run_of(self, upload: httpx.Response) -> str:
        run = self.client.get(upload.headers["Location"]).json()
        assert run["status"] != "failed", run
        return str(run["status"])

    def wait_ready(self, upload: httpx.Response, seconds: float = 60.0) -> None:
        assert upload.status_code == 202, upload.text
        wait_for(lambda: self.run_of(upload) == "ready", seconds=seconds, what="the document")

    def worker(self) -> list[psutil.Process]:
        keepers = [child for child in psutil.Process(self.up.process.pid).children() if is_worker(child)]
        return [process for keeper in keepers for process in (keeper, *keeper.children(recursive=True))]


def is_worker(process: psutil.Process) -> bool:
    return "workers.serve" in process.cmdline()


def files_with(text: bytes, home: Path) -> list[Path]:
    """Return the files under `home`, without the database's own, that contain `text`."""
    files = [path for path in home.rglob("*") if path.is_file() and not path.is_relative_to(home / "postgres")]
    assert any(path.is_relative_to(home / "blobs") for path in files)
    return [path for path in files if text in path.read_bytes()]


@pytest.fixture(scope="module")
def site(start: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with small_disk(tmp_path_factory.mktemp("mounts") / "disk", SIZE) as disk:
        up = start(disk.path / "home", **SETTINGS)
        yield Site(up, disk)
        if up.process.poll() is None:
            up.stop()


def test_full_disk_refuses_uploads_answers_questions_and_recovers(site: Site) -> None:
    first = site.upload("first.txt", TEXT)
    site.wait_ready(first)
    document = f"/v1/documents/{first.json()['document']['id']}"
    reserve = site.home / "reserve"
    wait_for(lambda: reserve.exists() and reserve.stat().st_size == RESERVE, what="the reserve")

    workers = site.worker()
    for process in workers:
        process.suspend()
    waiting = site.upload("waiting.txt", "Net debt was $2 million.")
    assert waiting.status_code == 202, waiting.text
    site.disk.fill(left=FLOOR - MIB)
    refused(site.upload("below.txt", "below the floor"))
    assert reserve.stat().st_size == RESERVE, "uploads stop before the reserve is needed"

    site.disk.fill()
    for process in workers:
        process.resume()
    wait_for(lambda: reserve.stat().st_size < RESERVE, what="space for the database")
    for _ in range(5):
        assert site.client.get(document).status_code == 200
        answer = site.client.post("/v1/questions", json=QUESTION)
        assert answer.status_code == 201, answer.text
        assert "$5 million" in answer.text
        assert site.client.get("/readyz").status_code == 200
        assert site.client.get("/metrics").status_code == 200
        refused(site.upload("full.txt", "no room"))
        assert site.run_of(waiting) in {"queued", "running"}
    kill_processes(site)
    wait_for(lambda: site.worker() and answers(site), what="a worker and an API on the full disk")
    assert site.client.post("/v1/questions", json=QUESTION).status_code == 201

    site.disk.empty()
    site.wait_ready(site.upload("again.txt", "Cash was $1 million."), seconds=20)  # at once, but for a busy machine
    site.wait_ready(waiting)
    assert site.client.get(document).status_code == 200
    wait_for(lambda: reserve.stat().st_size == RESERVE, what="the reserve again")
    known = json.loads((site.home / "stack.json").read_text())["processes"]
    assert known["worker"] == site.worker()[0].pid, "the state file has the processes that were started meanwhile"


def refused(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (507, "storage-full")
    assert re.search(r"free some space", answer.json()["detail"])


def kill_processes(site: Site) -> None:
    """Kill the worker, the relay, the API and Valkey, as a machine that runs out of memory may do."""
    killed = [child for child in psutil.Process(site.up.process.pid).children() if "postgres" not in child.name()]
    for process in killed:
        process.kill()
    psutil.wait_procs(killed, timeout=30)


def answers(site: Site) -> bool:
    try:
        return site.client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_no_file_of_the_home_contains_document_text_after_kills_and_a_stop(site: Site) -> None:
    def parsing() -> list[psutil.Process]:
        """Return the worker's processes that have a decrypted file in memory."""
        return [process for process in site.worker() if has_decrypted_file(process)]

    for number in range(2):
        sandboxes = [process for process in site.worker() if "app.sandbox.zygote" in process.cmdline()]
        for process in sandboxes:
            process.suspend()  # the worker waits, with the decrypted file in memory
        upload = site.upload(f"killed-{number}.txt", f"{TEXT} {number}.\n" * 200)
        assert upload.status_code == 202, upload.text
        readers = wait_for(parsing, what="a worker that reads the file")
        assert isinstance(readers, list)
        assert files_with(SECRET.encode(), site.home) == []
        for process in (*readers, *sandboxes):
            process.kill()
        psutil.wait_procs([*readers, *sandboxes], timeout=30)
        assert files_with(SECRET.encode(), site.home) == []
    # Logs were rotated while their processes ran.
    logs = site.home / "logs"
    wait_for(lambda: all(log.stat().st_size <= LOG_BYTES for log in logs.glob("*.log")), what="rotation")
    assert list(logs.glob("*.log.1"))
    assert site.up.stop() == 0
    assert files_with(SECRET.encode(), site.home) == []
    assert not (site.home / "scratch").exists()


def has_decrypted_file(process: psutil.Process) -> bool:
    try:
        return any("memfd:footnote" in str(link.readlink()) for link in Path(f"/proc/{process.pid}/fd").iterdir())
    except OSError:
        return False
