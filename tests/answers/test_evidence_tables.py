"""The tables of an answer's pages."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import uuid4

from app.answers.claims import PageKey
from app.answers.evidence_tables import TablesWithin
from app.tables.model import Table


class Decoding(Mapping[PageKey, Sequence[Table]]):
    """The tables of three pages. `decoded` has the pages that were asked for."""

    def __init__(self) -> None:
        version = uuid4()
        self.pages = [(version, number) for number in (1, 2, 3)]
        self.decoded: list[PageKey] = []

    def __getitem__(self, key: PageKey) -> Sequence[Table]:
        self.decoded.append(key)
        return ()

    def __iter__(self) -> Iterator[PageKey]:
        return iter(self.pages)

    def __len__(self) -> int:
        return len(self.pages)


def test_tables_are_decoded_only_where_they_are_looked_at() -> None:
    tables = Decoding()
    first, second, third = tables.pages
    within = TablesWithin(tables, {third, first})
    assert (list(within), len(within), second in within, tables.decoded) == ([first, third], 2, False, [])
    assert within[third] == ()
    assert tables.decoded == [third]
