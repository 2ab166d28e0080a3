"""Translate between rows and SCIM's resources.

`profile` stores displayName, name and emails as the provider sent them. The columns `name` and `email`, which the rest
of the product uses, are derived from it. If Footnote's own API changes the columns later, the columns take precedence.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from scim2_models import Context, Meta, Reference

from app.http.conditional import etag
from app.identity.group_repository import Members
from app.identity.models import Group, User
from app.identity.scim import resources as scim

_KEPT = ("displayName", "name", "emails")


def present_user(row: User, memberships: Sequence[tuple[UUID, str]], base: str) -> scim.User:
    """Return the resource of a user; `base` is the service's URL without a trailing slash."""
    user_name = row.user_name or row.email
    profile: dict[str, Any] = {"emails": [{"value": row.email, "type": "work", "primary": True}]}
    if row.profile is not None:
        profile = dict(row.profile)
    if row.name != find_name(scim.User.model_validate({**profile, "userName": user_name})):
        profile["displayName"] = row.name
    return scim.User.model_validate(
        {
            **profile,
            "id": str(row.id),
            "externalId": row.external_id,
            "userName": user_name,
            "active": row.disabled_at is None,
            "roles": [{"value": role} for role in row.roles] or None,
            "groups": [
                {"value": str(group_id), "$ref": f"{base}/Groups/{group_id}", "display": name}
                for group_id, name in memberships
            ]
            or None,
            "meta": _meta("User", row, base),
        }
    )


def present_group(row: Group, members: Members, base: str) -> scim.Group:
    """Return the resource of a group; `members` may be only some of its members."""
    entries = [_member("User", member_id, base) for member_id in sorted(members.user_ids)]
    entries += [_member("Group", member_id, base) for member_id in sorted(members.group_ids)]
    return scim.Group(
        id=str(row.id),
        external_id=row.external_id,
        display_name=row.name,
        members=entries or None,
        meta=_meta("Group", row, base),
    )


def user_values(user: scim.User) -> dict[str, Any]:
    """Return the row's values for a requested user, without roles and `active`."""
    dumped = user.model_dump(scim_ctx=Context.DEFAULT)
    return {
        "user_name": user.user_name,
        "external_id": user.external_id,
        "email": find_email(user),
        "name": find_name(user),
        "profile": {name: dumped[name] for name in _KEPT if name in dumped},
    }


def find_email(user: scim.User) -> str:
    """Return the primary address, else the work address, else the first one, else the user name."""
    emails = user.emails or []
    ranked = sorted(emails, key=lambda email: (not email.primary, email.type is not scim.EmailType.WORK))
    return str(ranked[0].value if ranked else user.user_name)


def find_name(user: scim.User) -> str:
    """Return the user's display name."""
    name = user.name or scim.Name()
    parts = " ".join(part for part in (name.given_name, name.family_name) if part)
    return user.display_name or name.formatted or parts or str(user.user_name)


def _member(kind: str, member_id: UUID, base: str) -> scim.Member:
    return scim.Member(value=str(member_id), ref=Reference(f"{base}/{kind}s/{member_id}"), type=kind)


def _meta(kind: str, row: User | Group, base: str) -> Meta:
    changed: datetime = row.created_at if row.revision == 1 else row.updated_at
    return Meta(
        resource_type=kind,
        created=row.created_at,
        last_modified=changed,
        location=f"{base}/{kind}s/{row.id}",
        version=version(row.revision),
    )


def version(revision: int) -> str:
    """Return a weak ETag, because a user's revision does not change when the user's groups change."""
    return f"W/{etag(revision)}"
