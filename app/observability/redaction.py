"""What must never leave in a log or a trace: keys and passwords, and the words of documents and questions."""

import re
from collections.abc import Mapping
from typing import Final

from app.core.errors import FootnoteError

REDACTED: Final = "[redacted]"

# A name that has one of these words anywhere is secret, whatever else it says.
_SECRET_WORDS = frozenset(
    {"secret", "secrets", "password", "passwords", "passphrase", "authorization", "cookie", "cookies"}
    | {"credential", "credentials", "apikey", "kek"}
)
# These are secret or confidential as the last word: `api_key` and `question_text`, but not `key_id` or `text_length`.
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
# These libraries speak of connections, never of what passed through them.
_SPEAKS_OF_CONNECTIONS = frozenset({"amqp", "botocore", "billiard", "celery", "kombu", "redis", "httpcore"})
_DEPTH_LIMIT = 6


def is_confidential(name: str) -> bool:
    """Whether a field of this name (snake, kebab or camel case) may hold a secret or somebody's text."""
    words = [word.lower() for word in _WORD.findall(name)]
    return bool(words) and (words[-1] in _LAST_WORDS or not _SECRET_WORDS.isdisjoint(words))


def redact_text(text: str) -> str:
    """Text with the passwords of URLs and what follows `Bearer`, `api_key=` and the like taken out."""
    return _CREDENTIAL.sub(rf"\g<before>{REDACTED}", _URL_PASSWORD.sub(rf"\g<before>{REDACTED}", text))


def redact(name: str, value: object, depth: int = 0) -> object:
    """The value that may be shown for a field of this name; looks into mappings, lists and tuples."""
    shown = value
    if is_confidential(name):
        # An absent value tells nothing, and whether it was absent is often the cause that is looked for.
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
    """An error as its type and, where that can't repeat input, its message.

    Messages of parsers, validators and databases quote what they choked on, so only those of our own errors, of the
    operating system and of connections are shown.
    """
    name = type(error).__name__
    message = _find_safe_message(error)
    return f"{name}: {redact_text(message)[:_MESSAGE_LIMIT]}" if message else name


def _find_safe_message(error: BaseException) -> str | None:
    if isinstance(error, FootnoteError):
        return f"{error.code}: {error.detail}"
    if isinstance(error, OSError):
        return error.strerror
    if type(error).__module__.partition(".")[0] in _SPEAKS_OF_CONNECTIONS:
        lines = str(error).splitlines()
        return lines[0] if lines else None
    # A database error's state (SQLSTATE, PostgreSQL appendix A) says what happened without the row it happened to.
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return f"SQLSTATE {state}" if isinstance(state, str) else None
