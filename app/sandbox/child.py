"""A sandboxed child process: sets its own limits, runs one function, writes one result, and exits."""

import contextlib
import ctypes
import importlib
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import msgpack

from app.core.errors import DocumentError
from app.sandbox.protocol import Limits, ResultKind

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_OPEN_FILES = 64
_HEADROOM_BYTES = 8 * 1024 * 1024


def cut_off_network() -> bool:
    """Disconnect this process and its children from the network. Return False if the kernel does not permit that.

    Must run before the process starts a second thread (unshare(2), CLONE_NEWUSER).
    """
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return any(libc.unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET))


def run_child(target: str, payload: bytes, limits: Limits, result_fd: int, zygote_pid: int) -> None:
    """Run `target` ("package.module:function", bytes to bytes) and write its outcome to `result_fd`.

    The limits stay in force, so the calling process must exit afterwards.
    """
    set_limits(limits, zygote_pid)
    try:
        result = _function(target)(payload)
    except MemoryError:
        _write(result_fd, ResultKind.OUT_OF_MEMORY, b"")
    except DocumentError as error:
        _write(result_fd, ResultKind.DOCUMENT_ERROR, msgpack.packb({"code": error.code, "detail": error.detail}))
    except Exception:  # noqa: BLE001 - any error of untrusted work is reported to the owner
        report = traceback.format_exc(limit=-8)[-4_000:]
        _write(result_fd, ResultKind.EXCEPTION, msgpack.packb({"report": report}))
    else:
        if len(result) > limits.output_bytes:
            _write(result_fd, ResultKind.TOO_MUCH_OUTPUT, b"")
        else:
            _write(result_fd, ResultKind.RESULT, result)


def set_limits(limits: Limits, zygote_pid: int) -> None:
    """Apply `limits` to this process. They are permanent, because only a privileged process can raise a hard limit."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform.startswith("linux"):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if os.getppid() != zygote_pid:
            os._exit(1)  # the zygote died before PR_SET_PDEATHSIG took effect
        # If the machine runs out of memory, the kernel kills this process first. Some systems forbid the setting.
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")
    _silence()
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    # At the soft limit, the kernel sends SIGXCPU. If this ends the child, the zygote knows that its CPU time is used
    # up. At the hard limit, one second of CPU time later, the kernel kills the child.
    _limit(resource.RLIMIT_CPU, max(1, limits.cpu_seconds), reserve=1)
    with contextlib.suppress(ValueError, OSError):  # some systems cannot limit the address space
        _limit(resource.RLIMIT_AS, _address_space() + limits.memory_bytes + _HEADROOM_BYTES)


def _limit(kind: int, value: int, *, reserve: int = 0) -> None:
    _, hard = resource.getrlimit(kind)
    most = value + reserve if hard == resource.RLIM_INFINITY else min(value + reserve, hard)
    resource.setrlimit(kind, (min(value, most), most))


def _address_space() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 1 << 30
    return pages * resource.getpagesize()


def _silence() -> None:
    """Discard standard output and errors, because libraries print messages about malformed files."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)


def _function(target: str) -> Callable[[bytes], bytes]:
    module, _, name = target.partition(":")
    found: Callable[[bytes], bytes] = getattr(importlib.import_module(module), name)
    return found


def preload(modules: Sequence[str]) -> None:
    for module in modules:
        importlib.import_module(module)


def _write(fd: int, outcome: ResultKind, body: bytes) -> None:
    view = memoryview(bytes([outcome]))
    for part in (view, memoryview(body)):
        rest = part
        while rest:
            rest = rest[os.write(fd, rest[: 1 << 20]) :]
