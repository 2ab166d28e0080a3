"""Serve the API: `python -m app.stack.serve HOST PORT`. Settings come from the environment."""

import sys

import uvicorn


def main(arguments: list[str]) -> None:
    host, port = arguments
    uvicorn.run(
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


if __name__ == "__main__":
    main(sys.argv[1:])
