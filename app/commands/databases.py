"""`footnote database …`: an operator's commands, with the database owner's rights."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import HomeOption, JsonOption, console, print_json, sentences
from app.db.migrate import HEAD, get_revisions
from app.settings import Settings
from app.stack.home import Home
from app.stack.schema import forget_context_keys, prepare_database
from app.stack.servers.postgres import EmbeddedPostgres

ToOption = Annotated[
    str,
    typer.Option(
        "--to", help="The revision to stop at, for processes that are replaced one by one.", show_default="the newest"
    ),
]

databases = typer.Typer(help="The database, as its owner.", no_args_is_help=True)


@databases.callback()
def group() -> None:
    """The database, as its owner."""


@databases.command("upgrade")
def upgrade_database(*, to: ToOption = HEAD, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Bring the schema up to date, and make the space and the index of the embeddings that are set.

    `footnote up` does so by itself; this is for a database of your own (FOOTNOTE_DATABASE__OWNER_URL).
    """
    settings = Settings()
    owner_url = _owner_url(settings, home)
    with sentences(as_json=as_json):
        prepare_database(owner_url, settings.embedding, revision=to)
        revision, _ = get_revisions(owner_url)
    space = f"{settings.embedding.model}/{settings.embedding.dimensions}/{settings.embedding.version}"
    if as_json:
        print_json({"revision": revision, "embedding_space": space})
    else:
        console().print(f"The schema is at revision {revision}; the embeddings are {space}.")


@databases.command("forget-contexts")
def forget_contexts(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Let the login roles leave new keys for their contexts, after their passwords (or the context secret) changed.

    Do it while no process of the old passwords runs: whoever is first leaves the key.
    """
    with sentences(as_json=as_json):
        forget_context_keys(_owner_url(Settings(), home))
    if as_json:
        print_json({"forgotten": True})
    else:
        console().print("The keys are forgotten; each role leaves a new one with its next transaction.")


def _owner_url(settings: Settings, home: Path | None) -> str:
    configured = settings.database.owner_url
    return configured.get_secret_value() if configured else EmbeddedPostgres(Home.at(home)).url("owner")
