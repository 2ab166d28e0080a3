"""Filings with the truth about their statements' facts, in our own form or as inline XBRL.

Our form is a folder with `facts.jsonl` (a `TaggedFact` a line; unknown fields and doubled ids are errors) and the
filings without their tags in `documents/`. As inline XBRL it is a folder of `.html` files as they were filed; what is
not inline XBRL in it is left out.
"""

from dataclasses import dataclass
from pathlib import Path

from evals.datasets.files import DataMissingError, DatasetError, parse_cases, require_file
from evals.datasets.ixbrl import is_inline_xbrl, read_tagged, strip_tags
from evals.datasets.tagged import TaggedFact

FACTS, DOCUMENTS = "facts.jsonl", "documents"
_SUFFIXES = (".html", ".htm", ".xhtml")


@dataclass(frozen=True, slots=True)
class Filing:
    """A filing: its file, and what it tags on its statements (nothing, when it has none). `tagged`: the tags are in it.

    Its name is the file's without the ending.
    """

    path: Path
    facts: tuple[TaggedFact, ...]
    tagged: bool

    @property
    def name(self) -> str:
        return self.path.stem

    def read_plain(self) -> bytes:
        """The filing without its tags. Raises DatasetError."""
        data = self.path.read_bytes()
        return strip_tags(data, self.path.name) if self.tagged else data


def load_filings(data: Path) -> tuple[Filing, ...]:
    """The filings of a folder in either form, by name. Raises DataMissingError, DatasetError."""
    filings = _own_form(data) if (data / FACTS).is_file() else _inline_xbrl(data)
    if not filings:
        raise DataMissingError(f"{data} holds no filing in inline XBRL, and no {FACTS}.")
    return filings


def _own_form(data: Path) -> tuple[Filing, ...]:
    facts: dict[str, list[TaggedFact]] = {path.stem: [] for path in _files(require_file(data, DOCUMENTS))}
    for fact in parse_cases(data / FACTS, TaggedFact):
        if fact.document not in facts:
            raise DatasetError(f"{FACTS}: the fact {fact.id} is of a document that {DOCUMENTS}/ does not hold.")
        facts[fact.document].append(fact)
    return tuple(Filing(path, tuple(facts[path.stem]), tagged=False) for path in _files(data / DOCUMENTS))


def _inline_xbrl(data: Path) -> tuple[Filing, ...]:
    return tuple(Filing(path, read_tagged(path), tagged=True) for path in _files(data) if is_inline_xbrl(path))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix.lower() in _SUFFIXES)
