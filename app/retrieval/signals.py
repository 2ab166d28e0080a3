"""The signals of candidate pages for one question, out of which the ranker (`app.retrieval.ranker`) makes their order.

Each signal is a number between about -1 and 1. Those that end in `_share` are relative to the best page of the search.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from app.retrieval.candidates import Candidates, Floats
from app.retrieval.index.lexicon import idf, term_id
from app.retrieval.index.postings import Hits
from app.retrieval.questions.concepts import Terms
from app.retrieval.questions.understanding import Understanding
from app.retrieval.ranking import Positions, Scores, best_positions

PAGE_SIGNALS: Final = (
    "words_share", "words", "page_words_share", "words_mean_share", "words_second_share", "words_beside_share",
    "words_rank", "covered", "page_covered", "all_covered", "heading_covered", "page_heading_covered",
    "heading_is_question", "document_words_share", "document_top_share", "year", "page_years",
    "near_share", "near", "near_rank", "synonyms_share", "synonyms_covered", "synonyms_rank",
    "others_share", "others_rank", "concepts", "page_concepts", "all_concepts", "heading_concepts",
    "inputs", "page_inputs", "all_inputs", "named_statement", "statement", "both_statements",
    "has_table", "tables", "place", "is_first", "is_early", "length",
)  # fmt: skip
QUESTION_SIGNALS: Final = (
    "names_statement", "implies_statement", "has_synonyms", "wants_figure", "wants_number", "asks_why", "asks_whether",
    "asks_terms", "length", "has_year", "has_concepts",
    "has_inputs",
)  # fmt: skip

_OTHER_WORDS: Final = np.float32(0.9)
"""What other words for a concept count at most, of what its own words count: less, so that they never outrank them."""

_MOST_WEIGHT: Final = 12.0
_MOST_TERM: Final = 2.2  # the limit of a term's BM25 weight
_TOP: Final = 30
_EARLY: Final = 4.0
_MOST_CHUNKS: Final = 8
_MOST_TERMS: Final = 20
_YEAR = re.compile(r"(?:fy|cy)?\d{4}")
_WHY = re.compile(
    r"\b(?:why|drove|drive[sn]?|explain\w*|reasons?|caused?|due to|because|impact\w*|affect\w*)\b", re.IGNORECASE
)
_TERMS = re.compile(
    r"\b(?:permit\w*|allow\w*|requir\w*|restrict\w*|covenants?|complian\w*|maximum|minimum|at (?:most|least)|highest|"
    r"lowest|threshold|floor|cap)\b",
    re.IGNORECASE,
)
"""Words that ask for a term of an agreement rather than for a figure."""

_WHETHER = re.compile(r"\W{0,9}(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Evidence:
    """What the searches of a question found in the scope: the postings of its terms, the BM25 scores of all chunks for
    its own words, its synonyms and other words of its concepts, and the nearest chunks with their similarities. A
    ranked list has up to `depth` chunks.
    """

    hits: Mapping[int, Hits]
    words: Scores
    synonyms: Scores
    others: Scores
    near: Positions
    similarities: Floats
    synonym_terms: Sequence[int]
    depth: int

    @cached_property
    def by_words(self) -> Positions:
        return best_positions(self.words, limit=self.depth)

    @cached_property
    def by_synonyms(self) -> Positions:
        return best_positions(self.synonyms, limit=self.depth)

    @cached_property
    def by_others(self) -> Positions:
        return best_positions(self.others, limit=self.depth)


class PageSignals:
    """Computes the signals of one question's candidate pages. `documents` is the number of documents in the scope."""

    def __init__(self, understanding: Understanding, found: Evidence, pages: Candidates, *, documents: int) -> None:
        self._understanding = understanding
        self._found = found
        self._pages = pages
        self._documents = documents
        self._total = len(found.words)
        self._values: dict[str, npt.NDArray[Any]] = {}
        self._rows = {term: row for row, term in enumerate(found.hits)}
        self._weights, self._headings = _in_chunks(list(found.hits.values()), pages.chunks)

    def compute(self) -> Floats:
        """Return an array with a row for each candidate page and a column for each of PAGE_SIGNALS."""
        self._add_words()
        self._add_near()
        self._add_other_words()
        self._add_concepts()
        self._add_statements()
        self._add_shape()
        none = np.zeros(len(self._pages.starts), np.float32)
        return np.stack([self._values.get(name, none).astype(np.float32) for name in PAGE_SIGNALS], axis=1)

    def _add_words(self) -> None:
        pages, asked = self._pages, self._understanding.search_terms
        times: dict[int, int] = {}
        for term in asked:
            times[term_id(term)] = min(times.get(term_id(term), 0) + 1, 2)
        known = [term for term in times if term in self._found.hits]
        if not known:
            return
        weights = np.asarray([self._found.hits[term].idf * times[term] for term in known], np.float32)
        words, headings = self._matrix(known)
        of_pages = pages.best(words)
        score = self._found.words[pages.chunks]
        most = _above_zero(score.max())
        best = pages.best(score)
        whole = weights @ of_pages
        self._values |= {
            "words_share": best / most,
            "words": best / _above_zero(_MOST_TERM * weights.sum()),
            "page_words_share": whole / _above_zero(whole.max()),
            "words_mean_share": pages.mean(score) / most,
            "words_second_share": pages.second(score) / most,
            "words_beside_share": pages.beside(best) / most,
            "words_rank": self._rank(self._found.by_words),
        }
        key_ids = {term_id(term) for term in self._understanding.key_terms}
        key = np.where([term in key_ids for term in known], weights, np.float32(0))
        key /= _above_zero(key.sum())
        covered, heading = key @ of_pages.astype(bool), pages.best(key @ headings)
        self._values |= {
            "covered": pages.best(key @ words.astype(bool)),
            "page_covered": covered,
            "all_covered": covered >= np.float32(0.999),
            "heading_covered": heading,
            "page_heading_covered": key @ pages.best(headings),
            "heading_is_question": heading > np.float32(0.8),
        }
        year_ids = {term_id(term) for term in asked if _YEAR.fullmatch(term)}
        years = np.asarray([term in year_ids for term in known], bool)
        if years.any():
            self._values |= {
                "year": pages.best(words[years].max(axis=0)) > 0,
                "page_years": (of_pages[years] > 0).mean(axis=0),
            }
        by_document = np.zeros(self._documents, np.float32)
        np.maximum.at(by_document, pages.documents, best)
        self._values["document_words_share"] = by_document[pages.documents] / _above_zero(best.max())
        self._values["document_top_share"] = self._shares(self._found.by_words[:_TOP])

    def _add_near(self) -> None:
        if not len(self._found.near):
            return
        least = self._found.similarities.min()
        order = np.argsort(self._found.near)
        near, similarities = self._found.near[order], self._found.similarities[order]
        at = np.minimum(np.searchsorted(near, self._pages.chunks), len(near) - 1)
        best = self._pages.best(np.where(near[at] == self._pages.chunks, similarities[at], least))
        self._values |= {"near": best, "near_share": best - best.max(), "near_rank": self._rank(self._found.near)}

    def _add_other_words(self) -> None:
        pages, found = self._pages, self._found
        if len(found.by_synonyms):
            score = found.synonyms[pages.chunks]
            known = [term for term in found.synonym_terms if term in found.hits]
            weights = np.asarray([found.hits[term].idf for term in known], np.float32)
            of_pages = pages.best(self._matrix(known)[0])
            self._values |= {
                "synonyms_share": pages.best(score) / _above_zero(score.max()),
                "synonyms_covered": weights @ of_pages.astype(bool) / _above_zero(weights.sum()),
                "synonyms_rank": self._rank(found.by_synonyms),
            }

        if len(found.by_others):
            score = found.others[pages.chunks]
            self._values["others_share"] = pages.best(score) / _above_zero(score.max())
            self._values["others_rank"] = self._rank(found.by_others)

    def _add_concepts(self) -> None:
        """Add how well chunks and pages have the question's concepts, in its own or other words. A key term outside any
        concept is a concept of its own.
        """
        pages, concepts = self._pages, self._understanding.concepts
        asked = [(concept.asked, concept.others) for concept in concepts if concept.asked]
        inputs = [concept.others for concept in concepts if not concept.asked]
        taken = {term for words, _ in asked for term in words}
        key = self._understanding.key_terms
        single = [
            term
            for term in dict.fromkeys(self._understanding.search_terms)
            if term in key and term not in taken and term_id(term) in self._found.hits
        ]
        terms = {term: row for row, term in enumerate(dict.fromkeys(
            [*taken, *single, *(term for concept in concepts for words in concept.others for term in words)]
        ))}  # fmt: skip
        if not terms:
            return
        ids = [term_id(term) for term in terms]
        presence, headings = self._presence(ids)
        rarity = np.asarray([self._rarity(term) for term in ids], np.float32)
        units = [[(words, np.float32(1)), *((other, _OTHER_WORDS) for other in others)] for words, others in asked]
        units += [[((term,), np.float32(1))] for term in single]
        if units:
            match = _Matcher(units, terms, rarity)
            weights = np.asarray(
                [min(sum(rarity[terms[term]] for term in set(unit[0][0])), _MOST_WEIGHT) for unit in units], np.float32
            )
            weights /= _above_zero(weights.sum())
            on_chunks = match(presence)
            page: Floats = weights @ pages.best(on_chunks)
            self._values |= {
                "concepts": pages.best(weights @ on_chunks),
                "page_concepts": page,
                "all_concepts": (page > np.float32(0.8)).astype(np.float32),
                "heading_concepts": pages.best(weights @ match(headings)),
            }
        if inputs:
            on_chunks = _Matcher([[(words, _OTHER_WORDS) for words in names] for names in inputs], terms, rarity)(
                presence
            )
            on_pages = pages.best(on_chunks)
            self._values |= {
                "inputs": pages.best(on_chunks.mean(axis=0)),
                "page_inputs": on_pages.mean(axis=0),
                "all_inputs": on_pages.min(axis=0) > np.float32(0.8),
            }

    def _add_statements(self) -> None:
        named, statements = self._understanding.named_statements, self._understanding.statements
        sure = {kind: self._pages.best(self._pages.statements[kind]) for kind in (*named, *statements)}
        if named:
            self._values["named_statement"] = np.maximum.reduce([sure[kind] for kind in named])
        if statements:
            self._values["statement"] = np.maximum.reduce([sure[kind] for kind in statements])
        if len(statements) > 1:
            self._values["both_statements"] = np.minimum.reduce([sure[kind] for kind in statements])

    def _add_shape(self) -> None:
        pages = self._pages
        numbers = pages.numbers.astype(np.float32)
        self._values |= {
            "has_table": pages.best(pages.is_table),
            "tables": pages.mean(pages.is_table),
            "place": numbers / np.maximum(pages.last, 1).astype(np.float32),
            "is_first": pages.numbers == 1,
            "is_early": np.exp((1 - numbers) / np.float32(_EARLY)),
            "length": np.minimum(pages.counts, _MOST_CHUNKS).astype(np.float32) / _MOST_CHUNKS,
        }

    def _matrix(self, terms: Sequence[int]) -> tuple[Floats, Floats]:
        """Return the terms' weights in the candidate chunks (terms by chunks), and whether their headings have them."""
        rows = [self._rows[term] for term in terms]
        return self._weights[rows], self._headings[rows]

    def _presence(self, terms: Sequence[int]) -> tuple[Floats, Floats]:
        known = [row for row, term in enumerate(terms) if term in self._found.hits]
        presence = np.zeros((len(terms), len(self._pages.chunks)), np.float32)
        headings = np.zeros_like(presence)
        weights, in_headings = self._matrix([terms[row] for row in known])
        presence[known], headings[known] = weights > 0, in_headings
        return presence, headings

    def _rarity(self, term: int) -> float:
        hits = self._found.hits.get(term)
        return idf(0, total=self._total) if hits is None else hits.idf

    def _rank(self, ranked: Positions) -> Floats:
        """Return 1 for the page of the first chunk of a list, falling to 0 with the logarithm of the rank."""
        ranks = np.full(self._total, self._found.depth, np.float32)
        ranks[ranked] = np.arange(len(ranked), dtype=np.float32)
        best = -self._pages.best(-ranks[self._pages.chunks])
        falling: Floats = 1 - np.log1p(best) / np.log1p(np.float32(self._found.depth))
        return falling

    def _shares(self, top: Positions) -> Floats:
        """Return the share of the chunks in `top` that each page's document has, as far as it has candidates."""
        at = np.searchsorted(self._pages.chunks, top)
        page = np.searchsorted(self._pages.starts, at, side="right") - 1
        counts = np.bincount(self._pages.documents[page], minlength=self._documents).astype(np.float32)
        shares: Floats = counts[self._pages.documents] / np.float32(max(len(top), 1))
        return shares


