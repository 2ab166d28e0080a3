import importlib
import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from app.core.errors import DocumentError, UnavailableError
from app.sandbox import Limits, Sandbox
from app.sandbox.errors import (
    SandboxCrashedError,
    SandboxMemoryError,
    SandboxOutputError,
    SandboxTimeoutError,
    SandboxUnavailableError,
)


def test_result_of_the_function_is_returned(sandbox: Sandbox, jobs: str) -> None:
    payload = os.urandom(300_000)
    assert sandbox.run(f"{jobs}:echo", payload) == payload


def test_empty_result_is_returned(sandbox: Sandbox, jobs: str) -> None:
    assert sandbox.run(f"{jobs}:echo", b"") == b""


def test_each_job_runs_in_its_own_process(sandbox: Sandbox, jobs: str) -> None:
    pids = {sandbox.run(f"{jobs}:pid", b"") for _ in range(3)}
    assert len(pids) == 3
    assert str(os.getpid()).encode() not in pids


@pytest.mark.parametrize("job", ["abort", "null", "leave", "fail"])
def test_crashed_job_raises_and_the_next_job_works(sandbox: Sandbox, jobs: str, job: str) -> None:
    with pytest.raises(SandboxCrashedError):
        sandbox.run(f"{jobs}:{job}", b"")
    assert sandbox.run(f"{jobs}:echo", b"still here") == b"still here"


def test_unexpected_exception_of_a_job_is_reported(sandbox: Sandbox, jobs: str) -> None:
    with pytest.raises(SandboxCrashedError) as caught:
        sandbox.run(f"{jobs}:fail", b"")
    assert "ValueError: no" in str(caught.value.extra["report"])


def test_endless_allocation_raises_memory_error(sandbox: Sandbox, jobs: str) -> None:
    with pytest.raises(SandboxMemoryError):
        sandbox.run(f"{jobs}:allocate", b"")


def test_memory_limit_excludes_the_memory_of_preloaded_modules(sandbox: Sandbox, jobs: str, limits: Limits) -> None:
    assert sandbox.run(f"{jobs}:reserve", str(limits.memory_bytes - (1 << 20)).encode()) == b"\0"
    with pytest.raises(SandboxMemoryError):
        sandbox.run(f"{jobs}:reserve", str(limits.memory_bytes + (64 << 20)).encode())


def test_endless_loop_ends_at_the_cpu_limit(sandbox: Sandbox, jobs: str) -> None:
    with pytest.raises(SandboxTimeoutError):
        sandbox.run(f"{jobs}:spin", b"")


def test_sleeping_job_ends_at_the_wall_time_limit(sandbox: Sandbox, jobs: str, limits: Limits) -> None:
    with pytest.raises(SandboxTimeoutError):
        sandbox.run(f"{jobs}:sleep", b"", limits=replace(limits, wall_seconds=0.2))


def test_result_of_maximum_size_is_accepted_and_a_larger_one_is_rejected(
    sandbox: Sandbox, jobs: str, limits: Limits
) -> None:
    assert len(sandbox.run(f"{jobs}:large", str(limits.output_bytes).encode())) == limits.output_bytes
    with pytest.raises(SandboxOutputError):
        sandbox.run(f"{jobs}:large", str(limits.output_bytes + 1).encode())


def test_child_that_floods_its_pipe_is_stopped(sandbox: Sandbox, jobs: str) -> None:
    with pytest.raises(SandboxOutputError):
        sandbox.run(f"{jobs}:flood", b"")
    assert sandbox.run(f"{jobs}:echo", b"still here") == b"still here"


def test_document_error_keeps_its_class_and_message(sandbox: Sandbox, jobs: str) -> None:
    known: type[DocumentError] = importlib.import_module(jobs).FileIsOddError
    with pytest.raises(known) as caught:
        sandbox.run(f"{jobs}:refuse", b"")
    assert (caught.value.code, caught.value.detail) == ("file-is-odd", "Line 3 is odd.")


def test_job_cannot_write_a_file(sandbox: Sandbox, jobs: str, tmp_path: Path) -> None:
    target = tmp_path / "out"
    with pytest.raises(SandboxCrashedError):
        sandbox.run(f"{jobs}:write_file", str(target).encode())
    assert not target.exists() or target.stat().st_size == 0


def test_job_reads_an_open_file_without_a_name(sandbox: Sandbox, jobs: str) -> None:
    for content in (b"first", b"second"):
        with os.fdopen(os.memfd_create("file"), "w+b") as file:
            file.write(content)
            file.flush()
            assert sandbox.run(f"{jobs}:read", b"", file=file.fileno()) == content


