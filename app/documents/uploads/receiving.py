"""Stream an upload into a blob writer, without buffering the file in memory or in a temporary file.

`multipart/form-data` (RFC 7578) is parsed by python-multipart's streaming parser. This module does not depend on the
HTTP framework.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from app.documents.errors import UploadEmptyError, UploadIncompleteError, UploadMalformedError, UploadTooLargeError
from app.storage.errors import BlobTooLargeError

MULTIPART = "multipart/form-data"
FILE_FIELD = "file"
_LONGEST_FIELD = 4_096
_WRITE_BYTES = 256 * 1024
_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,./:=? -]{1,70}")


class ByteWriter(Protocol):
    def write(self, data: bytes) -> None: ...


RunInThread = Callable[[Callable[[], None]], Awaitable[None]]


@dataclass(slots=True)
class Form:
    """The parts of a multipart body other than the file's bytes."""

    fields: dict[str, str] = field(default_factory=dict)
    filename: str | None = None


async def receive_raw(pieces: AsyncIterator[bytes], writer: ByteWriter, run: RunInThread) -> None:
    """Write a raw body. Raises UploadTooLargeError, UploadEmptyError."""
    sink = _Sink(writer, run)
    async for piece in pieces:
        await sink.take(piece)
    await sink.finish()


async def receive_form(
    pieces: AsyncIterator[bytes], content_type: str, writer: ByteWriter, run: RunInThread, *, max_parts: int
) -> Form:
    """Write the part `file` of a multipart body, and return the other parts, which are short texts.

    Raises UploadMalformedError (also for a body that ends early), UploadIncompleteError, UploadEmptyError,
    UploadTooLargeError.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != MULTIPART.encode() or _BOUNDARY.fullmatch(boundary) is None:
        raise UploadMalformedError
    reader = _FormReader(boundary, max_parts=max_parts)
    sink = _Sink(writer, run)
    async for piece in pieces:
        reader.feed(piece)
        for data in reader.take_file_bytes():
            await sink.take(data)
    form = reader.finish()
    await sink.finish()
    return form


class _Sink:
    """Buffers pieces and writes them in a worker thread, 256 KiB at a time."""

    def __init__(self, writer: ByteWriter, run: RunInThread) -> None:
        self._writer = writer
        self._run = run
        self._waiting: list[bytes] = []
        self._size = 0
        self._is_empty = True

    async def take(self, piece: bytes) -> None:
        self._waiting.append(piece)
        self._size += len(piece)
        if self._size >= _WRITE_BYTES:
            await self._flush()

    async def finish(self) -> None:
        await self._flush()
        if self._is_empty:
            raise UploadEmptyError

    async def _flush(self) -> None:
        self._is_empty = self._is_empty and self._size == 0
        data, self._waiting, self._size = b"".join(self._waiting), [], 0
        try:
            await self._run(lambda: self._writer.write(data))
        except BlobTooLargeError as error:
            # Close the connection without reading the rest of the body.
            raise UploadTooLargeError(extra=error.extra, headers={"Connection": "close"}) from error


class _FormReader:
    """The parser's callbacks and their state."""

    def __init__(self, boundary: bytes, *, max_parts: int) -> None:
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": self._add_header_name,
                "on_header_value": self._add_header_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._add_data,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )
        self._max_parts = max_parts
        self._parts = 0
        self._headers: dict[bytes, bytes] = {}
        self._name = b""
        self._value = b""
        self._field = ""
        self._is_file = False
        self._text = b""
        self._file_bytes: list[bytes] = []
        self._ended = False
        self._form = Form()

    def feed(self, piece: bytes) -> None:
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise UploadMalformedError from error

    def take_file_bytes(self) -> list[bytes]:
        taken, self._file_bytes = self._file_bytes, []
        return taken

    def finish(self) -> Form:
        if not self._ended:
            raise UploadMalformedError
        if self._form.filename is None:
            raise UploadIncompleteError
        return self._form

    def _begin_part(self) -> None:
        self._parts += 1
        if self._parts > self._max_parts:
            raise UploadMalformedError(f"An upload has at most {self._max_parts} parts.")
        self._headers, self._text = {}, b""

    def _add_header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _add_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name, self._value = b"", b""

    def _end_headers(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if kind != b"form-data" or b"name" not in options:
            raise UploadMalformedError
        self._field = options[b"name"].decode(errors="replace")
        self._is_file = b"filename" in options or self._field == FILE_FIELD
        if not self._is_file:
            return
        if self._field != FILE_FIELD or self._form.filename is not None:
            raise UploadIncompleteError("Send one file, in the part named 'file'.")
        self._form.filename = options.get(b"filename", b"").decode(errors="replace")

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._file_bytes.append(bytes(data[start:end]))
            return
        self._text += data[start:end]
        if len(self._text) > _LONGEST_FIELD:
            raise UploadMalformedError("The upload's fields are too long: at most 4096 bytes each.")

    def _end_part(self) -> None:
        if self._is_file:
            return
        try:
            self._form.fields[self._field] = self._text.decode()
        except UnicodeDecodeError as error:
            raise UploadMalformedError("The upload's fields must be UTF-8 text.") from error

    def _end(self) -> None:
        self._ended = True
