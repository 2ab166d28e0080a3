"""Compares responses of the API with the oracle. The response must be the same for hidden and absent objects."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text

from evals.scoring.visibility import ask_streamed, ask_with_key, list_items
from tests.policy.mirrored_tenant import COMMON_WORD, KINDS, MirroredTenant
from tests.policy.oracle import ENGINEER, Access
from tests.policy.read_checks import readers
from tests.policy.tally import DifferenceError

PATHS = (
    "/v1/documents/{document}",
    "/v1/documents/{document}/versions",
    "/v1/documents/{document}/versions/{version}",
    "/v1/documents/{document}/file",
    "/v1/documents/{document}/versions/{version}/file",
    "/v1/documents/{document}/fields",
    "/v1/documents/{document}/tables",
    "/v1/documents/{document}/versions/{version}/tables",
    "/v1/runs/{run}",
)
PUBLISHED_PATHS = (
    "/v1/documents/{document}/pages/1",
    "/v1/documents/{document}/versions/{version}/pages/1",
    "/v1/documents/{document}/pages/1/image?dpi=36",
    "/v1/documents/{document}/versions/{version}/pages/1/image?dpi=36",
    "/v1/documents/{document}/pages/1/overlay?dpi=36",
    "/v1/documents/{document}/versions/{version}/pages/1/overlay?dpi=36",
    "/v1/documents/{document}/tables/1",
    "/v1/documents/{document}/versions/{version}/tables/1",
    "/v1/documents/{document}/tables/1?format=csv",
    "/v1/documents/{document}/versions/{version}/tables/1?format=xlsx",
    "/v1/runs/{run}/events",
    "/v1/review/tasks/{document}",
    "/v1/review/tasks/{document}/earlier",
    "/v1/review/tasks/{document}/fields",
    "/v1/review/fields/{document}",
    "/v1/review/fields/{document}/revisions",
    "/v1/review/fields/{document}/comments",
)
"""Paths that exist only for a published document, whose review task and field have its ID. Its run has finished, so the
event stream of the run ends.
"""
DESK_LISTS = (
    ("/v1/review/tasks", "id"),
    ("/v1/review/corrections", "field_id"),
    ("/v1/review/mentions", "document_id"),
)
QUESTION = f"What does the {COMMON_WORD} say?"
NOT_DRAWABLE = "page-not-drawable"
REFUSED = (401, 403)


@dataclass
class HttpReadChecks:
    """Compares responses to users of both tenants with the oracle. A request for one object counts as one read. A list
    counts as one read for each object that it could contain.
    """

    server: Any
    tenant: MirroredTenant
    other_tenant: MirroredTenant
    absent: dict[tuple[UUID, str], object] = field(default_factory=dict)

    def check_all(self) -> None:
        """Check every list for every user, and every second path of the objects: users take turns. Raises
        DifferenceError.
        """
        for number, (tenant, user) in enumerate(readers((self.tenant, self.other_tenant))):
            client = self.server.client(tenant.keys[user])
            access = self._access_of(tenant, user)
            if not access.is_enabled:
                self._expect(access, "/v1/documents", client.get("/v1/documents").status_code in REFUSED, "answered")
                continue
            self._check_lists(client, tenant, access)
            self._check_addresses(client, access, number % 2)
            self._check_answers(client, access)

    def check_questions(self) -> None:
        """Ask questions as every user. Also check repeated questions of the first tenant's users (`_check_repeating`).

        Afterwards, the database contains answers that the oracle lacks. Raises DifferenceError.
        """
        for tenant, user in readers((self.tenant, self.other_tenant)):
            client = self.server.client(tenant.keys[user])
            access = self._access_of(tenant, user)
            if not access.is_enabled:
                continue
            self._check_asking(client, access)
            if tenant is self.tenant:
                self._check_repeating(client, access)

    @staticmethod
    def _access_of(tenant: MirroredTenant, user: UUID) -> Access:
        with tenant.database.owner.anonymous() as session:
            return Access(tenant.world, user, session.scalar(text("SELECT now()")))

    def _check_lists(self, client: httpx.Client, tenant: MirroredTenant, access: Access) -> None:
        world, visible = access.world, access.documents()
        every = {document for each in (self.tenant, self.other_tenant) for document in each.world.documents}
        collections = {place for each in (self.tenant, self.other_tenant) for place in each.world.parents}
        self._compare(access, "/v1/documents", self._ids(client, "/v1/documents"), visible, every)
        self._compare(
            access, "/v1/collections", self._ids(client, "/v1/collections"), access.collections(), collections
        )
        self._compare(access, "/v1/runs", self._ids(client, "/v1/runs", "document_id"), visible, every)
        grants = {grant for each in (self.tenant, self.other_tenant) for grant in each.world.grants}
        self._compare(access, "/v1/grants", self._ids(client, "/v1/grants"), access.grants(), grants)
        published = visible & tenant.published
        self._compare(access, "/v1/facts", self._ids(client, "/v1/facts", "document_id"), published, every)
        changes = list(_list_changes(client))
        changed = {UUID(each["document_id"]) for each in changes if each["kind"] != "document.deleted"}
        self._compare(access, "/v1/changes", changed - (visible - published), published, every)
        for path, member in DESK_LISTS:
            self._compare(access, path, self._ids(client, path, member), published, every)
        worked = client.get("/v1/review/workload").raise_for_status().json()["people"]
        self._compare(access, "workload", {UUID(each["id"]) for each in worked}, published, every)
        deals = client.get("/v1/review/progress").raise_for_status().json()["items"]
        places = {world.documents[each].collection for each in published} & access.collections()
        self._compare(access, "progress", {UUID(each["collection_id"]) for each in deals}, places, collections)
        deleted = {UUID(each["document_id"]) for each in changes if each["kind"] == "document.deleted"}
        self._compare(access, "/v1/changes of deletions", deleted, access.deletions(), every)
        lines = client.get("/v1/exports").raise_for_status().json()["items"]
        exported = {UUID(line["document"]["id"]) for line in lines}
        self._compare(access, "/v1/exports", exported, published, every)
        for kind in KINDS:
            answer = client.get(f"/v1/issuers/issuer {kind}/statements")
            stated = {UUID(source["document_id"]) for source in answer.json().get("documents", ())}
            self._compare(access, "an issuer's statements", stated, stated & published, every)
            answer = client.post("/v1/formulas", json={"issuer": f"issuer {kind}", "expression": "Revenue"})
            results = answer.json().get("results", ())
            used = {UUID(each["fact"]["document_id"]) for result in results for each in result["inputs"]}
            self._compare(access, "a formula's inputs", used, used & published, every)
            self._expect(access, "a formula", bool(used) == bool(stated), "uses no facts, or facts of no statement")
        for issuer in client.get("/v1/issuers").json()["items"]:
            detail = client.get(f"/v1/issuers/{issuer['id']}").json()
            named = {place["document_id"] for name in detail["names"] for place in name["places"]}
            forms = {name["name"] for name in detail["names"]}
            shown = {UUID(document["id"]) for document in detail["listed_documents"]}
            self._compare(access, "an issuer's documents", shown, published, every)
            self._compare(access, "places of names", {UUID(each) for each in named}, published, every)
            self._compare(access, "names", {each for each in every if each.hex in forms}, published, every)
            self._expect(access, "counts", issuer["documents"] == len(shown), "counts other documents")
        narrowed: list[tuple[str, set[UUID]]] = [
            (f"collection_id={place}", {each for each in visible if world.documents[each].collection == place})
            for place in sorted(collections)
        ]
        narrowed += [("document_type=10-K", {each for each in visible if world.documents[each].kind == "10-K"})]
        narrowed += [("status=ready", visible & tenant.published), ("status=processing", visible - tenant.published)]
        for query, wanted in narrowed:
            self._compare(access, query, self._ids(client, f"/v1/documents?{query}"), wanted, every)
        for query in ("issuer=issuer+10-K", "fiscal_year=2020"):
            found = self._ids(client, f"/v1/documents?{query}")
            self._compare(access, query, found, found & visible, every)
        for document in sorted(every):
            runs = self._ids(client, f"/v1/runs?document_id={document}", "document_id")
            self._compare(access, "/v1/runs of one", runs, visible & {document}, {document})
        for place in sorted(collections):
            self._check(client, access, f"/v1/collections/{place}", place in access.collections())

    def _check_addresses(self, client: httpx.Client, access: Access, first: int) -> None:
        visible = access.documents()
        for tenant in (self.tenant, self.other_tenant):
            for document in tenant.world.documents:
                paths = (*PATHS, *PUBLISHED_PATHS) if document in tenant.published else PATHS
                for template in paths[first::2]:
                    path = template.format(
                        document=document, version=tenant.versions[document], run=tenant.runs[document]
                    )
                    self._check(client, access, path, document in visible)

    def _check_answers(self, client: httpx.Client, access: Access) -> None:
        asked, readable, own = access.world.answers, access.answers(), access.questions()
        listed = self._ids(client, "/v1/questions")
        self._compare(access, "/v1/questions", listed & {*asked}, own, {*asked})
        for question in asked:
            self._check(client, access, f"/v1/questions/{question}", question in own)
            if question in own:
                claims = client.get(f"/v1/questions/{question}").json()["claims"]
                cited = {UUID(span["document_id"]) for claim in claims for span in claim["citations"]}
                wanted = set(asked[question].cited) if question in readable else set()
                self._compare(access, "an answer's citations", cited, wanted, {*access.world.documents})
                self._expect(
                    access,
                    "an answer",
                    bool(claims) == (question in readable),
                    "has claims although unreadable, or none although readable",
                )

        self._check_conversations(client, access)

    def _check_conversations(self, client: httpx.Client, access: Access) -> None:
        """Each answer is a turn of its own conversation, which has the ID of the question."""
        asked, readable, own = access.world.answers, access.answers(), access.questions()
        self._compare(access, "/v1/conversations", self._ids(client, "/v1/conversations") & {*asked}, own, {*asked})
        for question in asked:
            self._check(client, access, f"/v1/conversations/{question}", question in own)
            self._check(client, access, f"/v1/conversations/{question}/turns/{question}", question in own)
            self._check(client, access, f"/v1/questions/{question}/feedback", question in own & access.feedback())
            if question in own:
                (turn,) = client.get(f"/v1/conversations/{question}/turns").json()["items"]
                is_read, is_answered = turn["understood"] is not None, bool((turn["answer"] or {}).get("claims"))
                is_right = is_read == is_answered == (question in readable)
                self._expect(access, "a turn", is_right, "is shown although unreadable, or not although readable")
        if access.has_role(ENGINEER):
            self._compare(access, "/v1/feedback", self._ids(client, "/v1/feedback"), access.feedback(), {*asked})

    def _check_asking(self, client: httpx.Client, access: Access) -> None:
        """Ask a question about all documents, and one about the hidden documents only. The answers must not use hidden
        documents.
        """
        visible, every = access.documents(), {*self.tenant.world.documents, *self.other_tenant.world.documents}
        reply = ask_streamed(client, QUESTION)
        found = {*reply.sources, *reply.cited}
        self._compare(access, "sources", found, found & visible, every)
        reply = ask_streamed(client, QUESTION, sorted(every - visible))
        self._compare(access, "sources of hidden documents", {*reply.sources, *reply.cited}, set(), every)

    def _check_repeating(self, client: httpx.Client, access: Access) -> None:
        """Ask a question, exclude the user from the cited documents, and repeat the request with its idempotency key.
        The second response must not cite these documents.
        """
        key, every = uuid4().hex, {*self.tenant.world.documents}
        cited = {*ask_with_key(client, QUESTION, key).cited}
        self._compare(access, "citations", cited, cited & access.documents(), every)
        admin = next(iter(self.tenant.world.users))
        for document in cited:
            assert self.tenant.exclude(admin, access.user, document, None)
        try:
            again = {*ask_with_key(client, QUESTION, key).cited}
        except httpx.HTTPStatusError as error:
            self._expect(access, "a repeated question", error.response.is_client_error, error.response.text)
            again = set()
        self._compare(access, "citations of a repeat", again, again - cited, every)

    def _check(self, client: httpx.Client, access: Access, path: str, is_shown: bool) -> None:
        status, words = _get(client, path)
        template = "/".join("…" if _is_id(part) else part for part in path.split("/"))
        if is_shown:
            self._expect(access, path, status == 200 or NOT_DRAWABLE in words, f"not shown: {status}")
            return
        known = (access.user, template)
        if known not in self.absent:
            self.absent[known] = _get(
                client, "/".join(str(uuid4()) if part == "…" else part for part in template.split("/"))
            )
        self._expect(
            access, path, status == 404 and (status, words) == self.absent[known], f"revealed: {status} {words}"
        )

    @staticmethod
    def _ids(client: httpx.Client, path: str, member: str = "id") -> set[UUID]:
        return {UUID(item[member]) for item in list_items(client, path)}

    def _compare(self, access: Access, what: str, seen: set[UUID], wanted: set[UUID], candidates: set[UUID]) -> None:
        self.tenant.tally.reads += len(candidates | seen | wanted) - 1
        odd = sorted(seen ^ wanted)
        self._expect(
            access,
            what,
            not odd,
            ", ".join(f"{self._name(each)} {'shown' if each in seen else 'not shown'}" for each in odd),
        )

    def _expect(self, access: Access, path: str, is_right: bool, otherwise: str) -> None:
        self.tenant.tally.reads += 1
        if not is_right:
            self.tenant.tally.differences += 1
            raise DifferenceError(f"{path} as {self._name(access.user)}: {otherwise}")

    def _name(self, key: UUID) -> str:
        return {**self.tenant.names, **self.other_tenant.names}.get(str(key), str(key))


def _list_changes(client: httpx.Client) -> Iterator[dict[str, Any]]:
    feed: dict[str, Any] = {"has_more": True, "cursor": None}
    while feed["has_more"]:
        params = {"limit": 200} | ({"after": feed["cursor"]} if feed["cursor"] else {})
        feed = client.get("/v1/changes", params=params).raise_for_status().json()
        yield from feed["items"]


def _get(client: httpx.Client, path: str) -> tuple[int, frozenset[str]]:
    """Return the status and the values of the problem document. Omit `instance`, which differs for each request."""
    answer = client.get(path)
    problem = answer.json() if answer.is_error else {}
    return answer.status_code, frozenset(str(value) for name, value in problem.items() if name != "instance")


def _is_id(part: str) -> bool:
    try:
        UUID(part)
    except ValueError:
        return False
    return True
