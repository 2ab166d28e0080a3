"""A run repeats a stage whose output is missing or damaged. It fails if the uploaded file is missing or damaged."""

import pytest

from app.jobs.plan import StageName
from app.jobs.states import Ended, SentBack

NAMES = [name.value for name in StageName]


def blob_path(ingestion, digest):
    return ingestion.folder / "blobs" / str(ingestion.tenant) / digest[:2] / digest


def remove(path):
    path.unlink()


def damage(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def empty(path):
    """Leave what a power cut can leave of a file that was not flushed."""
    path.write_bytes(b"")


def output_path(ingestion, run, stage):
    """Return the path of a finished stage's output."""
    ((digest,),) = ingestion.sql(
        "SELECT o.blob_digest FROM stages s JOIN stage_outputs o ON o.key = s.output_key "
        "WHERE s.run_id = :run AND s.name = :name",
        run=run, name=stage,
    )  # fmt: skip
    return blob_path(ingestion, digest)


def source_path(ingestion, run):
    ((digest,),) = ingestion.sql(
        "SELECT v.content_sha256 FROM runs r JOIN document_versions v ON v.id = r.version_id WHERE r.id = :run", run=run
    )
    return blob_path(ingestion, digest)


def run_stages(ingestion, run, *names):
    for name in names:
        ingestion.run_stage(run, name)


@pytest.mark.parametrize("lose", [remove, damage, empty])
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
def test_lost_output_is_made_again_and_the_run_ends_ready(ingestion, lose, made, wanted):
    run = ingestion.upload("first page\fsecond page")
    run_stages(ingestion, run, *NAMES[: NAMES.index(wanted)])
    lose(output_path(ingestion, run, made))
    assert ingestion.run_stage(run, wanted) == SentBack(made)
    seen = ingestion.run(run)
    assert (seen.status, seen.stage) == ("running", made)
    assert [stage.status for stage in seen.stages[NAMES.index(made) : NAMES.index(wanted) + 1]] == [
        "pending",
        *["waiting"] * (NAMES.index(wanted) - NAMES.index(made)),
    ]
    run_stages(ingestion, run, *NAMES[NAMES.index(made) :])
    ended = ingestion.run(run)
    assert (ended.status, ended.error_code, ended.pages_total) == ("ready", None, 2)
    assert ingestion.notes("parsed.txt").count(str(ended.version_id)) == (2 if made == "parse" else 1)
    assert ingestion.notes("indexed.txt") == [f"{ended.version_id} 2"]


def test_output_lost_at_each_attempt_fails_the_run_as_output_lost(ingestion):
    run = ingestion.upload("a page")
    run_stages(ingestion, run, "validate")
    for _ in range(2):
        ingestion.run_stage(run, "parse")
        remove(output_path(ingestion, run, "parse"))
        assert ingestion.run_stage(run, "extract") == SentBack("parse")
    ingestion.run_stage(run, "parse")
    remove(output_path(ingestion, run, "parse"))
    ended = ingestion.run_stage(run, "extract")
    assert isinstance(ended, Ended)
    assert (ingestion.run(run).status, ingestion.run(run).error_code) == ("failed", "output-lost")
    assert "administrator" in ingestion.run(run).error_detail
    assert ingestion.sql("SELECT status FROM document_versions") == [("failed",)]


def test_metadata_that_the_chunk_stage_finds_damaged_is_extracted_again(ingestion):
    """The extract stage reuses another run's output without reading it, so only the chunk stage notices the damage."""
    first = ingestion.upload("a page", filename="one.txt")
    run_stages(ingestion, first, *NAMES)
    damage(output_path(ingestion, first, "extract"))
    remove(output_path(ingestion, first, "chunk"))
    again = ingestion.upload("a page", filename="one.txt", collection=ingestion.add_collection("Elsewhere"))
    run_stages(ingestion, again, "validate", "parse", "extract")
    assert ingestion.run_stage(again, "chunk") == SentBack("extract")
    run_stages(ingestion, again, *NAMES[NAMES.index("extract") :])
    assert ingestion.run(again).status == "ready"


@pytest.mark.parametrize(
    ("lose", "steps", "ends_in", "code"),
    [
        (remove, [], "validate", "file-missing"),
        (remove, ["validate"], "parse", "file-missing"),
        (damage, ["validate"], "parse", "file-damaged"),
    ],
    ids=["gone at once", "gone before it is read", "damaged"],
)
def test_lost_file_fails_its_run_at_the_first_attempt(ingestion, lose, steps, ends_in, code):
    run = ingestion.upload("only its sender has it")
    run_stages(ingestion, run, *steps)
    lose(source_path(ingestion, run))
    ingestion.run_stage(run, ends_in)
    ended = ingestion.run(run)
    assert (ended.status, ended.stage, ended.error_code) == ("failed", ends_in, code)
    assert "send it again" in ended.error_detail
    assert ended.stages[NAMES.index(ends_in)].attempt == 1


def test_lost_output_with_lost_file_fails_the_run_as_file_missing(ingestion):
    run = ingestion.upload("a page")
    run_stages(ingestion, run, "validate", "parse")
    remove(output_path(ingestion, run, "parse"))
    remove(source_path(ingestion, run))
    run_stages(ingestion, run, "extract", "parse")
    assert (ingestion.run(run).status, ingestion.run(run).error_code) == ("failed", "file-missing")


def test_two_documents_sharing_a_lost_output_both_end_ready(ingestion):
    runs = [
        ingestion.upload("the very same bytes", filename="a.txt"),
        ingestion.upload("the very same bytes", filename="a.txt", collection=ingestion.add_collection("Elsewhere")),
    ]
    for run in runs:
        run_stages(ingestion, run, "validate", "parse", "extract", "chunk")
    damage(output_path(ingestion, runs[0], "chunk"))
    assert [ingestion.run_stage(run, "embed") for run in runs] == [SentBack("chunk")] * 2
    for name in NAMES[NAMES.index("chunk") :]:
        for run in runs:
            ingestion.run_stage(run, name)
    assert [ingestion.run(run).status for run in runs] == ["ready", "ready"]


def test_worker_processes_make_lost_outputs_again(ingestion):
    ingestion.start_relay()
    first = ingestion.start_worker()
    (ready,) = ingestion.wait_final(ingestion.upload("the very same bytes"))
    ingestion.kill(first)
    for name in ("parse", "chunk", "embed", "extract"):
        damage(output_path(ingestion, ready.id, name))
    ingestion.start_worker()
    again = ingestion.upload("the very same bytes", collection=ingestion.add_collection("Elsewhere"))
    (ended,) = ingestion.wait_final(again)
    assert (ended.status, ended.error_code) == ("ready", None)
    assert len(ingestion.notes("parsed.txt")) == 2
    assert [stage.attempt for stage in ended.stages] == [1, 2, 2, 2, 2, 2]
