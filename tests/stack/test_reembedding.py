"""The operator reads how many documents are still to be embedded again, and why it does not proceed."""

import pytest

from app.stack.reembedding import ReembeddingProgress


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (ReembeddingProgress("letters/8/1", 12, 0, None), "All documents (12) are embedded in the current space"),
        (ReembeddingProgress("letters/8/1", 12, 3, None), "3 of 12 documents are being embedded again"),
        (ReembeddingProgress("letters/8/1", 12, 3, "model-unavailable"), "The last attempt failed (model-unavailable)"),
        (ReembeddingProgress(None, 12, 0, None), "Several embedding spaces are active"),
    ],
)
def test_progress_is_a_sentence(progress, said):
    assert said in progress.describe()