def _in_chunks(terms: Sequence[Hits], chunks: Positions) -> tuple[Floats, Floats]:
    """Return the terms' weights in the chunks (terms by chunks), and 1 where a chunk's headings have a term."""
    weights = np.zeros((len(terms), len(chunks)), np.float32)
    headings = np.zeros((len(terms), len(chunks)), np.float32)
    for row, hits in enumerate(terms):
        at = np.minimum(np.searchsorted(hits.positions, chunks), len(hits.positions) - 1)
        has = hits.positions[at] == chunks
        weights[row, has] = hits.weights[at[has]]
        headings[row, has] = hits.in_heading[at[has]]
    return weights, headings


class _Matcher:
    """Measures how well chunks have concepts. A concept is phrases, each with what it counts at most. A phrase counts
    by the cube of the share of its words that a chunk has, weighted by rarity, so that parts of a phrase count little.
    """

    def __init__(
        self, concepts: Sequence[Sequence[tuple[Terms, np.float32]]], rows: Mapping[str, int], rarity: Floats
    ) -> None:
        phrases = [phrase for concept in concepts for phrase in concept]
        self._weights = np.zeros((len(phrases), len(rows)), np.float32)
        for number, (words, _) in enumerate(phrases):
            own = [rows[term] for term in set(words)]
            self._weights[number, own] = rarity[own] / _above_zero(rarity[own].sum())
        self._most = np.asarray([most for _, most in phrases], np.float32)[:, None]
        self._starts = np.cumsum([0, *(len(concept) for concept in concepts)])[:-1]

    def __call__(self, presence: Floats) -> Floats:
        """Return how well chunks have concepts (concepts by chunks). `presence` is 1 where a chunk has a term."""
        shares = self._weights @ presence
        matched: Floats = np.maximum.reduceat(self._most * shares * shares * shares, self._starts, axis=0)
        return matched


def question_signals(understanding: Understanding) -> Floats:
    """Return the values of QUESTION_SIGNALS."""
    return np.asarray(
        [
            bool(understanding.named_statements),
            bool(understanding.statements),
            bool(understanding.synonyms),
            understanding.wants_figure,
            understanding.wants_number,
            _WHY.search(understanding.core) is not None,
            _WHETHER.match(understanding.core) is not None,
            _TERMS.search(understanding.core) is not None,
            min(len(understanding.search_terms), _MOST_TERMS) / _MOST_TERMS,
            bool(understanding.periods.years),
            any(concept.asked for concept in understanding.concepts),
            any(not concept.asked for concept in understanding.concepts),
        ],
        np.float32,
    )


def _above_zero(value: float | np.floating) -> np.float32:
    return np.float32(max(float(value), 1e-6))
