"""The places of the navigation bar: which ones a user sees, and which one a page belongs to."""

from dataclasses import dataclass

from app.core.principal import Permission, Principal


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation: its title and address, the permission that it needs, and other addresses below it."""

    title: str
    path: str
    permission: Permission | None = None
    also: tuple[str, ...] = ()

    def covers(self, path: str) -> int:
        """Return the length of the longest address of this place that `path` is at or below; 0 if there is none."""
        addresses = (self.path, *self.also)
        return max((len(each) for each in addresses if path == each or path.startswith(f"{each}/")), default=0)


@dataclass(frozen=True, slots=True)
class Link:
    """A place as a page shows it."""

    title: str
    path: str
    is_current: bool


PLACES = (
    Place("Home", "/"),
    Place("Ask", "/ask", Permission.QUESTIONS_ASK, also=("/questions",)),
    Place("Documents", "/documents", Permission.DOCUMENTS_READ, also=("/dead-letters",)),
    Place("Issuers", "/issuers", Permission.DOCUMENTS_READ),
    Place("Review", "/review", Permission.REVIEW_WRITE),
    Place("Evaluations", "/evaluations", Permission.EVALS_READ),
    Place("Access", "/access", Permission.ACCESS_EXPLAIN),
    Place("Administration", "/admin", Permission.USERS_MANAGE),
    Place("Audit", "/audit", Permission.AUDIT_READ),
)
"""All places, in the order of the bar."""


def list_links(principal: Principal, path: str) -> list[Link]:
    """Return the places that the principal may see, with the one marked that the page at `path` belongs to."""
    places = [each for each in PLACES if _may_see(principal, each)]
    current = max(places, key=lambda place: place.covers(path), default=None)
    return [Link(each.title, each.path, is_current=each is current and each.covers(path) > 0) for each in places]


def _may_see(principal: Principal, place: Place) -> bool:
    return place.permission is None or principal.may(place.permission)
