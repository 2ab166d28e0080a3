"""Permissions: compares the objects that the API shows to askers with the results of an independent oracle.

The documents of a question set are put into nested collections by issuer. Askers receive random rights, with the data's
digest as the seed. Grants to users are on an inner collection, an outer collection or a single document. Grants to
groups are on an inner collection. Some grants have expired. Every list, page, image, answer and question is requested
with the askers' own keys. A document that only the system or only the oracle shows is a difference.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.retrieval.filters import SearchFilters
from app.settings import Settings
from evals.datasets.questions import QuestionCase, load_questions
from evals.environment.answering import Asking, build_asking, describe_use
from evals.environment.context import SuiteContext, Used
from evals.environment.restricted import RestrictedStore, open_restricted_store
from evals.environment.store import Asker
from evals.running.engine import Case, Suite
from evals.scoring.oracle import OracleGrant, World
from evals.scoring.visibility import AccessChecker, Known, Visibility, ask_streamed, ask_with_key, list_items

ASKERS = 12
ASKED_BY = 3
ENDED, ENDS_LATER = "2001-01-01T00:00:00Z", "2199-01-01T00:00:00Z"
LISTING, ASKING = "listing", "asking"
MOST_LOOKED_AT = 60
MOST_NARROWED_TO = 50
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class PermissionCase:
    """A check of asker number `asker`. The kind `listing` checks lists and addresses; `asking` checks an answer."""

    id: str
    kind: str
    asker: int
    question: QuestionCase | None = None


@dataclass(frozen=True, slots=True)
class PermissionScoring:
    """Asks with the rights of the case's asker. `collections` maps ids to names. Implements `Scoring`."""

    url: str
    askers: Sequence[Asker]
    world: World
    everything: Asker
    asking: Asking
    known: Mapping[UUID, Known]
    collections: Mapping[str, str]
    used: Used

    def score(self, case: PermissionCase) -> Case:
        findings = self._listing(case) if case.question is None else self._asking(case, case.question)
        return Case(
            id=case.id,
            kind=case.kind,
            score=float(not findings),
            reason="as the oracle says" if not findings else f"{len(findings)} differences: {findings[0]}",
            measures={"differences": float(len(findings))},
            details={"visible": len(self._visibility(case).visible), "differences": sorted(findings)},
            trace={"question": case.question.question if case.question else ""},
        )

    def _visibility(self, case: PermissionCase) -> Visibility:
        user = _name(case.asker)
        return Visibility(self.known, self.world.visible_to(user), self.collections, self.world.opened_to(user))

    def _listing(self, case: PermissionCase) -> list[str]:
        """Check the lists, and every address of each document, or of a sample of `MOST_LOOKED_AT` documents."""
        chosen = sorted(self.known.values(), key=lambda document: document.name)
        if len(chosen) > MOST_LOOKED_AT:
            chosen = random.Random(case.id).sample(chosen, MOST_LOOKED_AT)  # noqa: S311  not a secret
        with self._client(self.askers[case.asker]) as client:
            checker = AccessChecker(client, self._visibility(case))
            findings = list(checker.check_lists())
            for document in chosen:
                findings.extend(checker.check_document(document))
        return findings

    def _asking(self, case: PermissionCase, question: QuestionCase) -> list[str]:
        """Ask first as the user who sees everything, so that a leak from one question to the next is found.

        Both askers send the same `Idempotency-Key`. Each must get the answer to its own question.
        """
        asker, visibility, key = self.askers[case.asker], self._visibility(case), uuid4().hex
        with self._client(self.everything) as client:
            first = ask_with_key(client, question.question, key)
        asked = self.asking.ask(asker.principal, question.question)
        findings = _hidden(visibility, (passage.document_id for passage in asked.passages), "retrieved")
        findings += _hidden(
            visibility, (span.document_id for claim in asked.answer.shown() for span in claim.citations), "cited"
        )
        if not visibility.visible and (asked.passages or asked.answer.shown() or asked.dropped):
            findings.append("a user without access gets an answer")
        with self._client(asker) as client:
            result, again = (ask_with_key(client, question.question, key) for _ in range(2))
            streamed = ask_streamed(client, question.question)
            findings += _hidden(visibility, streamed.sources, "a source over HTTP")
            findings += _hidden(visibility, (*result.cited, *again.cited, *streamed.cited), "cited over HTTP")
            if result.id == first.id or again.id != result.id:
                findings.append("a repeated request gets another question's answer")
            checker = AccessChecker(client, visibility)
            findings += checker.check_address(f"/v1/questions/{first.id}", "another user's question", shown=False)
            if first.id in {item["id"] for item in list_items(client, "/v1/questions")}:
                findings.append("another user's question is listed")
            findings += self._narrowed(client, asker, visibility, question)
        return findings

    def _narrowed(
        self, client: httpx.Client, asker: Asker, visibility: Visibility, question: QuestionCase
    ) -> Iterator[str]:
        """Check that a search in hidden documents finds nothing, and that one in a visible document finds it."""
        hidden = sorted(self.known.keys() - visibility.visible, key=visibility.name)[:MOST_NARROWED_TO]
        if hidden:
            result = ask_streamed(client, question.question, hidden)
            if result.sources or result.cited or result.dropped:
                yield "a search in only hidden documents returns results"
        readable = sorted((each for each in visibility.visible if self.known[each].readable), key=visibility.name)
        if readable:
            one = readable[len(question.id) % len(readable)]
            asked = self.asking.ask(asker.principal, question.question, SearchFilters(document_ids=(one,)))
            if {passage.document_id for passage in asked.passages} != {one}:
                yield f"{visibility.name(one)} is not found by a search in it alone"

    def _client(self, asker: Asker) -> httpx.Client:
        headers = {"Authorization": f"Bearer {asker.key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=_SECONDS, trust_env=False)


def _hidden(visibility: Visibility, documents: Iterable[UUID], what: str) -> list[str]:
    """Return a finding for each document that is shown although the asker may not see it."""
    hidden = set(documents) - visibility.visible
    return [f"{name} is {what}" for name in sorted(map(visibility.name, hidden))]


class PermissionsSuite(Suite[PermissionCase]):
    name = "permissions"
    version = "2"
    purpose = "what users with different rights are shown, against an independent oracle"
    metrics = (MetricSpec(name="differences", of=("differences",), how=Aggregate.SUM, better=Better.LOWER, hard=True),)

    def load(self, data: Path) -> Sequence[PermissionCase]:
        questions = load_questions(data).cases
        cases = [PermissionCase(f"{_name(number)}/{LISTING}", LISTING, number) for number in range(ASKERS)]
        for place, question in enumerate(questions):
            for step in range(ASKED_BY):
                number = (place + step * (ASKERS // ASKED_BY)) % ASKERS
                cases.append(PermissionCase(f"{question.id}/{_name(number)}", ASKING, number, question))
        return cases

    @contextmanager
    def open(self, context: SuiteContext, cases: Sequence[PermissionCase]) -> Iterator[PermissionScoring]:
        with open_restricted_store(context, load_questions(context.data)) as store:
            context.notify(f"Asking {len(cases)} times as {ASKERS} askers about {len(store.collections)} issuers")
            yield build_scoring(store, seed=context.data_digest)


def build_scoring(store: RestrictedStore, *, seed: str) -> PermissionScoring:
    """Create askers with random rights on the store, and the oracle with the same rights."""
    known = list_known(store)
    world, askers = draw_world(store, known, seed=seed)
    return PermissionScoring(
        url=store.stack.url,
        askers=askers,
        world=world,
        everything=store.make_asker(store.collections),
        asking=build_asking(store.database, chat=None),
        known=known,
        collections={place: name for name, place in {**store.collections, **store.parent_collections}.items()},
        used=describe_use(None, Settings()),
    )


def list_known(store: RestrictedStore) -> dict[UUID, Known]:
    """List all documents as their owner sees them. The data, not the API, determines a document's collection."""
    runs = {run.document_id: run.id for run in store.client.list_runs()}
    places = set(store.collections.values())
    known: dict[UUID, Known] = {}
    for document in store.client.list_documents():
        result = document.model_dump()
        if result["collection_id"] not in places:
            continue
        found = UUID(document.id)
        issuer = store.issuers.get(found)
        known[found] = Known(
            id=found,
            name=next(iter(store.names.get(found, ())), "a document that could not be read"),
            collection=result["collection_id"] if issuer is None else store.collections[issuer],
            version=result["newest_version"]["id"],
            run=runs[document.id],
            readable=document.status == "ready",
        )
    return known


def draw_world(store: RestrictedStore, known: Mapping[UUID, Known], *, seed: str) -> tuple[World, list[Asker]]:
    """Create askers with random rights, granted through the API, and the same rights for the oracle."""
    draw = random.Random(seed)  # noqa: S311  not a secret
    names = {place: issuer for issuer, place in store.collections.items()}
    world = World(
        parents={**dict.fromkeys(store.parents.values()), **{i: store.parents[i] for i in store.collections}},
        documents={document.id: names[document.collection] for document in known.values()},
    )
    ids = {**store.collections, **store.parent_collections}
    askers = [store.make_asker() for _ in range(ASKERS)]
    issuers, outer = sorted(store.collections), sorted(store.parent_collections)
    documents = sorted(world.documents, key=lambda document: known[document].name)
    for number, asker in enumerate(askers):
        user = str(asker.principal.user_id)
        if number == 0:
            continue  # the first asker gets no rights
        for issuer in draw.sample(issuers, draw.randint(0, min(3, len(issuers)))):
            ended = draw.random() < 0.25
            store.grant(user_id=user, collection_id=ids[issuer], expires_at=ENDED if ended else ENDS_LATER)
            world.grants.append(OracleGrant(user=_name(number), collection=issuer, ended=ended))
        if draw.random() < 0.3:
            place = draw.choice(outer)
            store.grant(user_id=user, collection_id=ids[place])
            world.grants.append(OracleGrant(user=_name(number), collection=place))
        if draw.random() < 0.4:
            document = draw.choice(documents[: max(3, ASKERS // 4)])
            store.grant(user_id=user, document_id=str(document))
            world.grants.append(OracleGrant(user=_name(number), document=document))
    for name in ("first desk", "second desk"):
        group = store.make_group()
        members = draw.sample(range(1, ASKERS), 4)
        for number in members:
            store.join(group, str(askers[number].principal.user_id))
        issuer = draw.choice(issuers)
        store.grant(group_id=group, collection_id=ids[issuer])
        world.members[name] = {_name(number) for number in members}
        world.grants.append(OracleGrant(group=name, collection=issuer))
    return world, askers


def _name(number: int) -> str:
    return f"asker-{number:02d}"


SUITE = PermissionsSuite()
