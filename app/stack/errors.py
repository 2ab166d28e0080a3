"""What can go wrong with the single-machine stack, each with a sentence that says what to do."""

from app.core.errors import ConflictError, UnavailableError


class HomeInUseError(ConflictError):
    code = "home-in-use"
    title = "Footnote is already running on this home."


class HomeDamagedError(ConflictError):
    code = "home-damaged"
    title = "This home can't be used as it is."


class ServerStartError(UnavailableError):
    code = "server-start-failed"
    title = "A server of the single-machine stack did not start: its log says why."


class PortTakenError(ConflictError):
    code = "port-taken"
    title = "The port is taken: choose another with --port."
