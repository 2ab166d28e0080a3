"""Captions of statements, written with choices."""

from app.facts.items.standard import find_item
from app.facts.model import StatementKind
from evals.learning.captions import parse_captions, read_captions

_MOST = 1_000


def test_choices_and_lists_are_expanded() -> None:
    captions = parse_captions(
        "# words\n$BUY = Purchases of|Payments for\n@ cash-flow-statement\n"
        "Payments: [$BUY|Net $BUY] [mills|], net ; Mills\n@ balance-sheet\nAssets: Total assets\n"
    )
    assert captions == {
        "cash-flow-statement": {
            "Payments": [
                *("Purchases of mills, net", "Purchases of , net", "Payments for mills, net", "Payments for , net"),
                *("Net Purchases of mills, net", "Net Purchases of , net"),
                *("Net Payments for mills, net", "Net Payments for , net", "Mills"),
            ]
        },
        "balance-sheet": {"Assets": ["Total assets"]},
    }


def test_shipped_captions_are_of_known_statements_and_not_too_many() -> None:
    for statement, concepts in read_captions().items():
        kind = StatementKind(statement)
        assert sum(find_item(concept, kind) is not None for concept in concepts) > len(concepts) / 2
        for captions in concepts.values():
            assert 0 < len(captions) < _MOST
            assert all(caption.strip() and not set(caption) & set("[]|;") for caption in captions)
