"""Request and response schemas of providers and links."""

from datetime import datetime
from typing import Annotated, Literal, cast
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints
from pydantic.config import JsonDict

from app.http.text import Line
from app.identity.oidc.models import IdentityProvider, UserIdentity
from app.identity.oidc.tokens import MAX_SUBJECT

LinkBy = Literal["subject", "verified-email"]
Issuer = Annotated[
    str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=500), Field(examples=["https://login.example.com"])
]
Identifier = Annotated[str, StringConstraints(pattern=r"^[!-~]+$", max_length=255)]
Subject = Annotated[str, StringConstraints(pattern=r"^[!-~]+$", max_length=MAX_SUBJECT)]
Secret = Annotated[SecretStr, Field(min_length=1, max_length=500)]
Domain = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", max_length=190),
    AfterValidator(str.lower),
]
_EXAMPLE: JsonDict = {
    "name": "Staff",
    "issuer": "https://login.example.com",
    "client_id": "footnote",
    "audience": "https://footnote.example.com/01890a5d-ac96-774b-bcce-b302099a8057",
    "email_domains": ["example.com"],
    "link_by": "verified-email",
}


# Clients can read this rule in the schema. Only the service checks it, because the result can depend on the stored
# provider.
_DOMAINS_NAMED: JsonDict = {
    "if": {"properties": {"link_by": {"const": "verified-email"}}, "required": ["link_by"]},
    "then": {"properties": {"email_domains": {"minItems": 1}}, "required": ["email_domains"]},
}


class ProviderIn(BaseModel):
    """An OpenID Connect provider. Without `client_secret`, Footnote is a public client. Without `audience`, the API
    rejects the provider's tokens. If `link_by` is verified-email, `email_domains` needs at least one entry. An
    `audience` must end with the tenant's ID and must not be a `client_id` of the issuer.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE], **_DOMAINS_NAMED})

    name: Line
    issuer: Issuer
    client_id: Identifier
    client_secret: Secret | None = None
    audience: Identifier | None = None
    email_domains: list[Domain] = Field(default=[], max_length=50)
    link_by: LinkBy = "subject"
    enabled: bool = True


def _show_change(schema: JsonDict) -> None:
    """Remove the defaults from the schema, because an omitted field is not changed."""
    schema["examples"] = [{"enabled": False}]
    for field in cast(dict[str, JsonDict], schema["properties"]).values():
        field.pop("default", None)


class ProviderChange(BaseModel):
    """Fields to change; others keep their values. Null removes `client_secret` or `audience`. Issuer and client can't
    be changed.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra=_show_change)

    name: Line = ""
    client_secret: Secret | None = None
    audience: Identifier | None = None
    email_domains: list[Domain] = Field(default=[], max_length=50)
    link_by: LinkBy = "subject"
    enabled: bool = True


class ProviderOut(BaseModel):
    """A provider without its secret. Register `redirect_uri` at the provider."""

    id: UUID
    name: str
    issuer: str
    client_id: str
    has_secret: bool
    audience: str | None
    email_domains: list[str]
    link_by: LinkBy
    enabled: bool
    redirect_uri: str
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def of(provider: IdentityProvider, redirect_uri: str) -> "ProviderOut":
        return ProviderOut.model_validate(
            {
                **{name: getattr(provider, name) for name in ProviderOut.model_fields if hasattr(provider, name)},
                "has_secret": provider.sealed_secret is not None,
                "redirect_uri": redirect_uri,
            }
        )


class LinkIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"subject": "248289761001"}]})

    subject: Subject


class LinkOut(BaseModel):
    """A link from a provider's subject to a user."""

    user_id: UUID
    subject: str
    created_at: datetime

    @staticmethod
    def of(link: UserIdentity) -> "LinkOut":
        return LinkOut.model_validate(link, from_attributes=True)
