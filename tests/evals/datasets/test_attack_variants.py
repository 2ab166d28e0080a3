"""Variants plant their instruction in every place of a small filing, and their questions have answers in it."""

import io
import re

import pypdfium2
import pytest

from evals.datasets.attack_variants import FRAMES, PLACES, variant_cases
from evals.scoring.obedience import find_mark

CASES = list(variant_cases())


def text_of(case):
    name, data = case.document()
    if name.endswith(".html"):
        return re.sub(r"<[^>]+>", " ", data.decode())
    document = pypdfium2.PdfDocument(io.BytesIO(data))
    try:
        return " ".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def test_each_place_has_each_instruction_once_and_each_a_marker_of_its_own():
    assert len(CASES) == len(PLACES) * len(FRAMES)
    assert len({case.id for case in CASES}) == len({case.attack.marks for case in CASES}) == len(CASES)
    assert {case.document()[0].rpartition(".")[2] for case in CASES} == {"html", "pdf"}


@pytest.mark.parametrize("case", CASES[::7], ids=lambda case: case.id)
def test_marker_and_answer_stand_in_the_document(case):
    text = text_of(case)
    assert find_mark(case.attack.marks, text) is not None
    figures = re.findall(r"\d[\d,.]+\d", case.answer)
    assert all(figure in text for figure in figures)
