"""Blobs that are gone or damaged when a stage wants them: what can be made again is, what can't ends the run."""

import pytest

from app.jobs.plan import StageName
from app.jobs.states import Ended, SentBack

NAMES = [name.value for name in StageName]


def blob_path(house, digest):
    return house.folder / "blobs" / str(house.tenant) / digest[:2] / digest


def remove(path):
    path.unlink()


def damage(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def output_path(house, run, stage):
    """Where the output of a finished stage lies."""
    ((digest,),) = house.sql(
        "SELECT o.blob_digest FROM stages s JOIN stage_outputs o ON o.key = s.output_key "
        "WHERE s.run_id = :run AND s.name = :name",
        run=run, name=stage,
    )  # fmt: skip
    return blob_path(house, digest)


def source_path(house, run):
    ((digest,),) = house.sql(
        "SELECT v.content_sha256 FROM runs r JOIN document_versions v ON v.id = r.version_id WHERE r.id = :run", run=run
    )
    return blob_path(house, digest)


def take_steps(house, run, *names):
    for name in names:
        house.take_step(run, name)


@pytest.mark.parametrize("lose", [remove, damage])
@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        ("parse", "extract"),
        ("parse", "chunk"),
        ("extract", "chunk"),
        ("chunk", "embed"),
        ("embed", "publish"),
        ("parse", "publish"),
        ("extract", "publish"),
    ],
)
def test_an_output_that_is_lost_is_made_again_and_the_run_ends_ready(house, lose, made, wanted):
    run = house.upload("first page\fsecond page")
    take_steps(house, run, *NAMES[: NAMES.index(wanted)])
    lose(output_path(house, run, made))
    assert house.take_step(run, wanted) == SentBack(made)
    seen = house.run(run)
    assert (seen.status, seen.stage) == ("running", made)
    assert [stage.status for stage in seen.stages[NAMES.index(made) : NAMES.index(wanted) + 1]] == [
        "pending",
        *["waiting"] * (NAMES.index(wanted) - NAMES.index(made)),
    ]
    take_steps(house, run, *NAMES[NAMES.index(made) :])
    ended = house.run(run)
    assert (ended.status, ended.error_code, ended.pages_total) == ("ready", None, 2)
    assert house.notes("parsed.txt").count(str(ended.version_id)) == (2 if made == "parse" else 1)
    assert house.notes("indexed.txt") == [f"{ended.version_id} 2"]


def test_an_output_that_is_lost_each_time_ends_the_run_with_a_code_of_its_own(house):
    run = house.upload("a page")
    take_steps(house, run, "validate")
    for _ in range(2):
        house.take_step(run, "parse")
        remove(output_path(house, run, "parse"))
        assert house.take_step(run, "extract") == SentBack("parse")
    house.take_step(run, "parse")
    remove(output_path(house, run, "parse"))
    ended = house.take_step(run, "extract")
    assert isinstance(ended, Ended)
    assert (house.run(run).status, house.run(run).error_code) == ("failed", "output-lost")
    assert "administrator" in house.run(run).error_detail
    assert house.sql("SELECT status FROM document_versions") == [("failed",)]


def test_metadata_found_damaged_while_chunking_are_read_anew(house):
    """Another run's damaged output is there, so that the extract stage takes it for made."""
    first = house.upload("a page", filename="one.txt")
    take_steps(house, first, *NAMES)
    damage(output_path(house, first, "extract"))
    remove(output_path(house, first, "chunk"))
    again = house.upload("a page", filename="one.txt", collection=house.add_collection("Elsewhere"))
    take_steps(house, again, "validate", "parse", "extract")
    assert house.take_step(again, "chunk") == SentBack("extract")
    take_steps(house, again, *NAMES[NAMES.index("extract") :])
    assert house.run(again).status == "ready"


@pytest.mark.parametrize(
    ("lose", "steps", "ends_in", "code"),
    [
        (remove, [], "validate", "file-missing"),
        (remove, ["validate"], "parse", "file-missing"),
        (damage, ["validate"], "parse", "file-damaged"),
    ],
    ids=["gone at once", "gone before it is read", "damaged"],
)
def test_a_file_that_storage_lost_ends_its_run_at_the_first_try(house, lose, steps, ends_in, code):
    run = house.upload("only its sender has it")
    take_steps(house, run, *steps)
    lose(source_path(house, run))
    house.take_step(run, ends_in)
    ended = house.run(run)
    assert (ended.status, ended.stage, ended.error_code) == ("failed", ends_in, code)
    assert "send it again" in ended.error_detail
    assert ended.stages[NAMES.index(ends_in)].attempt == 1


def test_a_lost_output_whose_file_is_gone_too_ends_the_run_for_the_file(house):
    run = house.upload("a page")
    take_steps(house, run, "validate", "parse")
    remove(output_path(house, run, "parse"))
    remove(source_path(house, run))
    take_steps(house, run, "extract", "parse")
    assert (house.run(run).status, house.run(run).error_code) == ("failed", "file-missing")


def test_two_documents_that_share_a_lost_output_both_end_ready(house):
    runs = [
        house.upload("the very same bytes", filename="a.txt"),
        house.upload("the very same bytes", filename="a.txt", collection=house.add_collection("Elsewhere")),
    ]
    for run in runs:
        take_steps(house, run, "validate", "parse", "extract", "chunk")
    damage(output_path(house, runs[0], "chunk"))
    assert [house.take_step(run, "embed") for run in runs] == [SentBack("chunk")] * 2
    for name in NAMES[NAMES.index("chunk") :]:
        for run in runs:
            house.take_step(run, name)
    assert [house.run(run).status for run in runs] == ["ready", "ready"]


def test_processes_make_what_was_lost_again_by_themselves(house):
    house.start_relay()
    first = house.start_worker()
    (ready,) = house.wait_final(house.upload("the very same bytes"))
    house.kill(first)
    for name in ("parse", "chunk", "embed", "extract"):
        damage(output_path(house, ready.id, name))
    house.start_worker()
    again = house.upload("the very same bytes", collection=house.add_collection("Elsewhere"))
    (ended,) = house.wait_final(again)
    assert (ended.status, ended.error_code) == ("ready", None)
    assert len(house.notes("parsed.txt")) == 2
    assert [stage.attempt for stage in ended.stages] == [1, 2, 2, 2, 2, 2]
