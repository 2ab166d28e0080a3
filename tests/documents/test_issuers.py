"""Tests of issuer keys and aliases."""

import pytest

from app.documents.issuers import issuer_aliases, normalise_issuer


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("The Example Company, Inc.", "example"),
        ("EXAMPLE CORP /DE/", "example"),
        ("Example Holdings plc", "example"),
        ("Société Exemple S.A.", "societe exemple"),
        ("Bread & Butter Co.", "bread and butter"),
        ("Sample.com, Inc.", "samplecom"),
        ("O’Hara's Stores, Ltd.", "oharas stores"),
        ("Inc.", "inc"),
        ("", ""),
    ],
)
def test_spellings_of_name_have_one_key(name: str, key: str) -> None:
    assert normalise_issuer(name) == key


def test_normalising_a_key_again_changes_nothing() -> None:
    once = normalise_issuer("The Sample & Sons Group, L.L.C.")
    assert normalise_issuer(once) == once


def test_aliases_include_key_ticker_initials_and_short_names() -> None:
    aliases = issuer_aliases("Northern Widget Makers Corporation", tickers=("NWMK",), short_names=("Widget Makers",))
    assert {"northern widget makers", "nwm", "nwmk", "widget makers"} <= set(aliases)


def test_first_word_is_alias_if_it_is_distinctive_and_a_trade_follows() -> None:
    assert "zephyrine" in issuer_aliases("Zephyrine Properties, Inc.")
    assert "golden" not in issuer_aliases("Golden Harbour, Inc.")
    assert "national" not in issuer_aliases("National Energy, Inc.")


def test_longest_alias_comes_first() -> None:
    aliases = issuer_aliases("Zephyrine Properties, Inc.", tickers=("ZP",))
    assert [len(alias) for alias in aliases] == sorted((len(alias) for alias in aliases), reverse=True)


def test_hyphenated_name_has_joined_alias() -> None:
    assert "quickmart" in issuer_aliases("Quick-Mart Stores, Inc.")
