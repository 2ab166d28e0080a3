"""`footnote tenant create`, `weight`, `audience` and `audiences`: commands for operators, run as the database owner."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from pydantic import TypeAdapter, ValidationError

from app.commands.options import HomeOption, JsonOption, console, print_json, report_errors
from app.core.clock import SystemClock
from app.core.principal import Role
from app.db.session import Database
from app.identity.oidc.providers import ProviderAdmin
from app.identity.schemas import Email
from app.identity.service import TenantAdmin
from app.settings import Settings
from app.stack.founding import open_tenant_admin
from app.stack.home import Home
from app.stack.servers.postgres import EmbeddedPostgres

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EMAIL: TypeAdapter[str] = TypeAdapter(Email)


def _check_slug(slug: str) -> str:
    if not _SLUG.fullmatch(slug):
        raise typer.BadParameter("use lower-case letters and digits, with single dashes between them.")
    return slug


def _check_email(email: str) -> str:
    try:
        return _EMAIL.validate_python(email)
    except ValidationError as error:
        raise typer.BadParameter(f"{email} is not an e-mail address.") from error


tenants = typer.Typer(help="Create and configure tenants, as the database owner.", no_args_is_help=True)


@tenants.command("create")
def create_tenant(
    *,
    slug: Annotated[
        str,
        typer.Argument(help="The tenant's short name: lower-case letters, digits and dashes.", callback=_check_slug),
    ],
    name: Annotated[
        str | None, typer.Option("--name", help="The tenant's full name.", show_default="the short name")
    ] = None,
    email: Annotated[
        str, typer.Option("--email", help="The e-mail address of its first administrator.", callback=_check_email)
    ] = "admin@localhost",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Create a tenant with one administrator. The administrator's API key is shown only once."""
    with report_errors(as_json=as_json), _as_owner(home) as (admin, _):
        tenant_id = admin.create_tenant(slug=slug, name=name or slug)
        _, secret = admin.create_user(tenant_id, email=email, name="Administrator", roles=[Role.ADMIN, Role.EDITOR])
    if as_json:
        print_json({"tenant_id": str(tenant_id), "email": email, "key": secret})
    else:
        console().print(
            f"Tenant {slug}: {tenant_id}\nAPI key of {email}: {secret}\nStore this key now: it is shown only once."
        )


@tenants.command("weight")
def set_weight(
    *,
    tenant: Annotated[UUID, typer.Argument(help="The tenant's ID.")],
    weight: Annotated[int, typer.Argument(help="The new weight; every tenant begins with 1.", min=1, max=100)],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change a tenant's share of busy workers: a tenant of weight 3 gets three times as much as one of weight 1."""
    with report_errors(as_json=as_json), _as_owner(home) as (admin, _):
        admin.set_weight(tenant, weight)
    if as_json:
        print_json({"tenant_id": str(tenant), "weight": weight})
    else:
        console().print(f"Tenant {tenant} has weight {weight}.")


@tenants.command("audience")
def set_audience(
    *,
    tenant: Annotated[UUID, typer.Argument(help="The tenant's ID.")],
    provider: Annotated[UUID, typer.Argument(help="The ID of the tenant's sign-in provider.")],
    audience: Annotated[str | None, typer.Argument(help="The audience of the provider's API tokens.")] = None,
    none: Annotated[bool, typer.Option("--none", help="Stop accepting the provider's API tokens.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Accept API tokens for an audience that does not end with the tenant's ID.

    First make sure that the audience belongs to this tenant, because Footnote cannot check this.
    """
    if (audience is None) is not none:
        raise typer.BadParameter("Give either an audience or --none.")
    with report_errors(as_json=as_json), _as_owner(home) as (_, database):
        admin = ProviderAdmin(owner=database, clock=SystemClock())
        updated = (
            admin.withdraw_audience(tenant, provider)
            if audience is None
            else admin.give_audience(tenant, provider, audience)
        )
        shown = {
            "tenant_id": str(tenant),
            "provider_id": str(updated.id),
            "issuer": updated.issuer,
            "audience": audience,
        }
    if as_json:
        print_json(shown)
    elif audience is None:
        console().print(
            f"Tenant {tenant} no longer accepts API tokens from {updated.issuer} through provider {updated.id}."
        )
    else:
        console().print(f"Tenant {tenant} accepts API tokens from {updated.issuer} for {audience}.")


@tenants.command("audiences")
def list_audiences(*, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List, for all tenants, the audiences that do not end with the tenant's ID."""
    with report_errors(as_json=as_json), _as_owner(home) as (_, database):
        found = ProviderAdmin(owner=database, clock=SystemClock()).list_unbound()
    if as_json:
        print_json([{name: str(value) for name, value in asdict(each).items()} for each in found])
        return
    for each in found:
        console().print(f"{each.tenant_id} {each.provider_id} {each.issuer} {each.audience}")


@contextmanager
def _as_owner(home: Path | None) -> Iterator[tuple[TenantAdmin, Database]]:
    """Yield the service that creates tenants, and its database. Both use the configured owner URL or the home's."""
    configured = Settings().database.owner_url
    owner_url = configured.get_secret_value() if configured else EmbeddedPostgres(Home.at(home)).url("owner")
    admin, database = open_tenant_admin(owner_url)
    try:
        yield admin, database
    finally:
        database.close()
