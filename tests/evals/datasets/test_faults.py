"""Fault cases are read strictly."""

import json

import pytest

from evals.datasets.faults import load_faults
from evals.datasets.files import DataMissingError, DatasetError

CELL = {"kind": "cell", "row_label": "Sales", "column_label": "2031", "value": "1,5".replace(",", "."), "unit": "USD"}
CASE = {"file": "sub/one.html", "fault": "empty cells", "checks": [CELL]}


@pytest.fixture
def write(tmp_path):
    """Return a function that writes `cases.jsonl` and the file that it names."""

    def write_case(**changes):
        (tmp_path / "sub").mkdir(exist_ok=True)
        (tmp_path / "sub" / "one.html").write_text("<p>One</p>")
        (tmp_path / "cases.jsonl").write_text(json.dumps(CASE | changes) + "\n")
        return tmp_path

    return write_case


def test_case_is_named_after_its_first_file(write):
    (case,) = load_faults(write())
    assert (case.id, case.names, str(case.checks[0].value)) == ("sub/one", ("sub/one.html",), "1.5")


@pytest.mark.parametrize(
    "changes",
    [
        {"checks": [CELL | {"colour": "red"}]},
        {"checks": [CELL | {"kind": "picture"}]},
        {"checks": [{"kind": "question", "ask": "?", "expect_value": None}]},
        {"files": ["sub/one.html"]},
    ],
)
def test_unknown_fields_and_contradictions_are_errors(write, changes):
    with pytest.raises(DatasetError):
        load_faults(write(**changes))


def test_missing_file_of_a_case_is_named(write):
    with pytest.raises(DataMissingError, match=r"two\.html"):
        load_faults(write(file="two.html"))
