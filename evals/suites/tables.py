"""Tables: whether each figure of a table is a cell with its value, sign, scale, row label and period.

The data is a folder of filings in inline XBRL (`evals.datasets.printed_figures`), or of tables with questions in the
form of TAT-QA (`evals.datasets.tatqa`). A filing is read without its tags: as HTML (kind `html`), and printed to PDF if
Chromium is installed (kind `pdf`); printed files are kept. A document that can't be read has all its figures missed.

Files are parsed in the sandbox and tables are read as in the pipeline, but in processes of this run: nothing is stored,
so no Footnote is started. A case is a document in one format, so that figures can be compared without some companies.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import DocumentError
from app.evaluations.metrics import Aggregate, MetricSpec
from app.tables.model import Cell, Table
from evals.datasets.files import DataMissingError
from evals.datasets.ixbrl import is_inline_xbrl, strip_tags
from evals.datasets.printed_figures import read_tagged_tables
from evals.datasets.tatqa import PublishedTable, is_tatqa, load_tatqa
from evals.environment.context import SuiteContext, Used
from evals.environment.printing import PdfPrinter, PrintingFailedError, find_chromium
from evals.environment.reading import read_document, reading_pool
from evals.environment.store import home_name
from evals.running.engine import Case, Suite
from evals.scoring.published_cells import JudgedPublished, compare_published
from evals.scoring.tagged_cells import JudgedFigure, compare_cells
from evals.scoring.verdicts import METRICS, Verdict, count_verdicts

HTML, PDF = "html", "pdf"
TRACED = 200
_SUFFIXES = (".html", ".htm", ".xhtml")


@dataclass(frozen=True, slots=True)
class TablesCase:
    """A document in one format. The kind is the format. `published` is None for a filing."""

    id: str
    kind: str
    path: Path
    published: PublishedTable | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """A document's pages and tables, the seconds that reading took, and the error if it can't be read."""

    pages: Mapping[int, str]
    tables: Sequence[Table]
    seconds: float
    error: str


@dataclass(frozen=True, slots=True)
class TablesScoring:
    """Scores documents in other processes. `folder` has the files without tags. Implements `Scoring`."""

    pool: Executor
    folder: Path
    used: Used = Used()  # noqa: RUF009  a frozen value can be shared

    def score(self, case: TablesCase) -> Case:
        return self.pool.submit(score_document, case, self.folder).result()


class TablesSuite(Suite[TablesCase]):
    name = "tables"
    version = "1"
    purpose = "figures of tables as cells: value, sign, scale, row label and period, against tags or published tables"
    metrics = (
        *METRICS,
        *(
            MetricSpec(name=f"right_share_{kind}", of=(f"right_{kind}", f"figures_{kind}"), how=Aggregate.RATIO)
            for kind in (HTML, PDF)
        ),
    )

    def load(self, data: Path) -> Sequence[TablesCase]:
        if is_tatqa(data):
            return [TablesCase(table.path.stem, HTML, table.path, table) for table in load_tatqa(data)]
        files = sorted(path for path in data.iterdir() if path.suffix.lower() in _SUFFIXES and is_inline_xbrl(path))
        if not files:
            raise DataMissingError(f"{data} contains no filing in inline XBRL.")
        return [TablesCase(f"{path.stem}/{kind}", kind, path) for kind in (HTML, PDF) for path in files]

    @contextmanager
    def open(self, context: SuiteContext, cases: Sequence[TablesCase]) -> Iterator[TablesScoring]:
        folder = context.homes / "filings" / home_name(context.data_digest)
        folder.mkdir(parents=True, exist_ok=True)
        context.notify(f"Reading the tables of {len(cases)} documents")
        with reading_pool() as pool:
            yield TablesScoring(pool, folder)


def score_document(case: TablesCase, folder: Path) -> Case:
    """Read one document and compare its tables with the truth. Raises DatasetError."""
    if case.published is not None:
        return judge_published_document(case, case.published, _read(case.path))
    try:
        path = _write_plain(case, folder)
    except PrintingFailedError as error:
        return Case(case.id, None, f"{error.code}: {error.detail}")
    if path is None:
        return Case(case.id, None, "Chromium is not installed, so no PDF can be printed")
    truth = read_tagged_tables(case.path)
    if not truth.figures:
        return Case(case.id, None, "the filing tags no figure in a table")
    read = _read(path)
    judged = compare_cells(truth, read.pages, read.tables)
    return _case(
        case,
        count_verdicts(
            [each.verdict for each in judged],
            unstated=sum(each.unstated for each in judged),
            undated=sum(each.undated for each in judged),
            lenient=sum(each.unstated or each.undated for each in judged),
        ),
        {"company": truth.company, "in_prose": truth.in_prose},
        [_trace_tagged(each) for each in judged if each.verdict is not Verdict.RIGHT],
        read,
    )


def judge_published_document(case: TablesCase, table: PublishedTable, read: _Read) -> Case:
    """Build the case of a published table."""
    if not table.figures:
        return Case(case.id, None, "the document has no table with figures")
    judged = compare_published(table, read.pages, read.tables)
    checked = {
        "with_scale": sum(figure.scale is not None or figure.is_percent for figure in table.figures),
        "with_year": sum(figure.year is not None for figure in table.figures),
    }
    faulty = [_trace_published(each) for each in judged if each.verdict is not Verdict.RIGHT]
    return _case(case, count_verdicts([each.verdict for each in judged]), checked, faulty, read)


def _case(
    case: TablesCase,
    measures: Mapping[str, float],
    details: Mapping[str, object],
    faulty: Sequence[Mapping[str, object]],
    read: _Read,
) -> Case:
    right, figures = measures["right"], measures["figures"]
    counted = f"{right:.0f} of {figures:.0f} figures, {measures['wrong']:.0f} wrong, {measures['missed']:.0f} missed"
    return Case(
        id=case.id,
        kind=case.kind,
        score=right / figures,
        reason=f"{counted} ({read.error})" if read.error else counted,
        measures={**measures, f"right_{case.kind}": right, f"figures_{case.kind}": figures},
        details=details,
        trace={"faulty": faulty[:TRACED]},
        times={"read": read.seconds},
    )


def _write_plain(case: TablesCase, folder: Path) -> Path | None:
    """Write the filing without tags in the case's format, if it is not there. Return None without Chromium.

    An existing PDF is reused: Chromium needs seconds for it, and writes the time into it.
    """
    path = folder / f"{case.path.stem}.{case.kind}"
    if case.kind == HTML or not path.exists():
        plain = strip_tags(case.path.read_bytes(), case.path.name)
        if case.kind == HTML:
            path.write_bytes(plain)
        elif (chromium := find_chromium()) is None:
            return None
        else:
            PdfPrinter(chromium).print_page(plain, path)
    return path


def _read(path: Path) -> _Read:
    """Read a file. A file that can't be read has no pages and no tables."""
    began = time.perf_counter()
    try:
        document = read_document(path)
    except DocumentError as failure:
        return _Read({}, (), time.perf_counter() - began, f"{failure.code}: {failure.detail}")
    return _Read(document.pages, document.tables, time.perf_counter() - began, "")


