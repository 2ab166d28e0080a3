"""The ranker: orders candidate pages by a weighted sum of their signals.

`ranker.json` has the weights. `make ranker` learns them (`evals/learning/ranking`). A signal of a page counts more or
less with a signal of the question: "is a table" counts if the question asks for a figure.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np

from app.retrieval.candidates import Floats
from app.retrieval.priors import DOCUMENT_SIGNALS
from app.retrieval.ranking import Positions
from app.retrieval.signals import PAGE_SIGNALS, QUESTION_SIGNALS

PRODUCTS: Final[tuple[tuple[str, str], ...]] = (
    ("names_statement", "named_statement"), ("wants_figure", "has_table"), ("wants_number", "has_table"),
    ("wants_number", "tables"), ("asks_why", "has_table"), ("asks_why", "tables"), ("asks_why", "place"),
    ("implies_statement", "statement"), ("wants_figure", "statement"), ("asks_why", "statement"),
    ("asks_whether", "statement"), ("wants_number", "place"), ("wants_number", "words_share"),
    ("implies_statement", "words_share"), ("implies_statement", "near_share"), ("names_statement", "words_share"),
    ("names_statement", "near_share"), ("length", "words_share"), ("length", "near_share"),
    ("implies_statement", "synonyms_share"), ("asks_why", "synonyms_share"), ("has_year", "page_years"),
    ("wants_number", "heading_covered"), ("implies_statement", "heading_covered"),
    ("implies_statement", "page_covered"), ("length", "page_covered"), ("length", "heading_covered"),
    ("wants_number", "near_share"), ("wants_number", "length"), ("asks_whether", "has_table"),
    ("has_concepts", "page_concepts"), ("has_concepts", "concepts"), ("has_inputs", "page_inputs"),
    ("has_inputs", "statement"), ("has_inputs", "words_share"), ("has_inputs", "has_table"),
    ("wants_number", "concepts"), ("wants_number", "page_concepts"), ("asks_why", "concepts"),
    ("length", "page_concepts"), ("wants_number", "heading_concepts"), ("has_inputs", "page_concepts"),
    ("has_inputs", "near_share"), ("asks_terms", "statement"), ("asks_terms", "has_table"), ("asks_terms", "tables"),
    ("asks_terms", "page_inputs"), ("asks_terms", "inputs"), ("asks_terms", "words_share"),
    ("asks_terms", "synonyms_share"), ("asks_terms", "concepts"),
)  # fmt: skip
"""Pairs of a signal of the question and a signal of the page whose product has a weight of its own."""

SIGNALS: Final = (*PAGE_SIGNALS, *(f"{asked} x {signal}" for asked, signal in PRODUCTS), *DOCUMENT_SIGNALS)
"""Names of all weights: signals of pages, products, and signals of documents."""


class Ranker:
    """Scores pages with the weights of SIGNALS. Immutable and thread-safe."""

    def __init__(self, weights: Floats) -> None:
        page, products, document = np.split(weights, [len(PAGE_SIGNALS), len(PAGE_SIGNALS) + len(PRODUCTS)])
        self._page: Floats = page
        self._products = np.zeros((len(QUESTION_SIGNALS), len(PAGE_SIGNALS)), np.float32)
        for (asked, signal), weight in zip(PRODUCTS, products, strict=True):
            self._products[QUESTION_SIGNALS.index(asked), PAGE_SIGNALS.index(signal)] = weight
        self._document: Floats = document

    def score(self, *, pages: Floats, question: Floats, documents: Floats, of_pages: Positions) -> Floats:
        """Return the pages' scores. `documents` has the signals of documents, `of_pages` the document of each page."""
        scores: Floats = pages @ (self._page + question @ self._products) + (documents @ self._document)[of_pages]
        return scores


@cache
def standard_ranker() -> Ranker:
    """Return the ranker with the weights of `ranker.json`."""
    text = files("app.retrieval").joinpath("ranker.json").read_text(encoding="utf-8")
    weights: dict[str, float] = json.loads(text)
    return Ranker(np.asarray([weights[name] for name in SIGNALS], np.float32))
