"""A question for a figure, with all its readings, and the issuers that it is about."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from app.answers.computing import patterns
from app.answers.computing.currencies import find_asked_currency
from app.answers.computing.grammar import read_requests
from app.answers.computing.ledger_figures import names_of, sought_of
from app.answers.computing.measures import find_measure
from app.answers.computing.phrasing import name_companies
from app.answers.computing.plain_words import read_plainly
from app.answers.computing.readings import Reader
from app.answers.computing.requests import Asked, FigureRequest, list_items
from app.answers.computing.several import split_items
from app.facts.formulas.expressions import At, Label, Name
from app.facts.formulas.registry import standard_vocabulary
from app.facts.formulas.units import MONEY
from app.retrieval.questions.issuers import name_forms
from app.retrieval.questions.renamed import list_renamed, with_one_name
from app.retrieval.questions.understanding import Understanding

CALENDAR_ITEMS = ("Revenue", "NetIncome", "Assets")
"""Items that almost all issuers report: their facts show the fiscal calendar."""


@dataclass(frozen=True, slots=True)
class FigureQuestion:
    """The readings of a question for a figure: over the ledger, where names of measures stand for their formulas, and
    over tables, where they may be the names of rows. `currency` is that which the question names. `parts` has a
    question for each measure, if it asks for several; `limits` has the least value of each for "yes", if most of them
    decide a judgement.
    """

    text: str
    of_ledger: tuple[FigureRequest, ...]
    of_tables: tuple[FigureRequest, ...]
    currency: str | None = None
    parts: tuple["FigureQuestion", ...] = ()
    limits: tuple[Decimal, ...] = ()

    @classmethod
    def of(cls, question: str, understanding: Understanding) -> "FigureQuestion | None":
        """Read a question; None if it asks for no figure."""
        forms = frozenset(form for forms in understanding.issuer_forms for form in forms)
        return cls._read(question, understanding.issuer_names, forms, understanding.issuer_phrases)

    @classmethod
    @lru_cache(maxsize=512)  # a question that is asked again is read once
    def _read(
        cls, question: str, issuers: tuple[str, ...], forms: frozenset[str], phrases: tuple[str, ...]
    ) -> "FigureQuestion | None":
        names = [*issuers, *forms]
        text = with_one_name(question, forms)
        plain = read_plainly(name_companies(text, phrases))
        currency = find_asked_currency(question)

        def read(item: str | None) -> FigureQuestion | None:
            of_ledger, of_tables = (
                tuple(
                    replace(request, verdict=plain.verdict)
                    for request in read_requests(plain.text, names=names, measures=measures, item=item)
                )
                for measures in (find_measure, None)
            )
            return cls(question, of_ledger, of_tables, currency) if of_ledger else None

        whole = read(None)
        if whole is None or not whole.of_tables:
            return whole
        items = plain.items or split_items(whole.of_tables[0].name)
        parts = tuple(filter(None, map(read, items)))
        return whole if len(parts) < len(items) else replace(whole, parts=parts, limits=plain.limits)

    @property
    def asks_verdict(self) -> bool:
        """Whether the question asks for yes or no."""
        return self.of_ledger[0].verdict is not None or bool(self.limits)

    def is_line_item(self) -> bool:
        """Return whether the question asks for a line item, a total, a margin or another measure."""
        request = self.of_ledger[0]
        item = leaf_of(request.asked)
        if item is None or isinstance(item, Name) or patterns.MARGIN.match(request.name):
            return True
        if Reader().is_over_periods(request.name) or patterns.SUM.match(request.name):
            return True
        return bool(sought_of(item).names)

    def names(self) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        """Return the names and labels of the facts that the ledger needs."""
        return names_of(item for request in self.of_ledger for item in list_items(request.asked))


def leaf_of(asked: Asked) -> Label | Name | None:
    """Return the only item of a request that asks for no arithmetic."""
    item = asked.of if isinstance(asked, At) else asked
    return item if isinstance(item, Label | Name) else None


def is_arithmetic(request: FigureRequest) -> bool:
    """Return whether a request is for arithmetic over several figures. A comparison can also be answered in words."""
    item = leaf_of(request.asked)
    measure = standard_vocabulary().measure(item.name) if isinstance(item, Name) else None
    is_ratio = measure is not None and measure.unit != MONEY
    return not request.is_comparison and (item is None or is_ratio)


@dataclass(frozen=True, slots=True)
class NamedIssuer:
    """An issuer that a question names, by the keys of all its names, and by its records if it has some for each key."""

    name: str
    keys: tuple[str, ...]
    records: frozenset[UUID] = frozenset()


def named_issuers(question: str, understanding: Understanding) -> tuple[NamedIssuer, ...]:
    """Return the issuers that a question names, in order.

    Two names are of the same issuer if the understanding says so; without that, if they share a form and the question
    does not name each by a form of its own; or if the question says so ("formerly known as").
    """
    groups: list[tuple[str, list[str], set[str], int | None]] = []
    written = frozenset(name_forms(question))
    renamed = list_renamed(question)
    keys = understanding.issuer_keys
    names = (*understanding.issuer_names, *keys[len(understanding.issuer_names) :])
    numbers: Iterable[int | None] = understanding.issuer_groups or [None] * len(keys)
    for name, key, forms, number in zip(names, keys, understanding.issuer_forms, numbers, strict=False):
        same = next(
            (
                group
                for group in groups
                if _is_renamed(group[2], forms, renamed)
                or (number == group[3] if number is not None else _share_name(group[2], forms, written))
            ),
            None,
        )
        if same is None:
            groups.append((name, [key], set(forms), number))
        else:
            same[1].append(key)
            same[2].update(forms)
    records = dict(zip(keys, understanding.key_records, strict=False))
    return tuple(NamedIssuer(name, tuple(found), _all_records(records, found)) for name, found, _, _ in groups)


def _all_records(records: Mapping[str, frozenset[UUID]], keys: Sequence[str]) -> frozenset[UUID]:
    """Return the records of all keys; none if a key has none, because only the key then leads to its documents."""
    found = [records.get(key, frozenset()) for key in keys]
    return frozenset[UUID]().union(*found) if all(found) else frozenset()


def _is_renamed(one: Set[str], other: Set[str], renamed: Iterable[tuple[frozenset[str], frozenset[str]]]) -> bool:
    """Return whether the question says that two sets of forms are names of one issuer."""
    return any((before & one and after & other) or (before & other and after & one) for before, after in renamed)


def _share_name(one: Set[str], other: Set[str], written: Set[str]) -> bool:
    """Return whether two sets of forms have a name in common, and `written`, the forms of the question, does not have
    another name of each.
    """
    return bool(one & other) and not (written & one - other and written & other - one)