def _trace_tagged(judged: JudgedFigure) -> dict[str, object]:
    figure = judged.figure
    return {
        "verdict": judged.verdict.value,
        "printed": f"({figure.text})" if figure.negative else figure.text,
        "label": figure.labels[0] if figure.labels else "",
        "headings": list(figure.headings[:3]),
        "tags": [
            {"value": str(tag.value), "scale": tag.scale, "measure": tag.measure, "period": str(tag.period)}
            for tag in figure.tags
        ],
        "read": _trace_cell(judged.table, judged.cell),
    }


def _trace_published(judged: JudgedPublished) -> dict[str, object]:
    figure, found = judged.figure, judged.found
    return {
        "verdict": judged.verdict.value,
        "printed": figure.text,
        "label": figure.label,
        "year": figure.year,
        "scale": "percent" if figure.is_percent else figure.scale,
        "read": _trace_cell(None, None) if found is None else _trace_cell(found.table, found.cell),
    }


def _trace_cell(table: Table | None, cell: Cell | None) -> dict[str, object] | None:
    if table is None or cell is None:
        return None
    value = cell.value
    return {
        "page": cell.page,
        "table": table.number,
        "row": cell.row,
        "column": cell.column,
        "text": cell.text,
        "kind": cell.kind.value,
        "value": None if value is None else [value.kind.value, str(value.value), value.unit, value.scale],
        "header_path": list(cell.header_path),
        "label_path": list(cell.label_path),
        "period": None if cell.period is None else str(cell.period),
        "title": table.title,
        "units_line": table.units_line,
    }


SUITE = TablesSuite()
