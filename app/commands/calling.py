"""Commands that call the API: the same options and the same report of errors for each."""

import inspect
from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate

from app.client.api import ApiClient
from app.commands.options import HomeOption, KeyOption, UrlOption, open_client, report_errors


def calls_api(command: Callable[Concatenate[ApiClient, ...], None]) -> Callable[..., None]:
    """Return the command with the options `--home`, `--url` and `--key` instead of its first parameter, a client.

    Its last parameter must be `as_json`. Errors are reported as by `report_errors`.
    """

    def run(*, home: HomeOption = None, url: UrlOption = None, key: KeyOption = None, **given: object) -> None:
        as_json = given["as_json"] is True
        with report_errors(as_json=as_json), open_client(home=home, url=url, key=key) as client:
            command(client, **given)

    *server, _ = inspect.signature(run).parameters.values()
    _, *own, as_json = inspect.signature(command).parameters.values()
    update_wrapper(run, command)
    run.__signature__ = inspect.Signature([*own, *server, as_json])  # type: ignore[attr-defined]  # typer reads it
    return run
