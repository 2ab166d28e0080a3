"""Errors of the single-machine stack. Each message explains how to fix the problem."""

from app.core.errors import ConflictError, InsufficientStorageError, UnavailableError


class HomeInUseError(ConflictError):
    code = "home-in-use"
    title = "Footnote is already running on this home: stop it first."


class HomeDamagedError(ConflictError):
    code = "home-damaged"
    title = "This home cannot be used: choose another with --home."


class ServerStartError(UnavailableError):
    code = "server-start-failed"
    title = "A server of the single-machine stack did not start: see its log."


class HomeFullError(InsufficientStorageError):
    code = "home-full"
    title = "The disk of this home is full: free some space, then start again."


class PortTakenError(ConflictError):
    code = "port-taken"
    title = "The port is taken: choose another with --port (make up PORT=…)."