def test_output_printed_by_a_job_is_discarded(sandbox: Sandbox, jobs: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert sandbox.run(f"{jobs}:shout", b"") == b"quiet"
    assert capfd.readouterr() == ("", "")


def test_job_has_limits_of_core_dumps_and_files_and_its_own_process_group(sandbox: Sandbox, jobs: str) -> None:
    expected = {"core": (0, 0), "files": 64, "leads its group": True}
    assert sandbox.run(f"{jobs}:limits", b"") == repr(expected).encode()


def test_job_does_not_see_the_owners_secrets(jobs: str, limits: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_SECRET", "hush")
    sandbox = Sandbox(preload=[jobs], limits=limits)
    try:
        assert sandbox.run(f"{jobs}:secret", b"FOOTNOTE_SECRET") == b"nothing"
    finally:
        sandbox.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="network namespaces exist only on Linux")
def test_job_cannot_reach_the_network(sandbox: Sandbox, jobs: str) -> None:
    if subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this kernel permits no network namespaces")
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(SandboxCrashedError):
        sandbox.run(f"{jobs}:connect", str(server.getsockname()[1]).encode())


def test_process_forked_by_a_job_ends_with_the_job(sandbox: Sandbox, jobs: str) -> None:
    grandchild = int(sandbox.run(f"{jobs}:fork_and_stay", b""))
    assert _is_gone(grandchild)


def test_zygote_that_dies_during_a_job_is_replaced(sandbox: Sandbox, jobs: str) -> None:
    with pytest.raises(SandboxUnavailableError) as caught:
        sandbox.run(f"{jobs}:kill_parent", b"")
    assert isinstance(caught.value, UnavailableError)
    assert sandbox.run(f"{jobs}:echo", b"again") == b"again"


def test_zygote_killed_between_jobs_is_replaced(sandbox: Sandbox, jobs: str) -> None:
    sandbox.run(f"{jobs}:echo", b"")
    for zygote in _zygotes():
        zygote.kill()
        # WNOWAIT keeps the exit status, so that the sandbox does not notice the end.
        os.waitid(os.P_PID, zygote.pid, os.WEXITED | os.WNOWAIT)
    assert sandbox.run(f"{jobs}:echo", b"again") == b"again"


def test_zygote_that_was_started_before_runs_the_first_job(sandbox: Sandbox, jobs: str) -> None:
    sandbox.start()
    zygote = sandbox._zygote
    sandbox.start()
    assert sandbox.run(f"{jobs}:echo", b"text") == b"text"
    assert zygote is not None
    assert sandbox._zygote is zygote


def test_module_that_cannot_be_loaded_is_named(limits: Limits) -> None:
    sandbox = Sandbox(preload=["no_such_module_of_ours"], limits=limits)
    with pytest.raises(SandboxUnavailableError, match="no_such_module_of_ours"):
        sandbox.run("no_such_module_of_ours:f", b"")


def test_concurrent_threads_each_receive_their_own_result(sandbox: Sandbox, jobs: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: sandbox.run(f"{jobs}:echo", b"%d" % n), range(40)))
    assert results == [b"%d" % n for n in range(40)]


def test_zygote_outlives_the_thread_that_started_it(jobs: str, limits: Limits) -> None:
    sandbox = Sandbox(preload=[jobs], limits=limits)
    thread = threading.Thread(target=lambda: sandbox.run(f"{jobs}:echo", b""))
    thread.start()
    thread.join()
    before = {zygote.pid for zygote in _zygotes()}
    assert sandbox.run(f"{jobs}:echo", b"on") == b"on"
    assert {zygote.pid for zygote in _zygotes()} == before
    sandbox.close()


def test_many_jobs_leak_no_process_and_no_descriptor(jobs: str, limits: Limits) -> None:
    sandbox = Sandbox(preload=[jobs], limits=limits)
    before = psutil.Process().num_fds()
    children = set(_children_of_ours())
    for number in range(30):
        sandbox.run(f"{jobs}:echo", b"%d" % number)
        with pytest.raises(SandboxCrashedError):
            sandbox.run(f"{jobs}:leave", b"")
    sandbox.close()
    assert set(_children_of_ours()) == children
    assert psutil.Process().num_fds() == before


def test_zygote_exits_when_its_owner_is_killed(jobs: str, tmp_path: Path) -> None:
    script = tmp_path / "owner.py"
    script.write_text(
        "import os, signal, psutil\n"
        "from app.sandbox import Limits, Sandbox\n"
        f"s = Sandbox(preload=[{jobs!r}], limits=Limits(1 << 28, 5, 20.0, 1 << 20))\n"
        f"s.run('{jobs}:echo', b'')\n"
        "print(psutil.Process().children()[0].pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    owner = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
    )
    assert owner.returncode == -signal.SIGKILL, owner.stderr
    assert _is_gone(int(owner.stdout))


def _zygotes() -> list[psutil.Process]:
    # Skip zombie processes: they have ended, but their parent has not read their exit status yet.
    living = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in living if "app.sandbox.zygote" in child.cmdline()]


def _children_of_ours() -> list[int]:
    return [child.pid for child in psutil.Process().children(recursive=True)]


def _is_gone(pid: int) -> bool:
    """Return whether the process ends within half a minute. A zombie process counts as ended."""
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return True
    _, alive = psutil.wait_procs([process], timeout=30)
    return not alive or process.status() == psutil.STATUS_ZOMBIE
