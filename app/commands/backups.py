"""`footnote backup` and `footnote restore`: copy a home's data to a folder, and make a new home of such a folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from app.commands.options import HomeOption, JsonOption, console, error_console, print_json, report_errors
from app.stack.backup.making import make_backup
from app.stack.backup.manifest import Manifest
from app.stack.backup.restoring import restore_backup
from app.stack.home import Home

MEGABYTE = 1_000_000


def backup(
    target: Annotated[Path, typer.Argument(help="The new folder of the backup.")],
    *,
    include_secrets: Annotated[
        bool,
        typer.Option(
            "--include-secrets",
            help="Also copy the storage key and the administrator's key. Anyone who has the backup can then read it.",
        ),
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Back up a home, while Footnote runs on it or while it is stopped."""
    place, folder = Home.at(home), target.expanduser().resolve()
    with report_errors(as_json=as_json):
        made = make_backup(place, folder, include_secrets=include_secrets, report=_reporter(as_json=as_json))
    if as_json:
        print_json({"backup": str(folder), **_summary(made), "missing": made.missing})
        return
    console().print(f"Backup: {folder}")
    console().print(_describe(made))
    if made.missing:
        console().print(
            f"[yellow]{len(made.missing)} blobs were lost before the backup[/]: the manifest lists them as missing."
        )
    console().print(
        "It contains the storage key, so anyone who has it can read every document: store it encrypted."
        if include_secrets
        else f"Nobody can read it without {place.storage_key}: keep a copy of that folder in another place."
    )


def restore(
    source: Annotated[Path, typer.Argument(help="The folder of the backup.")],
    *,
    secrets: Annotated[
        Path | None,
        typer.Option(
            "--secrets", help="A copy of the folder secrets of the home.", show_default="the secrets in the backup"
        ),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Restore a backup to a new home, and check that it is complete and unchanged."""
    place, folder = Home.at(home), source.expanduser().resolve()
    with report_errors(as_json=as_json):
        restored = restore_backup(folder, place, secrets=secrets, report=_reporter(as_json=as_json))
    if as_json:
        print_json({"home": str(place.path), **_summary(restored)})
        return
    console().print(f"Restored to {place.path}: the state of {restored.made_at:%Y-%m-%d %H:%M:%S} UTC.")
    console().print(_describe(restored))
    console().print(f"Start it: footnote up --home {place.path}")


def _reporter(*, as_json: bool) -> Callable[[str], None]:
    def report(text: str) -> None:
        if not as_json:
            error_console().print(f"[dim]{escape(text)} …[/]")

    return report


def _summary(manifest: Manifest) -> dict[str, object]:
    return {
        "made_at": manifest.made_at,
        "revision": manifest.revision,
        "blobs": len(manifest.blobs),
        "size_bytes": manifest.size_bytes,
    }


def _describe(manifest: Manifest) -> str:
    size = manifest.size_bytes / MEGABYTE
    return f"{len(manifest.blobs)} blobs, {size:,.1f} MB, schema {manifest.revision}, PostgreSQL {manifest.postgres}"
