"""The owner's side of the sandbox: it starts a zygote for the first job, sends it jobs, and waits for their results."""

import fcntl
import itertools
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgpack

from app.core.errors import DocumentError
from app.sandbox.errors import (
    SandboxCrashedError,
    SandboxMemoryError,
    SandboxOutputError,
    SandboxTimeoutError,
    SandboxUnavailableError,
)
from app.sandbox.protocol import DisconnectedError, End, Limits, ResultKind, receive_frame, send_frame

_GRACE_SECONDS = 5.0
"""The zygote enforces the wall time. If its reply is this many seconds late, the owner assumes that it hangs."""
_START_SECONDS = 60.0
_PIPE_BYTES = 1 << 20
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT")


class _Zygote:
    """A zygote: its process, and the owner's side of the socket. It takes jobs after `wait_until_ready`."""

    def __init__(self, preload: Sequence[str]) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.control = ours
        self._is_ready = False
        self.owner = os.getpid()
        try:
            self.process = subprocess.Popen(  # noqa: S603 - our own module, no input in the command
                [sys.executable, "-m", "app.sandbox.zygote", str(theirs.fileno()), str(self.owner)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
        except OSError as error:
            ours.close()
            raise SandboxUnavailableError from error
        finally:
            theirs.close()
        try:
            ours.settimeout(_START_SECONDS)
            send_frame(ours, {"preload": list(preload)})
        except DisconnectedError as error:
            self.end()
            raise SandboxUnavailableError from error

    def wait_until_ready(self) -> None:
        """Wait until it has loaded its modules. Raises SandboxUnavailableError, and ends it in that case."""
        if self._is_ready:
            return
        try:
            reply, _ = receive_frame(self.control)
            self.control.settimeout(None)
        except DisconnectedError as error:
            self.end()
            raise SandboxUnavailableError from error
        if not reply.get("ready"):
            self.end()
            raise SandboxUnavailableError(f"The sandbox cannot load its modules: {reply.get('error')}")
        self._is_ready = True

    def end(self) -> None:
        """Kill the zygote and its child. In a process forked from the owner, only close the socket."""
        self.control.close()
        if os.getpid() == self.owner:
            self.process.kill()
            self.process.wait()
        else:
            self.process.returncode = 0  # stops Popen from waiting for a process that is not our child


def _environment() -> dict[str, str]:
    """Return the environment variables that a child needs, without those that contain the owner's keys and URLs."""
    kept = {name: value for name in _KEPT_VARIABLES if (value := os.environ.get(name)) is not None}
    # The libraries must use one thread only, because other threads do not survive a fork.
    kept |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    kept["PYTHONPATH"] = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
    return kept


class Sandbox:
    """Runs functions of importable modules on untrusted input, one at a time, each in its own child process.

    It is thread-safe: concurrent callers wait in a queue. It works in Celery's daemonic children, because
    `subprocess` starts the zygote. If the zygote dies, the next job starts a new one.
    """

    def __init__(self, *, preload: Sequence[str], limits: Limits) -> None:
        self._preload = tuple(preload)
        self._limits = limits
        self._lock = threading.Lock()
        self._zygote: _Zygote | None = None
        self._ids = itertools.count(1)

    def start(self) -> None:
        """Start the zygote without waiting for it, so that the first job need not. Raises SandboxUnavailableError."""
        with self._lock:
            if self._zygote is None:
                self._zygote = _Zygote(self._preload)

    def run(self, target: str, payload: bytes, *, limits: Limits | None = None, file: int | None = None) -> bytes:
        """Return the result of `target` ("package.module:function", bytes to bytes) for `payload`.

        `file` is the descriptor of an open file. The child can open it at the path `INPUT_FILE`.

        Raises SandboxCrashedError, SandboxMemoryError, SandboxTimeoutError, SandboxOutputError,
        SandboxUnavailableError, and the DocumentError that the function raised.
        """
        bounds = limits or self._limits
        with self._lock:
            zygote = self._ready_zygote()
            try:
                with _result_pipe() as (reader, writer):
                    job = {
                        "id": next(self._ids),
                        "target": target,
                        "payload": payload,
                        "limits": [
                            bounds.memory_bytes,
                            bounds.cpu_seconds,
                            bounds.wall_seconds,
                            bounds.output_bytes,
                        ],
                    }
                    send_frame(zygote.control, job, fds=(writer,) if file is None else (writer, file))
                    data, end = _collect(zygote.control, reader, bounds)
            except DisconnectedError as error:
                self._drop()
                raise SandboxUnavailableError from error
            except BaseException:
                self._drop()  # otherwise the next job could receive the result of this interrupted job
                raise
        return _outcome(data, end)

    def close(self) -> None:
        """Stop the zygote. The next job starts another."""
        with self._lock:
            self._drop()

    def _ready_zygote(self) -> _Zygote:
        zygote = self._zygote
        if zygote is not None and (zygote.owner != os.getpid() or zygote.process.poll() is not None):
            self._drop()
        if self._zygote is None:
            self._zygote = _Zygote(self._preload)
        try:
            self._zygote.wait_until_ready()
        except SandboxUnavailableError:
            self._zygote = None
            raise
        return self._zygote

    def _drop(self) -> None:
        if self._zygote is not None:
            self._zygote.end()
            self._zygote = None


@contextmanager
def _result_pipe() -> Iterator[tuple[int, int]]:
    """Yield (read end, write end) of a pipe. Both stay open in the owner: the zygote reports the child's exit."""
    reader, writer = os.pipe()
    try:
        with suppress(OSError, AttributeError):  # a larger pipe is faster, but optional
            fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        os.set_blocking(reader, False)
        yield reader, writer
    finally:
        os.close(reader)
        os.close(writer)


def _collect(control: socket.socket, reader: int, limits: Limits) -> tuple[bytes, End]:
    """Return the child's output and how it ended. Raises DisconnectedError if the zygote died or hangs."""
    parts: list[bytes] = []
    size = 0
    deadline = time.monotonic() + limits.wall_seconds + _GRACE_SECONDS
    stopped = False
    watched: list[int | socket.socket] = [control, reader]
    while True:
        left = deadline - time.monotonic()
        ready, _, _ = select.select(watched, [], [], max(left, 0))
        if not ready:
            raise DisconnectedError
        if reader in ready:
            part = _read(reader)
            if part == b"":
                watched.remove(reader)
            elif part is not None:
                size += len(part)
                if size <= limits.output_bytes + 1:
                    parts.append(part)
                elif not stopped:
                    stopped = True
                    send_frame(control, {"end": True})
            continue
        reply, _ = receive_frame(control)
        while reader in watched and (part := _read(reader)):
            size += len(part)
            parts.append(part)
        end = End(reply["end"])
        if stopped or size > limits.output_bytes + 1:
            return bytes([ResultKind.TOO_MUCH_OUTPUT]), end
        return b"".join(parts), end


def _read(reader: int) -> bytes | None:
    try:
        return os.read(reader, _PIPE_BYTES)
    except BlockingIOError:
        return None


def _outcome(data: bytes, end: End) -> bytes:
    """Return the result, or raise the error that matches the child's output and the way in which it ended."""
    kind = data[0] if data else 0
    if kind == ResultKind.TOO_MUCH_OUTPUT:
        raise SandboxOutputError
    if end in (End.WALL_TIME, End.CPU_TIME):
        raise SandboxTimeoutError
    if end is End.MEMORY or kind == ResultKind.OUT_OF_MEMORY:
        raise SandboxMemoryError
    if end is not End.EXITED:
        raise SandboxCrashedError
    if kind == ResultKind.RESULT:
        return data[1:]
    if kind == ResultKind.DOCUMENT_ERROR:
        raise _document_error(data[1:])
    raise SandboxCrashedError(extra={"report": _report(data[1:])})


def _document_error(body: bytes) -> DocumentError:
    """Return the DocumentError whose code the child reported; a plain DocumentError if no class has that code."""
    try:
        value = msgpack.unpackb(body)
        code, detail = str(value["code"]), str(value["detail"])[:1_000]
    except (ValueError, TypeError, KeyError, msgpack.UnpackException):
        return DocumentError()
    classes = [DocumentError]
    for known in classes:
        if known.code == code:
            return known(detail)
        classes.extend(known.__subclasses__())
    return DocumentError(detail)


def _report(body: bytes) -> str:
    try:
        return str(msgpack.unpackb(body)["report"])
    except (ValueError, TypeError, KeyError, msgpack.UnpackException):
        return ""
