"""What can become of a job besides its result. Callers turn these into errors of their own feature.

FootnoteError
├── SandboxError
│   ├── SandboxCrashedError    the child died or broke the protocol
│   ├── SandboxMemoryError     it asked for more memory than allowed
│   ├── SandboxTimeoutError    it used up its CPU or wall time
│   └── SandboxOutputError     it wrote more than allowed
└── UnavailableError
    └── SandboxUnavailableError  no child could be started; trying again may help
"""

from app.core.errors import FootnoteError, UnavailableError


class SandboxError(FootnoteError):
    """A job that did not end with a result: the same input will do the same again."""

    code = "sandbox-failed"
    title = "The work on this file failed in its sandbox."


class SandboxCrashedError(SandboxError):
    code = "sandbox-crashed"
    title = "The work on this file broke off: the file is probably malformed."


class SandboxMemoryError(SandboxError):
    code = "sandbox-memory"
    title = "The work on this file took more memory than is allowed."


class SandboxTimeoutError(SandboxError):
    code = "sandbox-timeout"
    title = "The work on this file took longer than is allowed."


class SandboxOutputError(SandboxError):
    code = "sandbox-output"
    title = "The work on this file gave more output than is allowed."


class SandboxUnavailableError(UnavailableError):
    code = "sandbox-unavailable"
    title = "Files can't be worked on just now: try again shortly."
