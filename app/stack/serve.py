"""Serve the API: `python -m app.stack.serve HOST PORT`. Settings come from the environment.

With `wait-for-line` as third argument, this program loads the application, then waits for a line on its standard input
before it serves. While it waits, the process that started it prepares the database.
"""

import contextlib
import gc
import sys

import uvicorn

from app.stack.services import SERVE, WAIT_FOR_LINE

STARTUP_FAILURE = 3
"""The exit code that uvicorn's own command returns after a failed start."""


def main(arguments: list[str]) -> None:
    host, port, *when = arguments
    config = uvicorn.Config(
        "app.main:create_app_from_environment",
        factory=True,
        host=host,
        port=int(port),
        log_config=None,  # the application configures its own logs
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=30,
    )
    # Garbage collection during the imports takes a sixth of the start-up time and frees nothing.
    gc.disable()
    config.load()
    gc.freeze()
    gc.enable()
    if when == [WAIT_FOR_LINE] and sys.stdin.buffer.readline() != SERVE:
        sys.exit(STARTUP_FAILURE)
    server = uvicorn.Server(config)
    # When Ctrl-C stops uvicorn, it raises KeyboardInterrupt even after a clean stop.
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


if __name__ == "__main__":
    main(sys.argv[1:])
