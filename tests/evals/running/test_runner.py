"""Runs of suites: what is chosen, what is kept, how an interrupted run goes on, and that twice the same is the same."""

import pytest

from app.core.errors import NotFoundError
from app.evaluations.records import EvalRunStatus, Selection
from evals.datasets.files import DatasetError
from evals.running import runner
from evals.running.records import EvalRunBrokenError, EvalRunNotFoundError
from evals.running.runner import NoCasesError, RunChangedError


def interrupt_at(case_id):
    def before(scored):
        if scored == case_id:
            raise KeyboardInterrupt

    return before


def test_a_run_keeps_its_figures_over_all_cases_and_by_kind(toys):
    manifest = toys.run().manifest
    assert manifest.figures == {"letters": 3.5}
    assert manifest.by_kind == {"even": {"letters": 4.0}, "odd": {"letters": 3.0}}
    assert (manifest.n, manifest.unscored, manifest.status) == (6, 0, EvalRunStatus.DONE)
    assert set(manifest.times) == {"case", "count"}


def test_an_interrupted_run_keeps_what_ended_and_goes_on_from_there(toys):
    interrupted = toys.run(toys.suite(interrupt_at("c4")))
    assert interrupted.manifest.status is EvalRunStatus.INTERRUPTED
    assert [case.id for case in interrupted.cases] == ["c1", "c2", "c3"]
    suite = toys.suite()
    resumed = toys.run(suite, resume=interrupted.manifest.id)
    assert suite.scoring.scored == ["c4", "c5", "c6"]
    assert [case.id for case in resumed.cases] == ["c1", "c2", "c3", "c4", "c5", "c6"]
    assert resumed.manifest.status is EvalRunStatus.DONE
    assert resumed.manifest.figures == toys.run().manifest.figures


def test_a_run_that_was_cut_off_while_writing_is_read_without_its_last_line(toys):
    interrupted = toys.run(toys.suite(interrupt_at("c4")))
    progress = toys.folder.files(interrupted.manifest.id).folder / "progress.jsonl"
    progress.write_text(progress.read_text()[:-20])
    assert [case.id for case in toys.folder.get(interrupted.manifest.id).cases] == ["c1", "c2"]
    resumed = toys.run(resume=interrupted.manifest.id)
    assert len(resumed.cases) == 6


def test_what_follows_a_line_that_was_cut_off_is_kept(toys):
    interrupted = toys.run(toys.suite(interrupt_at("c4")))
    files = toys.folder.files(interrupted.manifest.id)
    progress = files.folder / "progress.jsonl"
    progress.write_text(progress.read_text()[:-20])
    toys.run(toys.suite(interrupt_at("c5")), resume=interrupted.manifest.id)
    assert sorted(files.read_progress()) == ["c1", "c2", "c3", "c4"]


def test_a_run_does_not_go_on_with_other_cases(toys):
    interrupted = toys.run(toys.suite(interrupt_at("c4")))
    toys.write([{"id": "c9", "text": "other"}])
    with pytest.raises(RunChangedError, match="other code, data, settings or cases"):
        toys.run(resume=interrupted.manifest.id)


def test_a_run_does_not_go_on_with_changes_that_were_never_committed(toys, monkeypatch):
    interrupted = toys.run(toys.suite(interrupt_at("c4")))
    monkeypatch.setattr(runner, "digest_code", lambda: "other")
    with pytest.raises(RunChangedError, match="other code"):
        toys.run(resume=interrupted.manifest.id)


def test_a_run_that_is_done_does_not_go_on(toys):
    with pytest.raises(RunChangedError, match="done already"):
        toys.run(resume=toys.run().manifest.id)


def test_the_same_code_on_the_same_data_writes_the_same_bytes(toys):
    first, second = toys.run().manifest.id, toys.run().manifest.id
    files = [toys.folder.files(run).folder / "cases.jsonl" for run in (first, second)]
    assert first != second
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_sample_is_drawn_by_its_seed_and_keeps_the_order(toys):
    first, again = (toys.run(selection=Selection(sample=3, seed=5)) for _ in range(2))
    ids = [case.id for case in first.cases]
    assert ids == [case.id for case in again.cases] == sorted(ids)
    assert len(ids) == 3


def test_only_cases_of_a_kind_are_run(toys):
    assert [case.id for case in toys.run(selection=Selection(only="odd")).cases] == ["c1", "c3", "c5"]


def test_a_kind_that_no_case_has_is_told_with_those_there_are(toys):
    with pytest.raises(NoCasesError, match="even, odd"):
        toys.run(selection=Selection(only="strange"))


def test_repeats_are_cases_of_their_own(toys):
    ids = [case.id for case in toys.run(selection=Selection(only="even", repeat=2)).cases]
    assert ids == ["c2", "c2#2", "c4", "c4#2", "c6", "c6#2"]


def test_two_cases_of_one_id_are_refused(toys):
    toys.write([{"id": "c1", "text": "a"}, {"id": "c1", "text": "b"}])
    with pytest.raises(DatasetError, match="c1 is another case's"):
        toys.run()


def test_a_case_that_fails_with_an_error_of_ours_is_unscored_and_says_why(toys):
    def fail(scored):
        if scored == "c2":
            raise NotFoundError("It is gone.")

    record = toys.run(toys.suite(fail))
    failed = record.cases[1]
    assert (failed.score, failed.reason) == (None, "not-found: It is gone.")
    assert (record.manifest.unscored, record.manifest.figures["letters"]) == (1, pytest.approx(19 / 5))


def test_a_defect_of_a_suite_ends_the_run_and_keeps_what_ended(toys):
    def break_down(scored):
        if scored == "c3":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        toys.run(toys.suite(break_down))
    [kept] = toys.folder.list_all()
    assert [case.id for case in toys.folder.get(kept.id).cases] == ["c1", "c2"]


def test_runs_are_found_by_id_by_folder_and_by_how_new_they_are(toys):
    old, new = toys.run().manifest.id, toys.run().manifest.id
    folder = str(toys.folder.path / old)
    found = {name: toys.folder.get(name).manifest.id for name in ("latest", "toy", "toy~1", old, folder)}
    assert found == {"latest": new, "toy": new, "toy~1": old, old: old, folder: old}


@pytest.mark.parametrize("name", ["toy~5", "toy~x", "nothing"])
def test_a_run_that_is_not_there_is_told(toys, name):
    toys.run()
    with pytest.raises(EvalRunNotFoundError, match=name):
        toys.folder.get(name)


def test_a_run_whose_files_are_broken_is_told(toys):
    run = toys.run().manifest.id
    (toys.folder.files(run).folder / "cases.jsonl").write_text("{}\n")
    with pytest.raises(EvalRunBrokenError, match="can't be read"):
        toys.folder.get(run)
