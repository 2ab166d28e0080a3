"""Redaction of logs and traces: removes keys, passwords, and the text of documents and questions."""

import re
from collections.abc import Mapping
from typing import Final

from app.core.errors import FootnoteError

REDACTED: Final = "[redacted]"

# A field name that contains one of these words is secret.
_SECRET_WORDS = frozenset(
    {"secret", "secrets", "password", "passwords", "passphrase", "authorization", "cookie", "cookies"}
    | {"credential", "credentials", "apikey", "kek"}
)
# A field is confidential if its name ends with one of these words: `api_key`, `question_text`, but not `key_id`.
_LAST_WORDS = frozenset(
    {"key", "keys", "token", "text", "texts", "question", "questions", "answer", "quote", "quotes", "prompt"}
    | {"prompts", "content", "body", "snippet", "excerpt", "messages", "query", "parameters", "headers", "claim"}
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_URL_PASSWORD = re.compile(r"(?P<before>[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@]+(?=@)", re.IGNORECASE)
_CREDENTIAL = re.compile(
    r"(?P<before>\b(?:bearer|basic)\s+|\b(?:api[_-]?key|password|token|secret)\s*[=:]\s*)[^\s,;&'\"]+",
    re.IGNORECASE,
)
_MESSAGE_LIMIT = 300
# Error messages of these libraries describe the connection, never the data sent over it.
_CONNECTION_LIBRARIES = frozenset({"amqp", "botocore", "billiard", "celery", "kombu", "redis", "httpcore"})
_DEPTH_LIMIT = 6


def is_confidential(name: str) -> bool:
    """Return whether a field of this name (snake, kebab or camel case) may contain a secret or a user's text."""
    words = [word.lower() for word in _WORD.findall(name)]
    return bool(words) and (words[-1] in _LAST_WORDS or not _SECRET_WORDS.isdisjoint(words))


def redact_text(text: str) -> str:
    """Return the text without passwords in URLs and without values that follow `Bearer`, `api_key=` and the like."""
    return _CREDENTIAL.sub(rf"\g<before>{REDACTED}", _URL_PASSWORD.sub(rf"\g<before>{REDACTED}", text))


def redact(name: str, value: object, depth: int = 0) -> object:
    """Return the loggable value for a field of this name; recurses into mappings, lists and tuples."""
    shown = value
    if is_confidential(name):
        # None and booleans reveal nothing, and a log that shows a missing value often explains an error.
        shown = value if value is None or isinstance(value, bool) else REDACTED
    elif isinstance(value, (bytes, bytearray, memoryview)):
        shown = f"[{len(value)} bytes]"
    elif isinstance(value, str):
        shown = redact_text(value)
    elif isinstance(value, BaseException):
        shown = describe_error(value)
    elif isinstance(value, (Mapping, list, tuple, set, frozenset)) and depth >= _DEPTH_LIMIT:
        shown = REDACTED
    elif isinstance(value, Mapping):
        shown = {str(key): redact(str(key), item, depth + 1) for key, item in value.items()}
    elif isinstance(value, (list, tuple, set, frozenset)):
        shown = [redact(name, item, depth + 1) for item in value]
    return shown


def describe_error(error: BaseException) -> str:
    """Return the error's type and, if the message cannot quote input, its message.

    Messages of parsers, validators and databases quote the rejected input. The message is therefore included only for
    Footnote's own errors and for errors of the operating system and of connection libraries.
    """
    name = type(error).__name__
    message = _find_safe_message(error)
    return f"{name}: {redact_text(message)[:_MESSAGE_LIMIT]}" if message else name


def _find_safe_message(error: BaseException) -> str | None:
    if isinstance(error, FootnoteError):
        return f"{error.code}: {error.detail}"
    if isinstance(error, OSError):
        return error.strerror
    if type(error).__module__.partition(".")[0] in _CONNECTION_LIBRARIES:
        lines = str(error).splitlines()
        return lines[0] if lines else None
    # The SQLSTATE of a database error (PostgreSQL appendix A) names the failure without quoting the row.
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return f"SQLSTATE {state}" if isinstance(state, str) else None
