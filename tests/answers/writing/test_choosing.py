"""The choice of sentences with a stub reader."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from app.answers.writing.choosing import MOST_READ, choose, standard_weights
from app.answers.writing.facts import write_fact
from app.answers.writing.plain_question import write_plainly
from app.retrieval.questions.issuers import VisibleIssuer

ACME = VisibleIssuer("acme", "Acme Holdings, Inc.")


@dataclass
class StubReader:
    """Scores a text that contains `answer` as 8, and others as -10. Records what it reads."""

    answer: str
    read: list[str] = field(default_factory=list)

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        self.read += texts
        return [8.0 if self.answer in text else -10.0 for text in texts]

    def warm(self) -> None:
        """Do nothing: a stub has no model."""


@pytest.fixture
def read(library, understand, extractive):
    def read_with(question: str, sentences: Sequence[str], reader: StubReader):
        library.add("\n\n".join(sentences), number=21)
        reading = extractive.read(understand(question), library.passages[-1:], library.pages, library.tables)
        return replace(reading, reader=reader, embedder=None)

    return read_with


def test_reader_decides_between_sentences_with_the_same_words(read) -> None:
    sentences = [f"The depot in district {number} stores timber for winter." for number in range(9)]
    reading = read("Where is timber stored for winter?", sentences, StubReader("district 5 "))
    assert "district 5 " in choose(reading, "fact")[0].fit.said.text


def test_at_most_a_few_sentences_are_read(read) -> None:
    sentences = [f"The depot in district {number} stores timber for winter." for number in range(40)]
    reader = StubReader("nothing")
    choose(read("Where is timber stored for winter?", sentences, reader), "fact")
    assert len(reader.read) == MOST_READ


def test_rest_is_not_read_after_a_sure_answer(read) -> None:
    sentences = [f"The depot in district {number} stores timber for winter." for number in range(40)]
    reader = StubReader("district 0 ")
    choose(read("Where is timber stored for winter?", sentences, reader), "fact")
    assert len(reader.read) < MOST_READ


def test_sentence_without_a_cause_comes_after_those_with_one(read) -> None:
    sentences = ["Timber sales fell in winter.", "Timber sales fell in winter because of storms."]
    reading = read("Why did timber sales fall in winter?", sentences, StubReader("sales fell in winter."))
    assert "storms" in choose(reading, "reason")[0].fit.said.text


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What was the order backlog?", "district 9"),
        ("What was the order backlog of the Depots segment?", "Depots segment"),
    ],
)
def test_sentence_about_a_segment_comes_after_those_about_the_company_unless_asked(read, question, first) -> None:
    sentences = ["The order backlog of the Depots segment was $20.5 million.", "The order backlog was $93 million."]
    sentences[1] = f"{sentences[1][:-1]}, most of it in district 9."
    assert first in choose(read(question, sentences, StubReader("order backlog")), "figure")[0].fit.said.text


@pytest.mark.parametrize(("measure", "is_answered"), [("EBITDA", False), ("tax expense", True)])
def test_figure_of_another_measure_than_the_initials_asked_for_is_no_answer(read, measure, is_answered) -> None:
    sentences = ["The adjusted tax expense was $250 million in fiscal 2022."]
    reading = read(f"What was the adjusted {measure} in fiscal 2022?", sentences, StubReader("adjusted"))
    assert (write_fact(reading) is not None) == is_answered


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("What does Acme sell?", "What does the company sell?"),
        ("What was Acme Holdings' revenue?", "What was the company's revenue?"),
        ("who audits acme holdings, inc today", "who audits the company today"),
        ("Is the acmeist movement a risk?", "Is the acmeist movement a risk?"),
    ],
)
def test_reader_is_asked_about_the_company(understand, question, plain) -> None:
    assert write_plainly(understand(question).among([ACME])) == plain


def test_shipped_weights_have_a_level_for_each_writer() -> None:
    for is_read in (True, False):
        least = standard_weights(is_read=is_read).least
        assert least.keys() == {"fact", "figure", "verdict", "reason", "definition", "list"}
        assert all(0 < level < 1 for level in least.values())
