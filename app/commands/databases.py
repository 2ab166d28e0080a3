"""`footnote database …`: commands for operators, run as the database owner."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import HomeOption, JsonOption, console, print_json, report_errors
from app.db.migrate import HEAD, get_revisions
from app.settings import Settings
from app.stack.home import Home
from app.stack.reembedding import read_reembedding
from app.stack.schema import build_graphs, forget_context_keys, prepare_database
from app.stack.servers.postgres import EmbeddedPostgres

ToOption = Annotated[
    str,
    typer.Option("--to", help="The revision to upgrade to, for a rolling upgrade.", show_default="the newest"),
]

databases = typer.Typer(help="Maintain the database, as its owner.", no_args_is_help=True)


@databases.command("upgrade")
def upgrade_database(*, to: ToOption = HEAD, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Upgrade the schema, and create the space and index of the configured embeddings.

    `footnote up` does the same for its own database. Use this command for any other database, whose URL is in
    FOOTNOTE_DATABASE__OWNER_URL.
    """
    settings = Settings()
    owner_url = _owner_url(settings, home)
    with report_errors(as_json=as_json):
        prepare_database(owner_url, settings.embedding, revision=to)
        build_graphs(owner_url)
        revision, _ = get_revisions(owner_url)
    space = f"{settings.embedding.model}/{settings.embedding.dimensions}/{settings.embedding.version}"
    if as_json:
        print_json({"revision": revision, "embedding_space": space})
    else:
        console().print(f"The schema is at revision {revision}. The embedding space is {space}.")


@databases.command("embeddings")
def show_embeddings(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show how many documents are still to be embedded again after a change of the embeddings.

    Workers do this in the background, while no upload waits.
    """
    with report_errors(as_json=as_json):
        progress = read_reembedding(_owner_url(Settings(), home))
    if as_json:
        print_json(asdict(progress))
    else:
        console().print(progress.describe())


@databases.command("forget-contexts")
def forget_contexts(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Delete the keys that sign each role's database context. Do this after a password or the context secret changed.

    First stop every process that uses the old password. Each role stores its new key in its first transaction.
    """
    with report_errors(as_json=as_json):
        forget_context_keys(_owner_url(Settings(), home))
    if as_json:
        print_json({"forgotten": True})
    else:
        console().print("The context keys are reset. Each role stores a new key with its next transaction.")


def _owner_url(settings: Settings, home: Path | None) -> str:
    configured = settings.database.owner_url
    return configured.get_secret_value() if configured else EmbeddedPostgres(Home.at(home)).url("owner")
