"""Loads filings with the true facts of their statements, in Footnote's own format or as inline XBRL.

Footnote's format is a folder with `facts.jsonl` (a `TaggedFact` per line; unknown fields and duplicate ids are errors)
and the filings without their tags in `documents/`. The inline XBRL format is a folder with the original `.html` files
of filings; other files in it are ignored.
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
    """A filing's file, and the facts tagged on its statements (none if it has no statements).

    `tagged` is true if the file contains the tags. The filing's name is the file name without the extension.
    `elsewhere` are the facts that it tags outside its statements. `company` identifies the issuer, if it is known.
    """

    path: Path
    facts: tuple[TaggedFact, ...]
    tagged: bool
    elsewhere: tuple[TaggedFact, ...] = ()
    company: str = ""

    @property
    def name(self) -> str:
        return self.path.stem

    def read_plain(self) -> bytes:
        """Return the filing without its tags. Raises DatasetError."""
        data = self.path.read_bytes()
        return strip_tags(data, self.path.name) if self.tagged else data


def load_filings(data: Path) -> tuple[Filing, ...]:
    """Load the filings of a folder in either format, sorted by name. Raises DataMissingError, DatasetError."""
    filings = _own_form(data) if (data / FACTS).is_file() else _inline_xbrl(data)
    if not filings:
        raise DataMissingError(f"{data} contains no filing in inline XBRL and no {FACTS}.")
    return filings


def _own_form(data: Path) -> tuple[Filing, ...]:
    facts: dict[str, list[TaggedFact]] = {path.stem: [] for path in _files(require_file(data, DOCUMENTS))}
    for fact in parse_cases(data / FACTS, TaggedFact):
        if fact.document not in facts:
            raise DatasetError(f"{FACTS}: the fact {fact.id} is of a document that {DOCUMENTS}/ does not contain.")
        facts[fact.document].append(fact)
    return tuple(Filing(path, tuple(facts[path.stem]), tagged=False) for path in _files(data / DOCUMENTS))


def _inline_xbrl(data: Path) -> tuple[Filing, ...]:
    return tuple(_read(path) for path in _files(data) if is_inline_xbrl(path))


def _read(path: Path) -> Filing:
    read = read_tagged(path)
    return Filing(path, read.facts, tagged=True, elsewhere=read.elsewhere, company=read.company)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix.lower() in _SUFFIXES)
