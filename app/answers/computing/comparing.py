"""Comparisons of several issuers or periods: one claim with all values, and a grid whose cells refer to claims."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.answers.claims import ClaimPart, DraftClaim, Grid, GridCell, GridRow, Operand, PageKey, PageTexts
from app.answers.computing.computed import Computed
from app.answers.computing.sentences import (
    CitedDocument,
    capital,
    citations_of,
    in_points,
    operand_of,
    periods_in_words,
    print_result,
)


@dataclass(frozen=True, slots=True)
class Versus:
    """States the values of several issuers, and whose is higher. Implements `Computation`."""

    values: tuple[tuple[str, Computed], ...]

    def operands(self) -> Sequence[Operand]:
        return [operand_of(figure) for _, computed in self.values for figure in computed.shown()]

    def sentence(self) -> str:
        shown = "; ".join(f"{self.heading(at)}: {self.cell(at)}" for at in range(len(self.values)))
        name = capital(self.values[0][1].request.name)
        amounts = [computed.again().value or Decimal(0) for _, computed in self.values]
        highest = [issuer for (issuer, _), amount in zip(self.values, amounts, strict=True) if amount == max(amounts)]
        which = f"; highest: {highest[0]}" if len(highest) == 1 and self.is_comparable() else ""
        return f"{name} — {shown}{which}"

    def heading(self, at: int) -> str:
        issuer, computed = self.values[at]
        return ", ".join(filter(None, (issuer, periods_in_words(computed))))

    def cell(self, at: int) -> str:
        computed = self.values[at][1]
        return in_points(computed, print_result(computed.again(), computed))

    def is_comparable(self) -> bool:
        """Return whether all values are of one unit and currency."""
        return len({(unit.kind, unit.currency) for _, each in self.values if (unit := each.result.unit)}) == 1

    def grid(self, claims: Sequence[int]) -> Grid:
        """Return the comparison as a grid; `claims` are the ordinals of the claims about each issuer."""
        cells = tuple(GridCell(self.cell(at), claim) for at, claim in enumerate(claims))
        columns = tuple(self.heading(at) for at in range(len(self.values)))
        return Grid(columns, (GridRow(capital(self.values[0][1].request.name), cells),))


def write_versus(versus: Versus, documents: Mapping[PageKey, CitedDocument], pages: PageTexts) -> DraftClaim:
    """Write the first claim of a comparison of issuers."""
    figures = [figure for _, computed in versus.values for figure in computed.shown()]
    spans = [citations_of(figure, documents, pages) for figure in figures]
    citations = dict.fromkeys((*(each[0] for each in spans), *(span for each in spans for span in each[1:])))
    periods = dict.fromkeys(filter(None, (periods_in_words(computed) for _, computed in versus.values)))
    return DraftClaim(
        versus.sentence(), tuple(citations), versus, part=ClaimPart.ANSWER, period=", ".join(periods) or None
    )


def list_grid(each: Sequence[Computed], claim: int) -> Grid:
    """Return the values of several periods as a grid; `claim` is the ordinal of the claim that lists them."""
    cells = tuple(GridCell(print_result(part.again(), part), claim) for part in each)
    return Grid(tuple(map(periods_in_words, each)), (GridRow(capital(each[0].request.name), cells),))
