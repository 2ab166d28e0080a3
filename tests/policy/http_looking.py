"""What users see over HTTP, held against the oracle: what is hidden is answered like what is not there, in the same
words.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text

from evals.scoring.visibility import ask_streamed, ask_with_key, list_items
from tests.policy.estate import COMMON_WORD, Estate
from tests.policy.looking import readers
from tests.policy.oracle import Sight
from tests.policy.tally import DifferenceError

WAYS = (
    "/v1/documents/{document}",
    "/v1/documents/{document}/versions",
    "/v1/documents/{document}/versions/{version}",
    "/v1/documents/{document}/file",
    "/v1/documents/{document}/versions/{version}/file",
    "/v1/runs/{run}",
)
PUBLISHED_WAYS = (
    "/v1/documents/{document}/pages/1",
    "/v1/documents/{document}/versions/{version}/pages/1",
    "/v1/documents/{document}/pages/1/image?dpi=36",
    "/v1/documents/{document}/versions/{version}/pages/1/image?dpi=36",
    "/v1/runs/{run}/events",
)
"""Those that only a document that was read has, and whose run is over."""
QUESTION = f"What does the {COMMON_WORD} say?"
NOT_DRAWABLE = "page-not-drawable"
REFUSED = (401, 403)


@dataclass
class HttpLooking:
    """Compares what users of the estates see. Each request that is checked counts as one read, each list as many as
    there are objects that could be in it.
    """

    server: Any
    here: Estate
    there: Estate
    absent: dict[tuple[UUID, str], object] = field(default_factory=dict)

    def look(self) -> None:
        """Everybody, everything. Raises DifferenceError."""
        for estate, user in readers((self.here, self.there)):
            client = self.server.client(estate.keys[user])
            sight = self._sight(estate, user)
            if not sight.is_enabled:
                self._expect(sight, "/v1/documents", client.get("/v1/documents").status_code in REFUSED, "answered")
                continue
            self._check_lists(client, estate, sight)
            self._check_addresses(client, sight)
            self._check_answers(client, sight)

    def ask(self) -> None:
        """Everybody asks; then whoever was told something of this tenant is closed out of it, and repeats it.

        Afterwards there are answers that the oracle's world does not know. Raises DifferenceError.
        """
        for estate, user in readers((self.here, self.there)):
            client = self.server.client(estate.keys[user])
            sight = self._sight(estate, user)
            if not sight.is_enabled:
                continue
            self._check_asking(client, sight)
            if estate is self.here:
                self._check_repeating(client, sight)

    @staticmethod
    def _sight(estate: Estate, user: UUID) -> Sight:
        with estate.database.owner.anonymous() as session:
            return Sight(estate.world, user, session.scalar(text("SELECT now()")))

    def _check_lists(self, client: httpx.Client, estate: Estate, sight: Sight) -> None:
        world, visible = sight.world, sight.documents()
        every = {document for each in (self.here, self.there) for document in each.world.documents}
        places = {place for each in (self.here, self.there) for place in each.world.parents}
        self._compare(sight, "/v1/documents", self._ids(client, "/v1/documents"), visible, every)
        self._compare(sight, "/v1/collections", self._ids(client, "/v1/collections"), sight.collections(), places)
        self._compare(sight, "/v1/runs", self._ids(client, "/v1/runs", "document_id"), visible, every)
        grants = {grant for each in (self.here, self.there) for grant in each.world.grants}
        self._compare(sight, "/v1/grants", self._ids(client, "/v1/grants"), sight.grants(), grants)
        narrowed: list[tuple[str, set[UUID]]] = [
            (f"collection_id={place}", {each for each in visible if world.documents[each].collection == place})
            for place in sorted(places)
        ]
        narrowed += [("document_type=10-K", {each for each in visible if world.documents[each].kind == "10-K"})]
        narrowed += [("status=ready", visible & estate.published), ("status=processing", visible - estate.published)]
        for query, wanted in narrowed:
            self._compare(sight, query, self._ids(client, f"/v1/documents?{query}"), wanted, every)
        for query in ("issuer=issuer+10-K", "fiscal_year=2020"):
            found = self._ids(client, f"/v1/documents?{query}")
            self._compare(sight, query, found, found & visible, every)
        for document in sorted(every):
            runs = self._ids(client, f"/v1/runs?document_id={document}", "document_id")
            self._compare(sight, "/v1/runs of one", runs, visible & {document}, {document})
        for place in sorted(places):
            self._check(client, sight, f"/v1/collections/{place}", place in sight.collections())

    def _check_addresses(self, client: httpx.Client, sight: Sight) -> None:
        visible = sight.documents()
        for estate in (self.here, self.there):
            for document in estate.world.documents:
                ways = (*WAYS, *PUBLISHED_WAYS) if document in estate.published else WAYS
                for way in ways:
                    path = way.format(document=document, version=estate.versions[document], run=estate.runs[document])
                    self._check(client, sight, path, document in visible)

    def _check_answers(self, client: httpx.Client, sight: Sight) -> None:
        asked, readable, own = sight.world.answers, sight.answers(), sight.questions()
        listed = self._ids(client, "/v1/questions")
        self._compare(sight, "/v1/questions", listed & {*asked}, own, {*asked})
        for question in asked:
            self._check(client, sight, f"/v1/questions/{question}", question in own)
            if question in own:
                claims = client.get(f"/v1/questions/{question}").json()["claims"]
                cited = {UUID(span["document_id"]) for claim in claims for span in claim["citations"]}
                wanted = set(asked[question].cited) if question in readable else set()
                self._compare(sight, "an answer's citations", cited, wanted, {*sight.world.documents})
                self._expect(sight, "an answer", bool(claims) == (question in readable), "told, or not told")

    def _check_asking(self, client: httpx.Client, sight: Sight) -> None:
        """Of everything, and of what is hidden alone."""
        visible, every = sight.documents(), {*self.here.world.documents, *self.there.world.documents}
        told = ask_streamed(client, QUESTION)
        found = {*told.sources, *told.cited}
        self._compare(sight, "sources", found, found & visible, every)
        told = ask_streamed(client, QUESTION, sorted(every - visible))
        self._compare(sight, "sources of what is hidden", {*told.sources, *told.cited}, set(), every)

    def _check_repeating(self, client: httpx.Client, sight: Sight) -> None:
        """Under a key, and again when what was cited is closed: what was kept for repeats tells no more of it."""
        key, every = uuid4().hex, {*self.here.world.documents}
        cited = {*ask_with_key(client, QUESTION, key).cited}
        self._compare(sight, "citations", cited, cited & sight.documents(), every)
        chief = next(iter(self.here.world.users))
        for document in cited:
            assert self.here.exclude(chief, sight.user, document, None)
        try:
            again = {*ask_with_key(client, QUESTION, key).cited}
        except httpx.HTTPStatusError as error:
            self._expect(sight, "a repeated question", error.response.is_client_error, error.response.text)
            again = set()
        self._compare(sight, "citations of a repeat", again, again - cited, every)

    def _check(self, client: httpx.Client, sight: Sight, path: str, is_shown: bool) -> None:
        status, words = _told(client, path)
        way = "/".join("…" if _is_id(part) else part for part in path.split("/"))
        if is_shown:
            self._expect(sight, path, status == 200 or NOT_DRAWABLE in words, f"not shown: {status}")
            return
        known = (sight.user, way)
        if known not in self.absent:
            self.absent[known] = _told(
                client, "/".join(str(uuid4()) if part == "…" else part for part in way.split("/"))
            )
        self._expect(sight, path, status == 404 and (status, words) == self.absent[known], f"told of: {status} {words}")

    @staticmethod
    def _ids(client: httpx.Client, path: str, member: str = "id") -> set[UUID]:
        return {UUID(item[member]) for item in list_items(client, path)}

    def _compare(self, sight: Sight, way: str, seen: set[UUID], wanted: set[UUID], candidates: set[UUID]) -> None:
        self.here.tally.reads += len(candidates | seen | wanted) - 1
        odd = sorted(seen ^ wanted)
        self._expect(
            sight,
            way,
            not odd,
            ", ".join(f"{self._name(each)} {'shown' if each in seen else 'not shown'}" for each in odd),
        )

    def _expect(self, sight: Sight, way: str, is_right: bool, otherwise: str) -> None:
        self.here.tally.reads += 1
        if not is_right:
            self.here.tally.differences += 1
            raise DifferenceError(f"{way} as {self._name(sight.user)}: {otherwise}")

    def _name(self, key: UUID) -> str:
        return {**self.here.names, **self.there.names}.get(str(key), str(key))


def _told(client: httpx.Client, path: str) -> tuple[int, frozenset[str]]:
    """The status, and of a problem what it says but for the request's own id."""
    answer = client.get(path)
    problem = answer.json() if answer.is_error else {}
    return answer.status_code, frozenset(str(value) for name, value in problem.items() if name != "instance")


def _is_id(part: str) -> bool:
    try:
        UUID(part)
    except ValueError:
        return False
    return True
