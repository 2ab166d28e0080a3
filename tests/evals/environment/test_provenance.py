"""The digests cover all relevant code. If this code changes, stored documents and started runs are not reused."""

import re

import pytest

from evals.environment import provenance
from evals.environment.store import PIPELINE_CODE

READERS = ("workers/parsing", "workers/extraction", "workers/chunking")
NEUTRAL = ("app/core", "app/sandbox")
"""Packages that the parsing code imports, but that do not affect the parsed content."""

_IMPORTED = re.compile(r"^\s*from (app\.\w+)", re.MULTILINE)


def test_pipeline_digest_covers_all_code_that_reads_documents():
    files = [path for folder in READERS for path in (provenance.ROOT / folder).rglob("*.py")]
    packages = {name.replace(".", "/") for path in files for name in _IMPORTED.findall(path.read_text())}
    assert packages - {*PIPELINE_CODE, *NEUTRAL} == set()


@pytest.mark.parametrize("name", ["app/main.py", "prompts/answer.yaml", "migrations/sql/policy.sql"])
def test_code_digest_changes_with_each_kind_of_code(monkeypatch, tmp_path, name):
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text("one")
    before = provenance.digest_code()
    (tmp_path / name).write_text("two")
    assert provenance.digest_code() != before
