"""The permissions suite finds leaks and wrongly hidden documents, which the tests plant in policies or grants."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from evals.datasets.questions import QuestionCase, load_questions
from evals.environment.context import SuiteContext
from evals.environment.provenance import digest_folder
from evals.environment.restricted import RestrictedStore, open_restricted_store
from evals.environment.stacks import Stacks
from evals.scoring.oracle import World
from evals.suites.permissions import ASKING, LISTING, PermissionCase, PermissionScoring, build_scoring

NOBODY = 0
TENANT = "tenant_id = (SELECT current_tenant())"
SEARCHED = ("documents", "indexed_documents", "chunks", "chunk_embeddings", "term_postings")


@pytest.fixture(scope="module")
def store(three_issuers: Path, homes: Path, stacks: Stacks) -> Iterator[RestrictedStore]:
    context = SuiteContext(three_issuers, digest_folder(three_issuers), homes, stacks, notify=lambda _: None)
    with open_restricted_store(context, load_questions(three_issuers)) as store:
        yield store


@pytest.fixture(scope="module")
def scoring(store: RestrictedStore) -> PermissionScoring:
    return build_scoring(store, seed="seed")


@pytest.fixture(scope="module")
def question(three_issuers: Path) -> QuestionCase:
    return load_questions(three_issuers).cases[0]


@contextmanager
def replace_read_policy(store: RestrictedStore, tables: Sequence[str], rule: str) -> Iterator[None]:
    """Replace the API's read policy on the tables until the block ends."""
    engine = create_engine(store.stack.database_url("owner"))
    find = text(
        "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy "
        "WHERE polname = 'api_read' AND polrelid = CAST(:table AS regclass)"
    )
    with engine.begin() as connection:
        before = {table: connection.scalar(find, {"table": table}) for table in tables}
        for table in tables:
            connection.execute(text(f"ALTER POLICY api_read ON {table} USING ({rule})"))
    try:
        yield
    finally:
        with engine.begin() as connection:
            for table, expression in before.items():
                connection.execute(text(f"ALTER POLICY api_read ON {table} USING ({expression})"))
        engine.dispose()


def findings(scoring: PermissionScoring, asker: int, question: QuestionCase | None = None) -> list[str]:
    case = PermissionCase("case", LISTING if question is None else ASKING, asker, question)
    scored = scoring.score(case)
    differences = scored.details["differences"]
    assert isinstance(differences, list)
    assert scored.measures["differences"] == len(differences)
    assert scored.score == float(not differences)
    return differences


def find_asker(scoring: PermissionScoring, *, some: bool) -> int:
    """Return an asker who sees some but not all documents. If not `some`, return one who sees none or all."""
    counts = {asker: len(scoring.world.visible_to(f"asker-{asker:02d}")) for asker in range(len(scoring.askers))}
    return next(asker for asker, count in counts.items() if (0 < count < len(scoring.known)) == some)


def test_nothing_differs_without_a_leak(scoring: PermissionScoring, question: QuestionCase) -> None:
    assert [found for asker in range(0, len(scoring.askers), 3) for found in findings(scoring, asker)] == []
    assert findings(scoring, NOBODY, question) == []
    assert findings(scoring, find_asker(scoring, some=True), question) == []


@pytest.mark.parametrize(
    ("table", "found"),
    [
        (
            "documents",
            (
                "aldm-2022-10k is listed",
                "aldm-2022-10k is shown by /v1/documents/…: 200",
                "aldm-2022-10k is shown by /v1/documents/…/versions: 200",
                "aldm-2022-10k is shown by /v1/documents/…/versions/…: 200",
                "aldm-2022-10k is shown by /v1/documents/…/file: 200",
                "aldm-2022-10k is shown by /v1/documents/…/versions/…/file: 200",
                "aldm-2022-10k is shown by /v1/documents/…/pages/1: 200",
                "aldm-2022-10k is shown by /v1/documents/…/versions/…/pages/1: 200",
                "aldm-2022-10k is shown by /v1/documents/…/pages/1/image?dpi=36: 200",
                "aldm-2022-10k is shown by /v1/documents/…/versions/…/pages/1/image?dpi=36: 200",
            ),
        ),
        (
            "runs",
            (
                "a run of aldm-2022-10k is listed",
                "aldm-2022-10k is shown by /v1/runs/…: 200",
                "aldm-2022-10k: its runs are listed",
            ),
        ),
        (
            "collections",
            ("collection one half is listed", "collection one half is shown by /v1/collections/…: 200"),
        ),
        ("grants", ("a grant is listed to a user who owns nothing",)),
    ],
)
def test_leak_is_found_in_each_list_and_address(
    store: RestrictedStore, scoring: PermissionScoring, table: str, found: Sequence[str]
) -> None:
    with replace_read_policy(store, (table,), TENANT):
        assert set(found) <= set(findings(scoring, NOBODY))


def test_leak_into_the_search_is_found_in_results_and_citations(
    store: RestrictedStore, scoring: PermissionScoring, question: QuestionCase
) -> None:
    with replace_read_policy(store, SEARCHED, TENANT):
        leaked = " ".join(findings(scoring, NOBODY, question))
    for what in ("is retrieved", "is cited", "is a source over HTTP", "is cited over HTTP", "only hidden documents"):
        assert what in leaked


def test_leak_of_another_users_questions_is_found(
    store: RestrictedStore, scoring: PermissionScoring, question: QuestionCase
) -> None:
    with replace_read_policy(store, ("questions",), TENANT):
        leaked = findings(scoring, NOBODY, question)
    assert "another user's question is listed" in leaked
    assert "another user's question is shown by /v1/questions/…: 200" in leaked


def test_wrongly_hidden_document_is_found(
    store: RestrictedStore, scoring: PermissionScoring, question: QuestionCase
) -> None:
    asker = find_asker(scoring, some=True)
    with replace_read_policy(store, ("documents",), "false"):
        closed = " ".join(findings(scoring, asker))
        asked = " ".join(findings(scoring, asker, question))
    assert "is not listed" in closed
    assert "is not shown by /v1/documents/…: 404" in closed
    assert "is not found by a search in it alone" in asked


def test_grants_unknown_to_the_oracle_are_differences(scoring: PermissionScoring) -> None:
    without_grants = replace(scoring, world=World(scoring.world.parents, scoring.world.documents))
    opened = next(n for n in range(len(scoring.askers)) if scoring.world.opened_to(f"asker-{n:02d}"))
    found = findings(without_grants, opened)
    assert any(each.startswith("collection ") and each.endswith(" is listed") for each in found)
    assert any(each.endswith("-10k is listed") for each in found)


def test_grants_known_only_to_the_oracle_are_differences(scoring: PermissionScoring) -> None:
    changed = World(
        scoring.world.parents,
        scoring.world.documents,
        grants=[replace(grants, user="asker-00", group="") for grants in scoring.world.grants],
    )
    assert any("is not listed" in found for found in findings(replace(scoring, world=changed), NOBODY))
