"""Serve the API: `python -m app.stack.serve HOST PORT`. Settings come from the environment.

With `when-told` as third argument it loads everything, and serves once a line of its standard input says so: whoever
started it makes the database ready meanwhile.
"""

import contextlib
import gc
import sys

import uvicorn

from app.stack.services import SERVE, WHEN_TOLD

STARTUP_FAILURE = 3
"""As uvicorn's own command ends with."""


def main(arguments: list[str]) -> None:
    host, port, *when = arguments
    config = uvicorn.Config(
        "app.main:create_app_from_environment",
        factory=True,
        host=host,
        port=int(port),
        log_config=None,  # our own JSON lines, set up by the application
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=30,
    )
    # What is imported and built here stays: looking for garbage among it takes a sixth of the start.
    gc.disable()
    config.load()
    gc.freeze()
    gc.enable()
    if when == [WHEN_TOLD] and sys.stdin.buffer.readline() != SERVE:
        sys.exit(STARTUP_FAILURE)
    server = uvicorn.Server(config)
    # uvicorn raises the signal that ended it again: it is no fault to tell of.
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


if __name__ == "__main__":
    main(sys.argv[1:])
