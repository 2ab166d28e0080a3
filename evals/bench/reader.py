"""Compares filed pages with their sources: Chromium renders both at the same width, and the tables of figures are
compared cell by cell.
"""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from app.documents.markup.drawing import draw_filing
from app.documents.markup.framing import frame_page
from evals.bench.ingesting import sha256_mib_per_second
from evals.bench.setting import BenchSetting, BenchWork
from evals.environment.printing import find_chromium
from evals.running.engine import Case, SuiteResult
from workers.parsing.html.document import parse_html

WIDTH = 1_000
_NEAR = 2.0
"""Positions that differ by at most this many pixels are the same."""

_FIGURES = 12
_MOST_PARTS = 12
_MEASURE = """
() => {
const textOf = (cell) => cell.innerText.replace(/\u200b/g, "").replace(/\\s+/g, " ").trim();
return [...document.querySelectorAll("table")].filter((table) => !table.querySelector("table")).map((table) => {
  const left = table.getBoundingClientRect().left;
  return [...table.rows].map((row) => [...row.cells].filter((cell) => textOf(cell)).map((cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    const box = range.getBoundingClientRect();
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    let bold = true;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.data.trim() && Number(getComputedStyle(node.parentElement).fontWeight) < 600) { bold = false; }
    }
    return { text: textOf(cell), left: box.left - left, right: box.right - left, bold };
  })).filter((cells) => cells.length);
});
}
"""
"""Per table: its rows with text, and of each cell its text without characters of no width, the edges of its text in
pixels, and whether it is bold.
"""

Row = Sequence[Mapping[str, Any]]


@dataclass(slots=True)
class Comparison:
    """What the tables of a file have in common with their sources. Counts, except `seconds`."""

    tables: int = 0
    found: int = 0
    rows: int = 0
    same_rows: int = 0
    cells: int = 0
    same_edges: int = 0
    same_bold: int = 0
    seconds: list[float] = field(default_factory=list)


def bench_reader(setting: BenchSetting, work: BenchWork) -> SuiteResult:
    """Render each HTML file and its filed pages, and compare their tables. Needs Chromium and Playwright."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a tool of development

    total, cases = Comparison(), []
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_chromium())
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        page.route(re.compile("^https?:"), lambda route: route.abort())
        for path in sorted(file for file in work.files if file.suffix.lower() in (".html", ".htm")):
            setting.notify(f"Comparing {path.name}")
            one = _compare(page, path, Path(folder))
            cases.append(Case(path.name, share(one.same_edges, one.cells) * 100, f"{one.found} of {one.tables}", {}))
            for name in ("tables", "found", "rows", "same_rows", "cells", "same_edges", "same_bold"):
                setattr(total, name, getattr(total, name) + getattr(one, name))
            total.seconds += one.seconds
        browser.close()
    metrics = {
        "files": float(len(cases)),
        "tables": float(total.tables),
        "tables_found": share(total.found, total.tables),
        "rows_the_same": share(total.same_rows, total.rows),
        "cells": float(total.cells),
        "edges_the_same": share(total.same_edges, total.cells),
        "bold_the_same": share(total.same_bold, total.cells),
        "p95_draw_seconds": float(np.percentile(total.seconds or [0.0], 95)),
        "reference_sha256_mib_per_second": sha256_mib_per_second(),
    }
    return SuiteResult(metrics=metrics, cases=cases)


def share(part: int, whole: int) -> float:
    """Return the share, or 0 of nothing."""
    return part / whole if whole else 0.0


def _compare(page: Any, path: Path, folder: Path) -> Comparison:
    texts = [each.text for each in parse_html(path).pages]
    started = time.perf_counter()
    filing = draw_filing(path.read_bytes(), texts)
    result = Comparison(seconds=[time.perf_counter() - started])
    page.goto(path.resolve().as_uri())
    wanted = [table for table in page.evaluate(_MEASURE) if _is_of_figures(table)]
    shown: list[Sequence[Row]] = []
    for number, (filed, text) in enumerate(zip(filing.pages, texts, strict=True), 1):
        if "<table" not in "".join(filed.parts):
            continue
        file = folder / f"{number}.html"
        file.write_text(frame_page(filed, filing.sheet, text, [], is_strict=filing.is_strict).html, encoding="utf-8")
        page.goto(file.as_uri())
        shown.extend(page.evaluate(_MEASURE))
    for table in wanted:
        count_table(result, table, find_same(table, shown))
    return result


def find_same(source: Sequence[Row], shown: Sequence[Sequence[Row]]) -> Sequence[Row] | None:
    """Return the rows of the tables, one after the other, that have the source's texts: pages may part a table."""
    wanted = _key(source)
    for start in range(len(shown)):
        rows: list[Row] = []
        for table in shown[start : start + _MOST_PARTS]:
            rows.extend(table)
            if len(rows) >= len(wanted):
                break
        if _key(rows) == wanted:
            return rows
    return None


def count_table(result: Comparison, source: Sequence[Row], shown: Sequence[Row] | None) -> None:
    """Add a table to the counts. A table that is not shown has no row or cell that is the same."""
    result.tables += 1
    result.rows += len(source)
    result.cells += sum(map(len, source))
    if shown is None:
        return
    result.found += 1
    for one, other in zip(source, shown, strict=True):
        result.same_rows += [cell["text"] for cell in one] == [cell["text"] for cell in other]
        for left, right in zip(one, other, strict=True):
            edges = all(abs(left[edge] - right[edge]) <= _NEAR for edge in ("left", "right"))
            result.same_edges += edges
            result.same_bold += left["bold"] == right["bold"]


def _is_of_figures(table: Sequence[Row]) -> bool:
    texts = [cell["text"] for row in table for cell in row]
    return sum(re.fullmatch(r"[(]?[\d,.]*\d[)]?%?", text) is not None for text in texts) >= _FIGURES


def _key(table: Sequence[Row]) -> tuple[str, ...]:
    return tuple("\t".join(cell["text"] for cell in row) for row in table)
