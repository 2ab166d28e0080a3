"""Serve the API: `python -m app.stack.serve HOST PORT`. Settings come from the environment.

With `wait-for-line` as third argument, this program loads the application, then waits for a line on its standard input
before it serves. While it waits, the process that started it prepares the database.
"""

import asyncio
import contextlib
import gc
import importlib
import socket
import sys
from collections.abc import Callable
from functools import partial

import uvicorn

from app.llm.factory import load_built_in_embedder
from app.observability.logging import configure_logging
from app.settings import Settings
from app.stack.api_processes import STARTUP_FAILURE, ApiProcesses, Connections, share_loaded_code
from app.stack.services import SERVE, WAIT_FOR_LINE

_APPLICATION = "app.main"


def main(arguments: list[str]) -> None:
    host, port, *when = arguments
    settings = Settings()
    count = settings.web.processes
    config = build_config(host, int(port))
    if count == 1:
        share_loaded_code([config.load])
    else:
        configure_logging(level=settings.observability.log_level)
        # Even with an embedding endpoint, answers without a model use the built-in embeddings.
        share_loaded_code([partial(importlib.import_module, _APPLICATION), load_built_in_embedder])
    if when == [WAIT_FOR_LINE] and sys.stdin.buffer.readline() != SERVE:
        sys.exit(STARTUP_FAILURE)
    if count == 1:
        serve_alone(config)
        return
    listener = config.bind_socket()
    sys.exit(
        ApiProcesses(
            serve=partial(serve_connections, config),
            listener=listener,
            count=count,
            frozen_seconds=settings.health.frozen_seconds,
        ).run()
    )


def build_config(host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        f"{_APPLICATION}:create_app_from_environment",
        factory=True,
        host=host,
        port=port,
        log_config=None,  # the application configures its own logs
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=30,
    )


def serve_alone(config: uvicorn.Config) -> None:
    server = uvicorn.Server(config)
    # When Ctrl-C stops uvicorn, it raises KeyboardInterrupt even after a clean stop.
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


def serve_connections(config: uvicorn.Config, connections: Connections) -> None:
    """Serve the connections that the main process passes on."""
    config.load()
    gc.freeze()
    server = _PassedServer(config, connections)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[])
    if not server.started:
        sys.exit(STARTUP_FAILURE)


class _PassedServer(uvicorn.Server):
    """A server without a listening socket."""

    def __init__(self, config: uvicorn.Config, connections: Connections) -> None:
        super().__init__(config)
        self._connections = connections
        self.server_state.connections = _Counted(connections)  # type: ignore[assignment]  # a set of any protocols
        self._joining: set[asyncio.Task[None]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._connections.mark_started()
        asyncio.get_running_loop().add_reader(self._connections.channel, self._receive)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().remove_reader(self._connections.channel)
        await super().shutdown(sockets)

    def _receive(self) -> None:
        try:
            connection = self._connections.receive()
        except (EOFError, OSError):  # the main process has ended
            asyncio.get_running_loop().remove_reader(self._connections.channel)
            self.should_exit = True
            return
        if connection is not None:
            task = asyncio.get_running_loop().create_task(self._join(connection))
            self._joining.add(task)
            task.add_done_callback(self._joining.discard)

    async def _join(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        protocol_class: Callable[..., asyncio.Protocol] = self.config.http_protocol_class
        protocol = partial(
            protocol_class,
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
            _loop=loop,
        )
        try:
            await loop.connect_accepted_socket(protocol, connection)
        except OSError:  # the client has gone
            connection.close()
            self._connections.mark_closed()


class _Counted(set[object]):
    """The open connections. Those that end are counted."""

    def __init__(self, connections: Connections) -> None:
        super().__init__()
        self._connections = connections

    def discard(self, element: object) -> None:
        if element in self:
            self._connections.mark_closed()
        super().discard(element)


if __name__ == "__main__":
    main(sys.argv[1:])
