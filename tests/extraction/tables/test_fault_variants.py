"""Every kind of fault is read rightly in random variants: other names, figures, formats, spans and positions."""

import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from evals.datasets.faults import QuestionCheck, TextCheck
from evals.datasets.variants.kinds import KINDS, formats_of, make_variant
from evals.scoring.fault_checks import CheckVerdict, check_cell, check_text
from tests.conftest import RANDOM
from workers.extraction.tables import read_tables
from workers.parsing.reader import parse_file

FEW, MANY = 3, 40
READ = [(fault, form) for fault in KINDS for form in formats_of(fault)]


def read_variant(fault, form, seed):
    """Return the checks of a variant that are not right, each with what was seen."""
    variant = make_variant(fault, form, Random(seed))
    pages, tables = [], []
    with tempfile.TemporaryDirectory() as folder:
        newest = list(variant.files.items())[-1:] if variant.load else variant.files.items()
        for name, data in newest:
            path = Path(folder) / name
            path.write_bytes(data)
            parsed = parse_file(path, filename=name)
            pages.extend(page.text for page in parsed.pages)
            tables.extend(read_tables(parsed))
    decided = [
        (check, check_text(check, pages) if isinstance(check, TextCheck) else check_cell(check, tables))
        for check in variant.checks
        if not isinstance(check, QuestionCheck)
    ]
    return [(check, found.seen) for check, found in decided if found.verdict is not CheckVerdict.RIGHT]


@pytest.mark.parametrize(("fault", "form"), READ)
@settings(
    max_examples=MANY if settings.get_current_profile_name() == RANDOM else FEW,
    phases=(Phase.explicit, Phase.generate),  # a smaller seed is no simpler example
)
@given(seed=st.integers(0, 2**32 - 1))
def test_cells_and_texts_of_variants_are_read_as_printed(fault, form, seed):
    assert read_variant(fault, form, seed) == []
