"""What the client raises: the API's problem documents as errors, and a server that can't be reached."""

from collections.abc import Mapping, Sequence

from app.core.errors import FootnoteError, UnavailableError


class ApiProblemError(FootnoteError):
    """A problem document (RFC 9457) of the API: its code, status and sentence are the instance's own. `errors` are what
    is wrong with each part of a request, with `where` and `message`.
    """

    def __init__(self, *, code: str, status: int, detail: str, errors: Sequence[Mapping[str, object]] = ()) -> None:
        super().__init__(detail)
        self.problem_code = code
        self.problem_status = status
        self.errors = errors


class ServerUnreachableError(UnavailableError):
    code = "server-unreachable"
    title = "No Footnote answers: start it with `footnote up`, or say where it is with --url."


class UnknownAnswerError(UnavailableError):
    code = "unknown-answer"
    title = "The server answered in a form that is not known here: use the same version of both."
