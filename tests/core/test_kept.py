"""Values kept by content."""

import asyncio

import pytest

from app.core.kept import Kept


def test_value_of_a_content_is_made_once() -> None:
    made: list[str] = []
    kept: Kept[int] = Kept(most=100)
    for text in ("one", "two", "one"):
        assert kept.get(text, len(text), lambda of=text: made.append(of) or len(of)) == len(text)
    assert made == ["one", "two"]


def test_values_used_longest_ago_make_room() -> None:
    kept: Kept[str] = Kept(most=100)
    for text in ("a", "b", "a", "c", "d", "e"):
        kept.get(text, 25, lambda of=text: of)
    assert len(kept) == 4
    assert kept.get("a", 25, lambda: "made again") == "a"
    assert kept.get("b", 25, lambda: "made again") == "made again"


def test_value_larger_than_a_quarter_is_not_kept() -> None:
    kept: Kept[str] = Kept(most=100)
    assert kept.get("large", 26, lambda: "made") == "made"
    assert len(kept) == 0


def test_value_that_fails_is_made_again() -> None:
    kept: Kept[str] = Kept(most=100)

    async def fail() -> str:
        raise ValueError

    async def make() -> str:
        return "made"

    async def ask() -> list[str]:
        with pytest.raises(ValueError):
            await kept.get_later("a", 1, fail)
        return [await kept.get_later("a", 1, make), kept.get("a", 1, lambda: "made again")]

    assert asyncio.run(ask()) == ["made", "made"]
