"""The protocol between the sandbox's owner, its zygote and its children.

The owner and the zygote exchange frames over one Unix stream socket. A frame is a length (4 bytes, big endian) and a
msgpack value. Together with a job's frame, the owner sends the write end of a pipe for the result (SCM_RIGHTS), so
that the result does not pass through the zygote. The owner may send an open file as second descriptor, which the child
opens at `INPUT_FILE`. The child writes one byte of `ResultKind` to the pipe, then the result's bytes or a msgpack map.
"""

import array
import socket
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import msgpack

_LENGTH = struct.Struct(">I")
MAX_FRAME_BYTES = 64 * 1024 * 1024
INPUT_DESCRIPTOR = 60
INPUT_FILE = f"/dev/fd/{INPUT_DESCRIPTOR}"
"""The path of the job's file in the child. The number is below the child's limit of open files."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Resource limits of one job.

    `memory_bytes` limits the address space that the child allocates after its start, `cpu_seconds` its CPU time,
    `wall_seconds` the elapsed time, and `output_bytes` the size of the result.
    """

    memory_bytes: int
    cpu_seconds: int
    wall_seconds: float
    output_bytes: int


class ResultKind(IntEnum):
    """The first byte that a child writes to its result pipe."""

    RESULT = 1
    DOCUMENT_ERROR = 2
    OUT_OF_MEMORY = 3
    EXCEPTION = 4
    TOO_MUCH_OUTPUT = 5


class End(IntEnum):
    """How a child ended, as reported by the zygote."""

    EXITED = 1
    SIGNALLED = 2
    CPU_TIME = 3
    WALL_TIME = 4
    KILLED = 5
    MEMORY = 6


class DisconnectedError(Exception):
    """The other side closed the socket."""


def send_frame(sock: socket.socket, value: object, *, fds: tuple[int, ...] = ()) -> None:
    """Write one frame. Raises DisconnectedError."""
    body = msgpack.packb(value)
    data = _LENGTH.pack(len(body)) + body
    try:
        if fds:
            # The descriptors are sent with the first bytes; the remaining bytes follow as ordinary data.
            socket.send_fds(sock, [data[:1]], list(fds))
            data = data[1:]
        sock.sendall(data)
    except OSError as error:
        raise DisconnectedError from error


def receive_frame(sock: socket.socket, *, max_fds: int = 0) -> tuple[Any, list[int]]:
    """Read one frame and the descriptors sent with it. Raises DisconnectedError."""
    fds = array.array("i")
    try:
        if max_fds:
            head, received, _, _ = socket.recv_fds(sock, 1, max_fds)
            fds.extend(received)
        else:
            head = sock.recv(1)
        if not head:
            raise DisconnectedError
        (length,) = _LENGTH.unpack(head + _receive_exactly(sock, 3))
        if length > MAX_FRAME_BYTES:
            raise DisconnectedError
        return msgpack.unpackb(_receive_exactly(sock, length)), list(fds)
    except (OSError, ValueError, msgpack.UnpackException) as error:
        raise DisconnectedError from error


def _receive_exactly(sock: socket.socket, count: int) -> bytes:
    parts: list[bytes] = []
    while count:
        part = sock.recv(min(count, 1 << 20))
        if not part:
            raise DisconnectedError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
