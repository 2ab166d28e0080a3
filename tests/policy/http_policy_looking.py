"""What users see over HTTP of the policy itself, and of what is counted and suggested, held against the oracle after
each change: labels, clearances, exclusions, packs and explanations, facets and suggestions.
"""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from uuid import UUID

import httpx

from tests.policy.estate import Estate
from tests.policy.http_looking import REFUSED, HttpLooking
from tests.policy.looking import readers
from tests.policy.oracle import Sight

PARTS = 4
LEVELS = (None, "viewer", "editor", "owner")


@dataclass
class HttpPolicyLooking(HttpLooking):
    """A quarter of the people look at a time, in turn, and each at the labels of one document and one collection."""

    turn: int = 0

    def look_again(self) -> None:
        """Raises DifferenceError."""
        self.turn += 1
        for number, (estate, user) in enumerate(readers((self.here, self.there))):
            if number % PARTS == self.turn % PARTS:
                self._look_as(estate, user)

    def _look_as(self, estate: Estate, user: UUID) -> None:
        client, sight = self.server.client(estate.keys[user]), self._sight(estate, user)
        if not sight.is_enabled:
            for path in ("/v1/documents", "/v1/labels"):
                self._expect(sight, path, client.get(path).status_code in REFUSED, "answered")
            return
        self._check_policy(client, sight)
        self._check_labels(client, sight)
        self._check_counts(client, estate, sight)
        self._check_explanations(client, sight)

    def _check_policy(self, client: httpx.Client, sight: Sight) -> None:
        worlds = (self.here.world, self.there.world)
        for path, wanted, candidates in (
            ("/v1/documents", sight.documents(), [key for world in worlds for key in world.documents]),
            ("/v1/collections", sight.collections(), [key for world in worlds for key in world.parents]),
            ("/v1/grants", sight.grants(), [key for world in worlds for key in world.grants]),
            ("/v1/labels", sight.labels(), [key for world in worlds for key in world.labels]),
            ("/v1/clearances", sight.clearances(), [key for world in worlds for key in world.clearances]),
            ("/v1/exclusions", sight.exclusions(), [key for world in worlds for key in world.exclusions]),
        ):
            self._compare(sight, path, self._ids(client, path), wanted, {*candidates})
        path = "/v1/entitlement-packs"
        if sight.watches:
            self._compare(sight, path, self._ids(client, path), {*sight.world.packs}, {*sight.world.packs})
        else:
            self._expect(sight, path, client.get(path).status_code == 403, "answered")

    def _check_labels(self, client: httpx.Client, sight: Sight) -> None:
        """Of one document and one collection, be they the other tenant's."""
        visible, places, world = sight.documents(), sight.collections(), sight.world
        document = self._one(key for each in (self.here, self.there) for key in each.world.documents)
        place = self._one(key for each in (self.here, self.there) for key in each.world.parents)
        held = world.documents.get(document)
        is_there = held is not None and not held.is_deleted
        for path, is_known, labels in (
            (
                f"/v1/documents/{document}/labels",
                document in visible or (sight.watches and is_there),
                set() if held is None else held.labels,
            ),
            (
                f"/v1/collections/{place}/labels",
                place in places or (sight.watches and place in world.parents),
                world.barriers.get(place, set()),
            ),
        ):
            self._check(client, sight, path, is_known)
            if is_known:
                shown = {UUID(item["id"]) for item in client.get(path).json()["items"]}
                self._compare(sight, path, shown, labels & sight.labels(), {*world.labels})

    def _check_counts(self, client: httpx.Client, estate: Estate, sight: Sight) -> None:
        visible = sight.documents()
        seen = [sight.world.documents[each] for each in visible]
        facets = client.get("/v1/documents/facets").raise_for_status().json()
        self._expect(sight, "facets", facets["total"] == len(visible), f"{facets['total']}, not {len(visible)}")
        counted: dict[str, Iterable[Hashable]] = {
            "document_type": [each.kind for each in seen if each.kind is not None],
            "source": [each.source for each in seen if each.source is not None],
            "collection_id": [str(each.collection) for each in seen],
            "status": ["ready" if each in estate.published else "processing" for each in visible],
        }
        for name, values in counted.items():
            found = {each["value"]: each["count"] for each in facets[name]}
            self._expect(sight, f"facets {name}", found == Counter(values), f"{found}, not {Counter(values)}")
        titles = {f"Document {number}" for number, each in enumerate(sight.world.documents) if each in visible}
        items = client.get("/v1/suggestions?q=document").raise_for_status().json()["items"]
        suggested = {each["text"]: each["count"] for each in items if each["kind"] == "title"}
        self._expect(sight, "suggestions", suggested == Counter(titles), f"{suggested}, not {titles}")

    def _check_explanations(self, client: httpx.Client, sight: Sight) -> None:
        """Of one document, and everybody."""
        every = (self.here, self.there)
        document = self._one(key for each in every for key in each.world.documents)
        for user in sight.world.users:
            path = f"/v1/access/explain?document={document}&principal={user}"
            if not sight.watches:
                self._expect(sight, path, client.get(path).status_code == 403, "answered")
                break
            if document not in sight.world.documents:
                self._expect(sight, path, client.get(path).status_code == 404, "told of")
                continue
            estate = next(each for each in every if each.world is sight.world)
            level = self._sight(estate, user).level_at(document)
            told = client.get(path).raise_for_status().json()
            is_right = (told["visible"], told["level"]) == (level > 0, LEVELS[level])
            self._expect(sight, path, is_right, f"{told['level']}, not {LEVELS[level]}: {told['sentence']}")

    def _one(self, of: Iterable[UUID]) -> UUID:
        things = list(of)
        return things[self.turn // PARTS % len(things)]
