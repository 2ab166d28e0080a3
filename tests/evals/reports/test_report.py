"""The JSON report that suites and benchmarks write."""

import json

import pytest

from evals.environment.provenance import digest_folder
from evals.reports.report import Report
from evals.running.engine import Case


def test_report_is_one_object_with_the_documented_fields(tmp_path):
    report = Report(
        suite="s",
        suite_version="1",
        commit="c",
        data_digest="d",
        cores=2,
        metrics={"mrr": 1 / 3},
        cases=(Case("a", None, "could not be scored", {"rank": None}),),
    )
    report.write(tmp_path / "deep" / "out.json")
    assert json.loads((tmp_path / "deep" / "out.json").read_text()) == {
        "suite": "s",
        "suite_version": "1",
        "commit": "c",
        "data_digest": "d",
        "cores": 2,
        "n": 1,
        "metrics": {"mrr": 0.3333},
        "cases": [{"id": "a", "score": None, "reason": "could not be scored", "rank": None}],
    }


def test_report_of_a_run_contains_each_cases_measures(record_of):
    reported = Report.of(record_of([1, 0])).as_object()
    assert (reported["n"], reported["metrics"]) == (2, {"m": 0.5})
    assert [case["measures"] for case in reported["cases"]] == [{"m": 1.0}, {"m": 0.0}]


def test_metric_that_is_not_finite_is_rejected():
    report = Report("s", "1", "c", "d", 1, {"mrr": float("nan")}, ())
    with pytest.raises(ValueError, match="finite"):
        report.as_object()


def test_data_digest_changes_with_names_and_contents(tmp_path):
    (tmp_path / "a").write_text("1")
    first = digest_folder(tmp_path)
    assert digest_folder(tmp_path) == first
    (tmp_path / "a").write_text("2")
    second = digest_folder(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert len({first, second, digest_folder(tmp_path)}) == 3
