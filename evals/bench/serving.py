"""Runs an API in its own process for a benchmark."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from app.stack.errors import ServerStartError
from app.storage.keyfile import ensure_key_file

_NO_LIMIT = "10000000"
_START_SECONDS = 180.0


@contextmanager
def run_api(folder: Path, database_url: str, *, processes: int = 1) -> Iterator[int]:
    """Run an API without rate limits in `processes` of its own; yield its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ensure_key_file(folder / "keys.json")
    environment = {
        **os.environ,
        "FOOTNOTE_DATABASE__API_URL": database_url,
        "FOOTNOTE_BROKER__URL": "amqp://127.0.0.1:9",
        "FOOTNOTE_STORAGE__ROOT": str(folder / "blobs"),
        "FOOTNOTE_STORAGE__KEY_FILE": str(folder / "keys.json"),
        "FOOTNOTE_OBSERVABILITY__LOG_LEVEL": "ERROR",
        **(_several(folder, processes) if processes > 1 else {}),
        **{
            f"FOOTNOTE_LIMITS__{name}": _NO_LIMIT
            for name in ("REQUESTS_PER_MINUTE", "UPLOADS_PER_MINUTE", "STREAMS_PER_KEY", "STREAMS_PER_TENANT")
        },
    }
    command = [sys.executable, "-m", "app.stack.serve", "127.0.0.1", str(port)]
    process = subprocess.Popen(command, env=environment)  # noqa: S603  fixed arguments
    try:
        _wait_until_alive(process, port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _several(folder: Path, processes: int) -> dict[str, str]:
    """Return the settings of several processes as `footnote up` makes them."""
    metrics = folder / "metrics"
    metrics.mkdir()
    return {
        "FOOTNOTE_WEB__PROCESSES": str(processes),
        "FOOTNOTE_OBSERVABILITY__METRICS_DIR": str(metrics),
        "OPENBLAS_NUM_THREADS": "1",
    }


def _wait_until_alive(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/livez", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise ServerStartError("The benchmark's API did not start.")
