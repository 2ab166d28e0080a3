"""Errors of the client: problem documents of the API, an unreachable server, an unreadable response."""

from collections.abc import Mapping, Sequence

from app.core.errors import FootnoteError, InvalidInputError, UnavailableError


class ApiProblemError(FootnoteError):
    """A problem document (RFC 9457) from the API, with its code, status and detail.

    `errors` lists the invalid parts of the request, each with `where` and `message`.
    """

    def __init__(self, *, code: str, status: int, detail: str, errors: Sequence[Mapping[str, object]] = ()) -> None:
        super().__init__(detail)
        self.problem_code = code
        self.problem_status = status
        self.errors = errors


class ServerUnreachableError(UnavailableError):
    code = "server-unreachable"
    title = "No Footnote server responds: start one with `footnote up`, or pass --url."


class ServerUrlError(InvalidInputError):
    code = "server-url-invalid"
    title = "This is not the URL of a server: it must start with http:// or https://."


class UnreadableResponseError(UnavailableError):
    code = "unknown-answer"
    title = "The server's response has an unknown form: use the same version of client and server."


class IngestionStoppedError(FootnoteError):
    code = "ingestion-stopped"
    title = "The ingestion was interrupted before this file was uploaded: repeat the command."


class FileChangedError(InvalidInputError):
    code = "file-changed"
    title = "The file grew or shrank while it was read: upload it again when no program writes to it."


def code_of(error: FootnoteError) -> str:
    """Return the stable code of the error, or of the API's problem document."""
    return error.problem_code if isinstance(error, ApiProblemError) else error.code
