"""`footnote tenant create`: an operator's command, with the database owner's rights."""

from typing import Annotated

import typer

from app.commands.options import HomeOption, JsonOption, console, print_json, sentences
from app.core.principal import Role
from app.settings import Settings
from app.stack.founding import open_tenant_admin
from app.stack.home import Home
from app.stack.postgres import EmbeddedPostgres

tenants = typer.Typer(help="Tenants, as the database's owner.", no_args_is_help=True)


@tenants.callback()
def group() -> None:
    """Tenants, as the database's owner."""


@tenants.command("create")
def create_tenant(
    *,
    slug: Annotated[str, typer.Argument(help="Its short name: lower-case letters, digits and dashes.")],
    name: Annotated[str | None, typer.Option("--name", help="Its full name.", show_default="the short name")] = None,
    email: Annotated[str, typer.Option("--email", help="Its administrator.")] = "admin@localhost",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Found a tenant with an administrator, whose key is shown this once."""
    configured = Settings().database.owner_url
    owner_url = configured.get_secret_value() if configured else EmbeddedPostgres(Home.at(home)).url("owner")
    with sentences(as_json=as_json):
        admin, database = open_tenant_admin(owner_url)
        try:
            tenant_id = admin.create_tenant(slug=slug, name=name or slug)
            _, secret = admin.create_user(tenant_id, email=email, name="Administrator", roles=[Role.ADMIN, Role.EDITOR])
        finally:
            database.close()
    if as_json:
        print_json({"tenant_id": str(tenant_id), "email": email, "key": secret})
    else:
        console().print(f"Tenant {slug}: {tenant_id}\nThe key of {email}: {secret}\nKeep it: it is shown this once.")
