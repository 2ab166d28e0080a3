"""`footnote audit …`: commands for operators on the audit log, run as the database owner."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape

from app.audit.chain.checkpoints import (
    Checkpoint,
    PublicKeys,
    current_key,
    parse_checkpoint,
    parse_public_key,
    public_keys,
)
from app.audit.chain.copies import KeptCopies, StoredCheckpoints
from app.audit.chain.log_reader import list_tenants
from app.audit.chain.verification import Findings, report_removed_tenant, verify_tenant
from app.audit.export_file import verify_lines
from app.audit.log import export_whole
from app.commands.options import FAILED, HomeOption, JsonOption, console, print_json, report_errors
from app.composition import build_objects
from app.db.session import Database, build_engine
from app.identity.errors import TenantNotFoundError
from app.settings import Settings, StorageSettings
from app.stack.home import Home
from app.stack.servers.postgres import EmbeddedPostgres
from app.storage.keyfile import KeyEncryptionKeys, load_key_file

audit = typer.Typer(help="Verify and export the audit log, as the database owner.", no_args_is_help=True)

TenantOption = Annotated[
    str | None, typer.Option("--tenant", help="The tenant's short name.", show_default="all tenants")
]
KeysOption = Annotated[
    list[str] | None,
    typer.Option(
        "--public-key",
        help="Also trust this key, in the form that `footnote audit key` prints. Repeat the option for more keys.",
    ),
]


@audit.command("verify")
def verify(
    *,
    tenant: TenantOption = None,
    checkpoints: Annotated[
        Path | None,
        typer.Option(
            "--checkpoints",
            exists=True,
            help="A file of checkpoints, or a folder of such files.",
            show_default="the checkpoints stored with the blobs",
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", exists=True, dir_okay=False, help="Verify this exported file, without a database."),
    ] = None,
    public_key: KeysOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Verify that the audit log is unchanged, and list every problem. Exits with 1 if there is one."""
    settings, place = Settings(), Home.at(home)
    results: list[tuple[str, Findings]] = []
    with report_errors(as_json=as_json):
        given = None if checkpoints is None else sorted(_read_checkpoints(checkpoints), key=lambda one: one.sequence)
        if file is not None:
            keys = _trusted_keys(settings, place, public_key or ())
            # Decode invalid UTF-8 to surrogates, so that verification can report the line that contains it.
            with file.open(encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
                results.append((file.name, verify_lines(lines, keys=keys, kept=given or ())))
        else:
            keys = _trusted_keys(settings, place, public_key or ())
            copies = _open_copies(settings, place)
            with _open_owner(settings, place) as owner:
                chosen = _select_tenants(owner, tenant)
                for tenant_id, slug in chosen:
                    kept = copies.read_kept(tenant_id) if given is None else KeptCopies(given, ())
                    found = verify_tenant(
                        owner, tenant_id, keys=keys, kept=kept.checkpoints, unreadable=kept.unreadable
                    )
                    results.append((slug, found))
                if tenant is None:
                    known = {tenant_id for tenant_id, _ in chosen}
                    results.extend(_find_removed(known, copies) if given is None else _find_removed_in(known, given))
    _print_results(results, as_json=as_json)
    if not all(findings.intact for _, findings in results):
        raise typer.Exit(FAILED)


def _find_removed(known: Set[UUID], copies: StoredCheckpoints) -> Iterator[tuple[str, Findings]]:
    for tenant_id in copies.list_tenants():
        if tenant_id not in known:
            kept = copies.read_kept(tenant_id)
            found = report_removed_tenant(tenant_id, kept=len(kept.checkpoints), unreadable=kept.unreadable)
            yield str(tenant_id), found


def _find_removed_in(known: Set[UUID], given: Sequence[Checkpoint]) -> Iterator[tuple[str, Findings]]:
    for tenant_id, count in Counter(checkpoint.tenant_id for checkpoint in given).items():
        if tenant_id not in known:
            yield str(tenant_id), report_removed_tenant(tenant_id, kept=count)


@audit.command("key")
def show_key(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Print the public keys that verify checkpoints. Store them on another machine."""
    with report_errors(as_json=as_json):
        keks = _load_keys(Settings(), Home.at(home))
    shown = {key_id: key.public_bytes_raw().hex() for key_id, key in public_keys(keks).items()}
    if as_json:
        print_json({"current": current_key(keks).id, "keys": shown})
    else:
        for key_id, digits in shown.items():
            console().print(f"{key_id}:{digits}")


@audit.command("export")
def export(
    *,
    tenant: Annotated[str, typer.Option("--tenant", help="The tenant's short name.")],
    since: Annotated[datetime | None, typer.Option("--since", help="Export events from this time on (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option("--until", help="Export events before this time (UTC).")] = None,
    home: HomeOption = None,
) -> None:
    """Write a tenant's events to standard output as JSON Lines in OCSF format. The export itself is recorded, too."""
    with report_errors(as_json=False), _open_owner(Settings(), Home.at(home)) as owner:
        ((tenant_id, _),) = _select_tenants(owner, tenant)
        for lines in export_whole(owner, tenant_id, since=_utc(since), until=_utc(until)):
            sys.stdout.write(lines)
        sys.stdout.flush()


def _print_results(results: Sequence[tuple[str, Findings]], *, as_json: bool) -> None:
    if as_json:
        print_json(
            {"intact": all(findings.intact for _, findings in results), "logs": [_plain(*each) for each in results]}
        )
        return
    for name, findings in results:
        mark = "[green]✓[/]" if findings.intact else "[red]✗[/]"
        counts = f"{findings.links} rows, {findings.waiting} not linked yet, {findings.checkpoints} checkpoints"
        console().print(f"{mark} {escape(name)}: {counts}")
        for problem in findings.problems:
            console().print(f"  [red]{escape(problem.sentence)}[/]")
        if findings.omitted:
            console().print(f"  [red]… and {findings.omitted} more[/]")


def _plain(name: str, findings: Findings) -> dict[str, object]:
    return {
        "name": name,
        "tenant_id": findings.tenant_id,
        "rows": findings.links,
        "waiting": findings.waiting,
        "checkpoints": findings.checkpoints,
        "untold": findings.omitted,
        "problems": [
            {
                "code": problem.code,
                "sentence": problem.sentence,
                "sequence": problem.sequence,
                "event_id": problem.event_id,
            }
            for problem in findings.problems
        ],
    }


@contextmanager
def _open_owner(settings: Settings, home: Home) -> Iterator[Database]:
    configured, secret = settings.database.owner_url, settings.database.context_secret
    url = configured.get_secret_value() if configured else EmbeddedPostgres(home).url("owner")
    engine = build_engine(url, pool_size=2, statement_timeout_ms=600_000, application_name="footnote-owner")
    database = Database(engine=engine, context_secret=None if secret is None else secret.get_secret_value())
    try:
        yield database
    finally:
        database.close()


def _select_tenants(owner: Database, tenant: str | None) -> Sequence[tuple[UUID, str]]:
    """Return (ID, short name) of the tenant named `tenant`, or of all tenants. Raises TenantNotFoundError."""
    found = [(tenant_id, slug) for tenant_id, slug in list_tenants(owner) if tenant in (None, slug)]
    if tenant is not None and not found:
        raise TenantNotFoundError("There is no tenant with that name: check the spelling.")
    return found


def _load_keys(settings: Settings, home: Home) -> KeyEncryptionKeys:
    return load_key_file(settings.storage.key_file if settings.database.owner_url else home.storage_key)


def _trusted_keys(settings: Settings, home: Home, given: Sequence[str]) -> PublicKeys:
    """Return the keys of the key file and the keys in `given`. The key file may be missing if `given` has keys."""
    named = dict(parse_public_key(text) for text in given)
    path = settings.storage.key_file if settings.database.owner_url else home.storage_key
    return {**(public_keys(load_key_file(path)) if path.exists() or not named else {}), **named}


def _open_copies(settings: Settings, home: Home) -> StoredCheckpoints:
    is_external = settings.database.owner_url is not None
    storage = settings.storage if is_external else StorageSettings(kind="local", root=home.blobs)
    return StoredCheckpoints(backend=build_objects(storage))


def _read_checkpoints(path: Path) -> Iterator[Checkpoint]:
    files = sorted(found for found in path.rglob("*") if found.is_file()) if path.is_dir() else [path]
    for file in files:
        for line in file.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            if line.strip():
                yield parse_checkpoint(line)


def _utc(time: datetime | None) -> datetime | None:
    return None if time is None else time.replace(tzinfo=UTC)
