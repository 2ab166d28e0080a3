"""Variants of fault kinds are repeatable, and follow the format of fault cases."""

from random import Random

import pytest

from evals.datasets.faults import CellCheck, QuestionCheck
from evals.datasets.variants.kinds import KINDS, formats_of, make_variant

ALL = [(fault, form) for fault in KINDS for form in formats_of(fault)]


def test_there_are_variants_of_all_kinds():
    assert len(KINDS) == 21


@pytest.mark.parametrize(("fault", "form"), ALL)
def test_same_seed_writes_the_same_bytes(fault, form):
    first, second = (make_variant(fault, form, Random(7)) for _ in range(2))
    assert first == second
    assert make_variant(fault, form, Random(8)).files != first.files


@pytest.mark.parametrize(("fault", "form"), ALL)
def test_each_variant_has_checks_and_files_of_its_format(fault, form):
    variant = make_variant(fault, form, Random(7))
    assert variant.fault == fault
    assert variant.checks
    start = {"html": b"<html", "pdf": b"%PDF"}[form]
    assert all(data.startswith(start) and name.endswith(form) for name, data in variant.files.items())


def test_checks_do_not_contradict_each_other():
    for fault, form in ALL:
        variant = make_variant(fault, form, Random(7))
        cells = [(check.row_label, check.column_label) for check in variant.checks if isinstance(check, CellCheck)]
        assert len(cells) == len(set(cells)), fault
        for check in variant.checks:
            if isinstance(check, QuestionCheck) and check.expect_value is not None:
                assert str(check.expect_value) not in check.must_not, fault
