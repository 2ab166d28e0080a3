"""Permissions: what principals of different rights are shown, against an oracle written apart from the SQL.

Of a set of questions, the documents are put into nested collections by issuer, and askers are made whose rights are
drawn at random (with the data's digest as seed): by collection, by what is around it, by group, by single document, by
a grant that has ended. Every list, page, image, answer and question is asked for with the askers' own keys; each
document that the system shows and the oracle does not, or the other way round, is a difference.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx

from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.settings import Settings
from evals.answering import Asking, build_asking, describe_use
from evals.data import QuestionCase, load_questions
from evals.engine import Case, Suite, SuiteContext, Used
from evals.oracle import Given, World
from evals.store import Asker, Names
from evals.walls import WalledStore, open_walled_store

ASKERS = 12
ASKED_BY = 3
ENDED = "2001-01-01T00:00:00Z"
LISTING, ASKING = "listing", "asking"
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class PermissionCase:
    """What an asker (by number) is shown: of all documents (`listing`), or for a question (`asking`)."""

    id: str
    kind: str
    asker: int
    question: QuestionCase | None = None


@dataclass(frozen=True, slots=True)
class PermissionScoring:
    """Asks as the case's asker. Implements `Scoring`."""

    url: str
    askers: Sequence[Asker]
    world: World
    everything: Asker
    asking: Asking
    names: Names
    used: Used

    def score(self, case: PermissionCase) -> Case:
        findings = self._listing(case) if case.question is None else self._asking(case, case.question)
        return Case(
            id=case.id,
            kind=case.kind,
            score=float(not findings),
            reason="as the oracle says" if not findings else f"{len(findings)} differences: {findings[0]}",
            measures={"differences": float(len(findings))},
            details={"visible": len(self._visible(case)), "differences": sorted(findings)},
            trace={"question": case.question.question if case.question else ""},
        )

    def _visible(self, case: PermissionCase) -> frozenset[UUID]:
        return self.world.visible_to(_name(case.asker))

    def _listing(self, case: PermissionCase) -> list[str]:
        """Every way by id to every document, and the list of all."""
        visible, findings = self._visible(case), list[str]()
        with self._client(self.askers[case.asker]) as client:
            listed = {UUID(item["id"]) for item in _all_items(client, "/v1/documents")}
            for document in sorted(listed ^ visible):
                findings.append(f"{self._title(document)} is {'listed' if document in listed else 'not listed'}")
            for document in self.world.documents:
                for path in ("", "/versions", "/pages/1", "/file"):
                    shown = client.get(f"/v1/documents/{document}{path}").status_code != httpx.codes.NOT_FOUND
                    if shown != (document in visible):
                        findings.append(f"{self._title(document)}{path} is {'shown' if shown else 'not shown'}")
        return findings

    def _asking(self, case: PermissionCase, question: QuestionCase) -> list[str]:
        """Whoever sees everything asks first, so that anything kept between two questions would show."""
        visible, asker = self._visible(case), self.askers[case.asker]
        first = self.asking.ask(self.everything.principal, question.question)
        asked = self.asking.ask(asker.principal, question.question)
        retrieved = {passage.document_id for passage in asked.passages}
        cited = {span.document_id for claim in asked.answer.claims for span in claim.citations}
        findings = [f"{self._title(document)} is retrieved" for document in sorted(retrieved - visible)]
        findings += [f"{self._title(document)} is cited" for document in sorted(cited - visible)]
        if not visible and (asked.passages or asked.answer.claims or asked.dropped):
            findings.append("something is said to whom nothing is open")
        with self._client(asker) as client:
            if client.get(f"/v1/questions/{first.answer.question_id}").status_code != httpx.codes.NOT_FOUND:
                findings.append("somebody else's question is shown")
            answer = client.post("/v1/questions", json={"question": question.question}).raise_for_status().json()
        over_http = {UUID(span["document_id"]) for claim in answer["claims"] for span in claim["citations"]}
        findings += [f"{self._title(document)} is cited over HTTP" for document in sorted(over_http - visible)]
        return findings

    def _title(self, document: UUID) -> str:
        return next(iter(self.names.get(document, ())), "a document of another run")

    def _client(self, asker: Asker) -> httpx.Client:
        headers = {"Authorization": f"Bearer {asker.key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=_SECONDS, trust_env=False)


class PermissionsSuite(Suite[PermissionCase]):
    name = "permissions"
    version = "1"
    purpose = "nothing shown, retrieved or cited that the principal may not read, nor less; against an oracle"
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
        with open_walled_store(context, load_questions(context.data)) as store:
            context.say(
                f"{len(cases)} times as one of {ASKERS} askers behind walls around {len(store.collections)} issuers"
            )
            world, askers = draw_world(store, seed=context.data_digest)
            yield PermissionScoring(
                url=store.stack.url,
                askers=askers,
                world=world,
                everything=store.make_asker(store.collections),
                asking=build_asking(store.database, chat=None),
                names=store.names,
                used=describe_use(None, Settings()),
            )


def draw_world(store: WalledStore, *, seed: str) -> tuple[World, list[Asker]]:
    """Askers with rights drawn at random, given through the API, and the same rights as the oracle is told of them."""
    draw = random.Random(seed)  # noqa: S311  a sample
    world = World(
        parents={**dict.fromkeys(store.parents.values()), **{i: store.parents[i] for i in store.collections}},
        documents=dict(store.issuers),
    )
    ids = {**store.collections, **store.parent_collections}
    askers = [store.make_asker() for _ in range(ASKERS)]
    issuers, outer = sorted(store.collections), sorted(store.parent_collections)
    documents = sorted(world.documents, key=lambda document: store.names[document])
    for number, asker in enumerate(askers):
        user = str(asker.principal.user_id)
        if number == 0:
            continue  # nobody opens anything to the first
        for issuer in draw.sample(issuers, draw.randint(0, min(3, len(issuers)))):
            ended = draw.random() < 0.25
            store.grant(user_id=user, collection_id=ids[issuer], **({"expires_at": ENDED} if ended else {}))
            world.given.append(Given(user=_name(number), collection=issuer, ended=ended))
        if draw.random() < 0.3:
            place = draw.choice(outer)
            store.grant(user_id=user, collection_id=ids[place])
            world.given.append(Given(user=_name(number), collection=place))
        if draw.random() < 0.4:
            document = draw.choice(documents[: max(3, ASKERS // 4)])
            store.grant(user_id=user, document_id=str(document))
            world.given.append(Given(user=_name(number), document=document))
    for name in ("first desk", "second desk"):
        group = store.make_group()
        members = draw.sample(range(1, ASKERS), 4)
        for number in members:
            store.join(group, str(askers[number].principal.user_id))
        issuer = draw.choice(issuers)
        store.grant(group_id=group, collection_id=ids[issuer])
        world.members[name] = {_name(number) for number in members}
        world.given.append(Given(group=name, collection=issuer))
    return world, askers


def _name(number: int) -> str:
    return f"asker-{number:02d}"


def _all_items(client: httpx.Client, path: str) -> Iterator[dict[str, str]]:
    cursor: str | None = None
    while True:
        parameters = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        page = client.get(path, params=parameters).raise_for_status().json()
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


SUITE = PermissionsSuite()
