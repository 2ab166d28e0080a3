"""The entry point of parsing: parses a file in a sandboxed child into a ParsedDocument, or raises a DocumentError."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import msgpack

from app.documents.content.parsed import ParsedDocument
from app.documents.content.parsed_codec import BadEncodingError, decode_document, encode_document
from app.sandbox import INPUT_FILE, Limits, Sandbox
from app.sandbox.errors import (
    SandboxCrashedError,
    SandboxMemoryError,
    SandboxOutputError,
    SandboxTimeoutError,
)
from workers.parsing.errors import (
    DocumentTooLargeError,
    ParseCrashedError,
    ParseMemoryError,
    ParseTimeoutError,
)
from workers.parsing.formats import find_format

PARSER_VERSION = "4"
"""Part of the key of every parse output. Increase it when the result of a reader for the same file changes."""

_TARGET = "workers.parsing.reader:parse_payload"
PRELOAD = (
    "workers.parsing.reader",
    "workers.parsing.pdf.document",
    "workers.parsing.html.document",
    # Libraries import these at their first use. Each child would import them again.
    "numpy.ma",
    "pypdf.filters",
    "pypdf._codecs._codecs",
)
DEFAULT_LIMITS = Limits(
    memory_bytes=900 * 1024 * 1024, cpu_seconds=300, wall_seconds=420.0, output_bytes=64 * 1024 * 1024
)


def parse_file(path: Path, *, filename: str, password: str | None = None) -> ParsedDocument:
    """Parse the file in this process. Raises DocumentError.

    Call this only in a child process, because the file may crash it.
    """
    return find_format(path, filename).read(path, password)


def parse_payload(payload: bytes) -> bytes:
    """Parse a file in the child process. `payload` is msgpack of [path, filename, password].

    Return the encoded document.
    """
    path, filename, password = msgpack.unpackb(payload)
    return encode_document(parse_file(Path(path), filename=filename, password=password))


@dataclass(frozen=True, slots=True)
class EncodedDocument:
    """A parsed document, and its encoding by the child process. Decoding has checked the encoding."""

    data: bytes
    document: ParsedDocument


class ParsingSandbox:
    """Parses files in sandboxed children. A worker process has one. Close it, or use it as a context manager."""

    def __init__(self, *, limits: Limits = DEFAULT_LIMITS) -> None:
        self._sandbox = Sandbox(preload=PRELOAD, limits=limits)

    def start(self) -> None:
        """Start loading the parsers, without waiting for it. Raises SandboxUnavailableError."""
        self._sandbox.start()

    def parse_document(self, source: Path | int, *, filename: str, password: str | None = None) -> ParsedDocument:
        """Return the document in a file, given as path or open descriptor. `filename` is the uploaded file's name.

        Raises the DocumentErrors of `workers.parsing.errors`, and SandboxUnavailableError, which may be temporary.
        """
        return self.parse_encoded(source, filename=filename, password=password).document

    def parse_encoded(self, source: Path | int, *, filename: str, password: str | None = None) -> EncodedDocument:
        """Return the same document with its encoding."""
        return parse_in_sandbox(self._sandbox, source, filename=filename, password=password)

    def close(self) -> None:
        self._sandbox.close()

    def __enter__(self) -> "ParsingSandbox":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def parse_in_sandbox(
    sandbox: Sandbox, source: Path | int, *, filename: str, password: str | None = None
) -> EncodedDocument:
    """Run `parse_file` in a child of `sandbox`. Raises DocumentError, SandboxUnavailableError."""
    path, file = (str(source.resolve()), None) if isinstance(source, Path) else (INPUT_FILE, source)
    payload = msgpack.packb([path, filename, password])
    try:
        data = sandbox.run(_TARGET, payload, file=file)
        return EncodedDocument(data, decode_document(data))
    except (SandboxCrashedError, BadEncodingError) as error:
        raise ParseCrashedError(extra=dict(error.extra)) from error
    except SandboxTimeoutError as error:
        raise ParseTimeoutError from error
    except SandboxMemoryError as error:
        raise ParseMemoryError from error
    except SandboxOutputError as error:
        raise DocumentTooLargeError from error
