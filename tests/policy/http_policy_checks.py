"""Compares the API's responses about the policy with the oracle after each change. The responses contain labels,
clearances, exclusions, packs, explanations, facets and suggestions.
"""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from uuid import UUID

import httpx

from tests.policy.http_read_checks import REFUSED, HttpReadChecks
from tests.policy.mirrored_tenant import MirroredTenant
from tests.policy.oracle import Access
from tests.policy.read_checks import readers

PARTS = 4
LEVELS = (None, "viewer", "editor", "owner")


@dataclass
class HttpPolicyChecks(HttpReadChecks):
    """Compares responses after a change. Each call checks a quarter of the users, to save time. For the same reason, it
    reads the labels of only one document and one collection.
    """

    turn: int = 0

    def check_next_users(self) -> None:
        """Check the next quarter of the users. Raises DifferenceError."""
        self.turn += 1
        for number, (tenant, user) in enumerate(readers((self.tenant, self.other_tenant))):
            if number % PARTS == self.turn % PARTS:
                self._check_as(tenant, user)

    def _check_as(self, tenant: MirroredTenant, user: UUID) -> None:
        client, access = self.server.client(tenant.keys[user]), self._access_of(tenant, user)
        if not access.is_enabled:
            for path in ("/v1/documents", "/v1/labels"):
                self._expect(access, path, client.get(path).status_code in REFUSED, "answered")
            return
        self._check_policy(client, access)
        self._check_labels(client, access)
        self._check_counts(client, tenant, access)
        self._check_explanations(client, access)

    def _check_policy(self, client: httpx.Client, access: Access) -> None:
        worlds = (self.tenant.world, self.other_tenant.world)
        for path, wanted, candidates in (
            ("/v1/documents", access.documents(), [key for world in worlds for key in world.documents]),
            ("/v1/collections", access.collections(), [key for world in worlds for key in world.parents]),
            ("/v1/grants", access.grants(), [key for world in worlds for key in world.grants]),
            ("/v1/labels", access.labels(), [key for world in worlds for key in world.labels]),
            ("/v1/clearances", access.clearances(), [key for world in worlds for key in world.clearances]),
            ("/v1/exclusions", access.exclusions(), [key for world in worlds for key in world.exclusions]),
        ):
            self._compare(access, path, self._ids(client, path), wanted, {*candidates})
        path = "/v1/entitlement-packs"
        if access.sees_policy:
            self._compare(access, path, self._ids(client, path), {*access.world.packs}, {*access.world.packs})
        else:
            self._expect(access, path, client.get(path).status_code == 403, "answered")

    def _check_labels(self, client: httpx.Client, access: Access) -> None:
        """Check the labels of one document and one collection. They may belong to the other tenant."""
        visible, collections, world = access.documents(), access.collections(), access.world
        document = self._pick(key for each in (self.tenant, self.other_tenant) for key in each.world.documents)
        collection = self._pick(key for each in (self.tenant, self.other_tenant) for key in each.world.parents)
        held = world.documents.get(document)
        is_there = held is not None and not held.is_deleted
        for path, is_known, labels in (
            (
                f"/v1/documents/{document}/labels",
                document in visible or (access.sees_policy and is_there),
                set() if held is None else held.labels,
            ),
            (
                f"/v1/collections/{collection}/labels",
                collection in collections or (access.sees_policy and collection in world.parents),
                world.collection_labels.get(collection, set()),
            ),
        ):
            self._check(client, access, path, is_known)
            if is_known:
                shown = {UUID(item["id"]) for item in client.get(path).json()["items"]}
                self._compare(access, path, shown, labels & access.labels(), {*world.labels})

    def _check_counts(self, client: httpx.Client, tenant: MirroredTenant, access: Access) -> None:
        visible = access.documents()
        seen = [access.world.documents[each] for each in visible]
        facets = client.get("/v1/documents/facets").raise_for_status().json()
        self._expect(access, "facets", facets["total"] == len(visible), f"{facets['total']}, not {len(visible)}")
        counted: dict[str, Iterable[Hashable]] = {
            "document_type": [each.kind for each in seen if each.kind is not None],
            "source": [each.source for each in seen if each.source is not None],
            "collection_id": [str(each.collection) for each in seen],
            "status": ["ready" if each in tenant.published else "processing" for each in visible],
        }
        for name, values in counted.items():
            found = {each["value"]: each["count"] for each in facets[name]}
            self._expect(access, f"facets {name}", found == Counter(values), f"{found}, not {Counter(values)}")
        titles = {f"Document {number}" for number, each in enumerate(access.world.documents) if each in visible}
        items = client.get("/v1/suggestions?q=document").raise_for_status().json()["items"]
        suggested = {each["text"]: each["count"] for each in items if each["kind"] == "title"}
        self._expect(access, "suggestions", suggested == Counter(titles), f"{suggested}, not {titles}")

    def _check_explanations(self, client: httpx.Client, access: Access) -> None:
        """Check the explanation of each user's access to one document."""
        every = (self.tenant, self.other_tenant)
        document = self._pick(key for each in every for key in each.world.documents)
        for user in access.world.users:
            path = f"/v1/access/explain?document={document}&principal={user}"
            if not access.sees_policy:
                self._expect(access, path, client.get(path).status_code == 403, "answered")
                break
            if document not in access.world.documents:
                self._expect(access, path, client.get(path).status_code == 404, "revealed")
                continue
            tenant = next(each for each in every if each.world is access.world)
            level = self._access_of(tenant, user).level_at(document)
            explanation = client.get(path).raise_for_status().json()
            is_right = (explanation["visible"], explanation["level"]) == (level > 0, LEVELS[level])
            self._expect(
                access, path, is_right, f"{explanation['level']}, not {LEVELS[level]}: {explanation['sentence']}"
            )

    def _pick(self, of: Iterable[UUID]) -> UUID:
        items = list(of)
        return items[self.turn // PARTS % len(items)]
