"""The port to a model that reads a question and a text together."""

from collections.abc import Sequence
from typing import Protocol


class Reader(Protocol):
    """Scores how well texts answer a question. It is thread-safe."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return a score for each text: the log-odds that the text answers the question, from about -12 to 10.

        A score depends on its own question and text only. Raises ReaderUnavailableError when the model cannot be
        loaded.
        """

    def warm(self) -> None:
        """Load the model. Raises ReaderUnavailableError."""
