"""Fixtures: a sandbox, and a module of jobs for it. Some jobs fail as parsers of malformed files do."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.sandbox import Limits, Sandbox

JOBS = """
import ctypes, os, resource, signal, socket, sys, time
from app.core.errors import DocumentError


class FileIsOddError(DocumentError):
    code = "file-is-odd"
    title = "The file is odd."


def echo(payload):
    return payload

def read(payload):
    from app.sandbox import INPUT_FILE
    with open(INPUT_FILE, "rb") as file:
        return file.read()

def pid(payload):
    return str(os.getpid()).encode()

def abort(payload):
    os.abort()

def null(payload):
    ctypes.string_at(0)

def allocate(payload):
    kept = []
    while True:
        kept.append(bytearray(8 << 20))

def reserve(payload):
    return bytes(len(bytearray(int(payload))) > 0)

def spin(payload):
    while True:
        pass

def sleep(payload):
    time.sleep(60)

def large(payload):
    return b"x" * int(payload)

def flood(payload):
    for fd in range(3, 64):
        try:
            while True:
                os.write(fd, b"\\x01" * 65536)
        except OSError:
            continue
    os._exit(0)

def refuse(payload):
    raise FileIsOddError("Line 3 is odd.")

def fail(payload):
    raise ValueError("no")

def leave(payload):
    os._exit(7)

def write_file(payload):
    with open(payload.decode(), "wb") as file:
        file.write(b"x")
    return b"written"

def shout(payload):
    print("noise"); print("noise", file=sys.stderr); os.write(2, b"noise")
    return b"quiet"

def limits(payload):
    return repr({
        "core": resource.getrlimit(resource.RLIMIT_CORE),
        "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        "leads its group": os.getpgid(0) == os.getpid(),
    }).encode()

def secret(payload):
    return os.environ.get(payload.decode(), "nothing").encode()

def connect(payload):
    with socket.create_connection(("127.0.0.1", int(payload)), timeout=2):
        return b"connected"

def fork_and_stay(payload):
    child = os.fork()
    if child == 0:
        time.sleep(60)
    return str(child).encode()

def kill_parent(payload):
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)
"""


@pytest.fixture(scope="session")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Make the module of jobs importable; return its name."""
    folder: Path = tmp_path_factory.mktemp("jobs")
    (folder / "sandboxed_jobs.py").write_text(JOBS)
    sys.path.insert(0, str(folder))
    yield "sandboxed_jobs"
    sys.path.remove(str(folder))
    sys.modules.pop("sandboxed_jobs", None)


@pytest.fixture(scope="session")
def limits() -> Limits:
    return Limits(memory_bytes=256 << 20, cpu_seconds=1, wall_seconds=20.0, output_bytes=1 << 20)


@pytest.fixture(scope="session")
def sandbox(jobs: str, limits: Limits) -> Iterator[Sandbox]:
    made = Sandbox(preload=[jobs], limits=limits)
    yield made
    made.close()
