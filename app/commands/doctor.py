"""`footnote doctor`: check the set-up and explain what is wrong."""

from collections.abc import Iterator
from pathlib import Path

import typer
from rich.markup import escape

from app.commands.options import FAILED, HomeOption, JsonOption, console, print_json, report_errors
from app.settings import Settings
from app.stack.doctor.checks import (
    CheckResult,
    check_api,
    check_broker,
    check_disk,
    check_key_file,
    check_model,
    check_packages,
    check_processes,
    check_python,
    check_reader,
    check_secrets,
    check_storage,
    guard,
)
from app.stack.doctor.database_checks import check_database
from app.stack.doctor.work_checks import check_work
from app.stack.home import Home
from app.stack.servers.postgres import EmbeddedPostgres


def doctor(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check the set-up and explain how to fix each problem. Exits with 1 if there is one."""
    with report_errors(as_json=as_json):
        findings = list(examine(Home.at(home), Settings()))
    wrong = [finding for finding in findings if not finding.ok]
    if as_json:
        print_json(
            {
                "ok": not wrong,
                "findings": [{"check": f.check, "ok": f.ok, "sentence": f.sentence} for f in findings],
            }
        )
    else:
        for finding in findings:
            console().print(f"{'[green]✓[/]' if finding.ok else '[red]✗[/]'} {escape(finding.sentence)}")
    if wrong:
        raise typer.Exit(FAILED)


def examine(home: Home, settings: Settings) -> Iterator[CheckResult]:
    """Run all checks and return their results.

    If the settings name a database, check the services that the settings name. Otherwise check the home's servers.
    """
    yield check_python()
    yield check_packages()
    yield guard("disk", lambda: check_disk(home, settings.storage.min_free_bytes))
    owner_url = settings.database.owner_url
    if owner_url is not None:
        yield from check_database(owner_url.get_secret_value())
        yield from check_work(owner_url.get_secret_value(), settings.health)
        yield check_broker(settings.broker.url.get_secret_value())
        yield from _examine_storage(settings.storage.root, settings.storage.key_file)
    else:
        yield from _examine_home(home, settings)
    yield check_reader(settings.reader)
    yield check_model(settings.chat, local=str(home.read_state().get("model", "")) or None)


def _examine_home(home: Home, settings: Settings) -> Iterator[CheckResult]:
    yield guard("secrets", lambda: check_secrets(home))
    running = list(check_processes(home))
    yield from running
    state = home.read_state()
    if not home.secrets.exists() or not state or any(finding.check == "running" for finding in running):
        return
    yield check_api(str(state.get("url", "")))
    owner_url = EmbeddedPostgres(home).url("owner")
    yield from check_database(owner_url)
    yield from check_work(owner_url, settings.health, started_at=home.state.stat().st_mtime)
    yield check_broker(str(home.read_secret("broker-url") or ""))
    yield from _examine_storage(home.blobs, home.storage_key)


def _examine_storage(root: Path, key_file: Path) -> Iterator[CheckResult]:
    yield check_storage(root)
    yield guard("key-file", lambda: check_key_file(key_file))
