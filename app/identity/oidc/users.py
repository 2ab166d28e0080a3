"""Find the user who is linked to a provider's subject. If a provider has `link_by` verified-email, the first sign-in of
a subject links it to the user with the same verified address. Users are never created here.
"""

from app.audit.service import record
from app.core.clock import Clock
from app.core.principal import Principal, Role
from app.db.constraints import FOREIGN_KEY_VIOLATION, translated_violations
from app.db.session import Database, system_principal
from app.identity.errors import ProviderNotFoundError, UserDisabledError
from app.identity.models import User
from app.identity.oidc.errors import UserUnknownError
from app.identity.oidc.repository import FoundProvider, ProviderRepository

LINK_BY_SUBJECT, LINK_BY_EMAIL = "subject", "verified-email"


class ProviderUsers:
    """Maps subjects to users of one tenant. It acts as the system principal, because no user is signed in yet."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def is_linked(self, provider: FoundProvider, subject: str) -> bool:
        with self._database.transaction(system_principal(provider.tenant_id)) as session:
            return ProviderRepository(session).find_linked_user(provider.id, subject) is not None

    def get_principal(self, provider: FoundProvider, subject: str, email: str | None) -> Principal:
        """Return the user who is linked to `subject`. If there is no link, link the user with the address `email`, and
        return this user. `email` is None if the provider verified no address.

        Raises UserUnknownError, UserDisabledError, ProviderNotFoundError if the provider was just deleted.
        """
        system = system_principal(provider.tenant_id)
        with (
            translated_violations({FOREIGN_KEY_VIOLATION: ProviderNotFoundError}),
            self._database.transaction(system) as session,
        ):
            repository = ProviderRepository(session)
            user = repository.find_linked_user(provider.id, subject)
            if user is None:
                user = self._find_by_email(repository, provider, email)
                linked = user is not None and repository.insert_link(
                    provider.tenant_id, provider.id, user.id, subject, self._clock.now()
                )
                if user is not None and linked:
                    record(
                        session,
                        system,
                        "identity.user.linked",
                        object_type="user",
                        object_id=user.id,
                        detail={"provider_id": str(provider.id), "before": None, "after": subject, "by": LINK_BY_EMAIL},
                    )
                else:
                    # Another request may have just linked this subject. Otherwise no user has the address, or the user
                    # is linked to another subject.
                    user = repository.find_linked_user(provider.id, subject)
        if user is None:
            raise UserUnknownError
        if user.disabled_at is not None:
            raise UserDisabledError
        return principal_of(user)

    def _find_by_email(self, repository: ProviderRepository, provider: FoundProvider, email: str | None) -> User | None:
        if email is None or provider.link_by != LINK_BY_EMAIL:
            return None
        domain = email.rpartition("@")[2].lower()
        if domain not in provider.email_domains:
            return None
        found = repository.list_users_by_email(email)
        return found[0] if len(found) == 1 and found[0].disabled_at is None else None


def principal_of(user: User) -> Principal:
    return Principal(
        tenant_id=user.tenant_id,
        user_id=user.id,
        roles=frozenset(Role(role) for role in user.roles),
        name=user.name,
    )
