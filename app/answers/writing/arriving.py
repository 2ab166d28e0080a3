"""Read the claims of a model's JSON object while it is still being written."""

import json
import re
from collections.abc import Iterator

MOST_CLAIMS = 8
_CLAIMS = re.compile(r'"claims"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_LONGEST = 200_000  # characters; a longer text is no answer


class ArrivingClaims:
    """Finds each complete object in the array `claims` of a JSON object, as its text arrives in parts."""

    def __init__(self) -> None:
        self._text = ""
        self._at: int | None = None
        self._found = 0
        self._decoder = json.JSONDecoder()

    def add(self, part: str) -> Iterator[object]:
        """Yield the objects that this part completes, up to `MOST_CLAIMS` in all."""
        self._text += part[: _LONGEST - len(self._text)]
        if self._at is None:
            begun = _CLAIMS.search(self._text)
            self._at = None if begun is None else begun.end()
        # An object ends with a brace: without one, nothing can be complete.
        while self._at is not None and "}" in part and self._found < MOST_CLAIMS:
            match = _BETWEEN.match(self._text, self._at)
            start = self._at if match is None else match.end()
            if not self._text.startswith("{", start):
                return
            try:
                claim, end = self._decoder.raw_decode(self._text, start)
            except (ValueError, RecursionError):
                return
            self._at = end
            self._found += 1
            yield claim
