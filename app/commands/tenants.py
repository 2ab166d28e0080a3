"""`footnote tenant create`, `audience` and `audiences`: an operator's commands, with the database owner's rights."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.commands.options import HomeOption, JsonOption, console, print_json, sentences
from app.core.clock import SystemClock
from app.core.principal import Role
from app.db.session import Database
from app.identity.oidc.providers import ProviderAdmin
from app.identity.service import TenantAdmin
from app.settings import Settings
from app.stack.founding import open_tenant_admin
from app.stack.home import Home
from app.stack.servers.postgres import EmbeddedPostgres

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
    with sentences(as_json=as_json), _as_owner(home) as (admin, _):
        tenant_id = admin.create_tenant(slug=slug, name=name or slug)
        _, secret = admin.create_user(tenant_id, email=email, name="Administrator", roles=[Role.ADMIN, Role.EDITOR])
    if as_json:
        print_json({"tenant_id": str(tenant_id), "email": email, "key": secret})
    else:
        console().print(f"Tenant {slug}: {tenant_id}\nThe key of {email}: {secret}\nKeep it: it is shown this once.")


@tenants.command("audience")
def give_audience(
    *,
    tenant: Annotated[UUID, typer.Argument(help="The tenant's id.")],
    provider: Annotated[UUID, typer.Argument(help="The id of its sign-in provider.")],
    audience: Annotated[str | None, typer.Argument(help="What the provider's API tokens are addressed to.")] = None,
    none: Annotated[bool, typer.Option("--none", help="Take no API tokens of the provider any more.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take API tokens for an audience that doesn't end with the tenant's id: for whom you know it to be theirs."""
    if (audience is None) is not none:
        raise typer.BadParameter("name an audience, or --none")
    with sentences(as_json=as_json), _as_owner(home) as (_, database):
        admin = ProviderAdmin(owner=database, clock=SystemClock())
        given = (
            admin.withdraw_audience(tenant, provider)
            if audience is None
            else admin.give_audience(tenant, provider, audience)
        )
        told = {"tenant_id": str(tenant), "provider_id": str(given.id), "issuer": given.issuer, "audience": audience}
    if as_json:
        print_json(told)
    elif audience is None:
        console().print(f"No tokens of {given.issuer} are taken as tenant {tenant}'s by this provider.")
    else:
        console().print(f"Tokens of {given.issuer} for {audience} are taken as tenant {tenant}'s.")


@tenants.command("audiences")
def list_audiences(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the audiences, of all tenants, that don't end with their tenant's id."""
    with sentences(as_json=as_json), _as_owner(home) as (_, database):
        found = ProviderAdmin(owner=database, clock=SystemClock()).list_unbound()
    if as_json:
        print_json([{name: str(value) for name, value in asdict(each).items()} for each in found])
        return
    for each in found:
        console().print(f"{each.tenant_id} {each.provider_id} {each.issuer} {each.audience}")


@contextmanager
def _as_owner(home: Path | None) -> Iterator[tuple[TenantAdmin, Database]]:
    """The database's owner, by the URL that is configured, or the home's."""
    configured = Settings().database.owner_url
    owner_url = configured.get_secret_value() if configured else EmbeddedPostgres(Home.at(home)).url("owner")
    admin, database = open_tenant_admin(owner_url)
    try:
        yield admin, database
    finally:
        database.close()
