"""Metadata of fictional documents in the layouts in which issuers print them is read as it was printed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.content.parsed import ParsedDocument, ParsedPage, Words
from app.documents.metadata import DocumentMetadata, NameKind
from evals.datasets.covers.forms import JOINT, LAYOUTS
from evals.datasets.covers.making import FORMS, KINDS, MadeDocument, draw_document, write_documents
from evals.datasets.described import load_described
from evals.scoring.metadata import Outcome, judge_metadata, names_alike
from workers.extraction.metadata import read_metadata
from workers.pipeline.codecs import Extraction, decode_extraction, encode_extraction

SEEDS = range(2_000, 2_006)


def parsed(*pages: str) -> ParsedDocument:
    empty = Words.none()
    return ParsedDocument("text/html", "test", tuple(ParsedPage(n, t, 0, 0, empty, ()) for n, t in enumerate(pages, 1)))


def read(document: MadeDocument) -> DocumentMetadata:
    return read_metadata(parsed(*document.pages), "document.html")


def faults(document: MadeDocument) -> list[str]:
    metadata, truth = read(document), document.truth
    found = [
        f"{each.name}: {each.read} for {each.truth}"
        for each in judge_metadata(metadata, truth)
        if each.outcome is not Outcome.RIGHT
    ]
    for party in truth.parties:
        named = [each.name for each in metadata.parties if each.role == party.role]
        if len(named) != 1 or not names_alike(named[0], party.name):
            found.append(f"{party.role}: {named} for {party.name}")
    return found


@pytest.mark.parametrize("layout", LAYOUTS)
def test_forms_are_read_in_each_layout_of_the_issuers_name(layout: str) -> None:
    kinds = FORMS if layout == "above" else ("10-K", "10-Q", "8-K")
    drawn = [draw_document(seed, kind=kind, layout=layout) for kind in kinds for seed in SEEDS]
    assert {(each.truth.document, fault) for each in drawn for fault in faults(each)} == set()


@pytest.mark.parametrize("kind", sorted(set(KINDS) - set(FORMS)))
def test_releases_offers_and_agreements_are_read(kind: str) -> None:
    drawn = [draw_document(seed, kind=kind) for seed in range(2_000, 2_040)]
    assert {(each.truth.document, fault) for each in drawn for fault in faults(each)} == set()


@pytest.mark.parametrize("layout", JOINT)
def test_other_registrants_of_a_cover_are_kept_apart_from_the_issuer(layout: str) -> None:
    for seed in SEEDS:
        metadata = read(draw_document(seed, kind="10-K", layout=layout))
        others = [name.name for name in metadata.names if name.kind is NameKind.CO_REGISTRANT]
        assert others
        assert not any(names_alike(name, metadata.issuer or "") for name in others)


def test_quote_of_a_party_states_its_role_at_its_place() -> None:
    for seed in SEEDS:
        document = draw_document(seed, kind="credit-agreement")
        for party in read(document).parties:
            assert document.pages[party.page - 1][party.start : party.end] == party.quote
            assert party.role.value.split("-")[-1] in party.quote.casefold() or "holdings" in party.quote.casefold()


def test_each_borrower_of_a_group_is_one() -> None:
    text = (
        "THIRD AMENDMENT TO CREDIT AGREEMENT\n\nThis Amendment, dated as of May 5, 2031, is among Pellstone Inc., a"
        " Delaware corporation (“Parent”), Pellstone L.P., a Texas partnership (“PLP” and, together with Parent,"
        " each a “US Borrower” and collectively the “US Borrowers”), Pellstone Canada ULC, an Alberta company (the"
        " “Canadian Borrower”), the Lenders and Example Bank, N.A., as administrative agent and collateral agent."
    )
    metadata = read_metadata(parsed(text), "x.html")
    assert metadata.issuer == "Pellstone Inc."
    assert [(party.name, party.role.value) for party in metadata.parties] == [
        ("Pellstone Inc.", "borrower"),
        ("Pellstone L.P.", "borrower"),
        ("Pellstone Canada ULC", "borrower"),
        ("Pellstone Inc.", "parent"),
        ("Example Bank, N.A.", "administrative-agent"),
        ("Example Bank, N.A.", "collateral-agent"),
    ]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_each_name_stands_at_its_place(seed: int) -> None:
    document = draw_document(seed)
    for name in read(document).names:
        assert 0 < name.confidence <= 1
        if name.page is not None:
            printed = document.pages[name.page - 1][name.start : name.end]
            assert names_alike("".join(printed.split()), "".join(name.name.split()))


def test_confidence_is_lower_where_no_second_place_gives_the_name() -> None:
    cover = draw_document(2_000, kind="10-K", layout="above").pages[0]
    alone, confirmed = (
        read_metadata(parsed(*pages), "x.html").sources["issuer"].confidence
        for pages in ((cover,), draw_document(2_000, kind="10-K", layout="above").pages)
    )
    assert alone < confirmed


@pytest.mark.parametrize("kind", ["10-K", "credit-agreement"])
def test_names_and_parties_survive_encoding(kind: str) -> None:
    metadata = read(draw_document(2_001, kind=kind))
    assert metadata.names
    assert bool(metadata.parties) is (kind == "credit-agreement")
    assert decode_extraction(encode_extraction(Extraction(metadata))).metadata == metadata


def test_documents_are_written_with_their_metadata(tmp_path) -> None:
    described = load_described(write_documents(tmp_path, SEEDS))
    assert [each.truth for each in described] == sorted(
        (draw_document(seed).truth for seed in SEEDS), key=lambda truth: truth.document
    )
