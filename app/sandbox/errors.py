"""Errors of a sandboxed job. Callers convert them to errors of their own feature.

FootnoteError
├── SandboxError
│   ├── SandboxCrashedError    the child crashed or violated the protocol
│   ├── SandboxMemoryError     the child exceeded its memory limit
│   ├── SandboxTimeoutError    the child exceeded its CPU or wall time
│   └── SandboxOutputError     the child exceeded its output limit
└── UnavailableError
    └── SandboxUnavailableError  no child process could be started; try again
"""

from app.core.errors import FootnoteError, UnavailableError


class SandboxError(FootnoteError):
    """A job ended without a result. It will fail again with the same input."""

    code = "sandbox-failed"
    title = "Processing this file failed in the sandbox."


class SandboxCrashedError(SandboxError):
    code = "sandbox-crashed"
    title = "Processing this file crashed: the file is probably malformed."


class SandboxMemoryError(SandboxError):
    code = "sandbox-memory"
    title = "Processing this file exceeded the memory limit."


class SandboxTimeoutError(SandboxError):
    code = "sandbox-timeout"
    title = "Processing this file exceeded the time limit."


class SandboxOutputError(SandboxError):
    code = "sandbox-output"
    title = "Processing this file exceeded the output limit."


class SandboxUnavailableError(UnavailableError):
    code = "sandbox-unavailable"
    title = "File processing is unavailable: try again shortly."
