"""Runs of suites: the selected cases, the stored files, resuming an interrupted run, and reproducibility."""

import pytest

from app.core.errors import NotFoundError
from app.evaluations.records import EvalRunStatus, Selection
from evals.datasets.files import DatasetError
from evals.running import runner
from evals.running.engine import UnknownOptionError
from evals.running.records import EvalRunBrokenError, EvalRunNotFoundError
from evals.running.runner import NoCasesError, RunChangedError


def interrupt_at(case_id):
    def before(scored):
        if scored == case_id:
            raise KeyboardInterrupt

    return before


def test_run_stores_figures_over_all_cases_and_by_kind(toys):
    manifest = toys.run().manifest
    assert manifest.figures == {"letters": 3.5}
    assert manifest.by_kind == {"even": {"letters": 4.0}, "odd": {"letters": 3.0}}
    assert (manifest.n, manifest.unscored, manifest.status) == (6, 0, EvalRunStatus.DONE)
    assert set(manifest.times) == {"case", "count"}


def test_interrupted_run_keeps_completed_cases_and_can_be_resumed(toys):
    interrupted = toys.run(toys.suite(interrupt_at("c4")))
    assert interrupted.manifest.status is EvalRunStatus.INTERRUPTED
    assert [case.id for case in interrupted.cases] == ["c1", "c2", "c3"]
    suite = toys.suite()
    resumed = toys.run(suite, resume=interrupted.manifest.id)
    assert suite.scoring.scored == ["c4", "c5", "c6"]
    assert [case.id for case in resumed.cases] == ["c1", "c2", "c3", "c4", "c5", "c6"]
    assert resumed.manifest.status is EvalRunStatus.DONE
    assert resumed.manifest.figures == toys.run().manifest.figures


def test_truncated_last_line_of_a_run_is_ignored(toys):
    interrupted = toys.run(toys.suite(interrupt_at("c4")))
    progress = toys.folder.files(interrupted.manifest.id).folder / "progress.jsonl"
    progress.write_text(progress.read_text()[:-20])
    assert [case.id for case in toys.folder.get(interrupted.manifest.id).cases] == ["c1", "c2"]
    resumed = toys.run(resume=interrupted.manifest.id)
    assert len(resumed.cases) == 6


def test_lines_after_a_truncated_line_are_kept(toys):
    interrupted = toys.run(toys.suite(interrupt_at("c4")))
    files = toys.folder.files(interrupted.manifest.id)
    progress = files.folder / "progress.jsonl"
    progress.write_text(progress.read_text()[:-20])
    toys.run(toys.suite(interrupt_at("c5")), resume=interrupted.manifest.id)
    assert sorted(files.read_progress()) == ["c1", "c2", "c3", "c4"]


def test_run_cannot_be_resumed_with_other_cases(toys):
    interrupted = toys.run(toys.suite(interrupt_at("c4")))
    toys.write([{"id": "c9", "text": "other"}])
    with pytest.raises(RunChangedError, match="other code, data, settings or cases"):
        toys.run(resume=interrupted.manifest.id)


def test_run_cannot_be_resumed_after_uncommitted_changes(toys, monkeypatch):
    interrupted = toys.run(toys.suite(interrupt_at("c4")))
    monkeypatch.setattr(runner, "digest_code", lambda: "other")
    with pytest.raises(RunChangedError, match="other code"):
        toys.run(resume=interrupted.manifest.id)


def test_completed_run_cannot_be_resumed(toys):
    with pytest.raises(RunChangedError, match="already done"):
        toys.run(resume=toys.run().manifest.id)


def test_same_code_on_the_same_data_writes_the_same_bytes(toys):
    first, second = toys.run().manifest.id, toys.run().manifest.id
    files = [toys.folder.files(run).folder / "cases.jsonl" for run in (first, second)]
    assert first != second
    assert files[0].read_bytes() == files[1].read_bytes()


def test_sample_is_drawn_by_its_seed_and_keeps_the_order(toys):
    first, again = (toys.run(selection=Selection(sample=3, seed=5)) for _ in range(2))
    ids = [case.id for case in first.cases]
    assert ids == [case.id for case in again.cases] == sorted(ids)
    assert len(ids) == 3


def test_only_cases_of_the_requested_kind_run(toys):
    assert [case.id for case in toys.run(selection=Selection(only="odd")).cases] == ["c1", "c3", "c5"]


def test_error_for_an_unknown_kind_lists_the_kinds(toys):
    with pytest.raises(NoCasesError, match="even, odd"):
        toys.run(selection=Selection(only="strange"))


def test_option_that_the_suite_does_not_have_is_rejected(toys):
    with pytest.raises(UnknownOptionError, match="The suite toy has no option checks"):
        toys.run(selection=Selection(options=("checks",)))


def test_each_repeat_is_a_separate_case(toys):
    ids = [case.id for case in toys.run(selection=Selection(only="even", repeat=2)).cases]
    assert ids == ["c2", "c2#2", "c4", "c4#2", "c6", "c6#2"]


def test_two_cases_with_the_same_id_are_rejected(toys):
    toys.write([{"id": "c1", "text": "a"}, {"id": "c1", "text": "b"}])
    with pytest.raises(DatasetError, match="c1 is already used by another case"):
        toys.run()


def test_case_that_fails_with_a_footnote_error_is_unscored_with_a_reason(toys):
    def fail(scored):
        if scored == "c2":
            raise NotFoundError("It is gone.")

    record = toys.run(toys.suite(fail))
    failed = record.cases[1]
    assert (failed.score, failed.reason) == (None, "not-found: It is gone.")
    assert (record.manifest.unscored, record.manifest.figures["letters"]) == (1, pytest.approx(19 / 5))


def test_defect_of_a_suite_ends_the_run_and_keeps_completed_cases(toys):
    def break_down(scored):
        if scored == "c3":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        toys.run(toys.suite(break_down))
    [kept] = toys.folder.list_all()
    assert [case.id for case in toys.folder.get(kept.id).cases] == ["c1", "c2"]


def test_runs_are_found_by_id_folder_and_recency(toys):
    old, new = toys.run().manifest.id, toys.run().manifest.id
    folder = str(toys.folder.path / old)
    found = {name: toys.folder.get(name).manifest.id for name in ("latest", "toy", "toy~1", old, folder)}
    assert found == {"latest": new, "toy": new, "toy~1": old, old: old, folder: old}


@pytest.mark.parametrize("name", ["toy~5", "toy~x", "nothing"])
def test_missing_run_is_reported(toys, name):
    toys.run()
    with pytest.raises(EvalRunNotFoundError, match=name):
        toys.folder.get(name)


def test_run_with_broken_files_is_reported(toys):
    run = toys.run().manifest.id
    (toys.folder.files(run).folder / "cases.jsonl").write_text("{}\n")
    with pytest.raises(EvalRunBrokenError, match="can't be read"):
        toys.folder.get(run)
