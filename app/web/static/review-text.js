// A page without an image, such as of an HTML filing: its text, with the tables as tables, and quotes marked. All texts
// become text nodes: nothing of a document is read as HTML.
import { element } from "./api.js";

const MOST_COLUMNS = 60;
const MOST_CELLS = 5_000;

// Parts of the text from `from` to `to`, cut where marks begin and end. Each knows its place in `data-start`.
function runs(page, from, to, marks, pickField) {
  const inside = marks.filter(({ start, end }) => start < to && end > from);
  const cuts = [...new Set([from, to, ...inside.flatMap(({ start, end }) => [start, end]).filter((at) => at > from && at < to)])].sort((one, other) => one - other);
  return cuts.slice(0, -1).map((start, index) => {
    const end = cuts[index + 1];
    const text = page.points.slice(start, end).join("");
    const over = inside.filter((mark) => mark.start <= start && mark.end >= end);
    if (!over.length) {
      return element("span", { "data-start": start }, text);
    }
    const top = over.find(({ look }) => look === "picked") ?? over.find(({ look }) => look === "now") ?? over[0];
    const made = element("mark", { class: top.look, "data-start": start, title: top.title ?? null }, text);
    if (top.field) {
      made.addEventListener("click", () => document.getSelection().isCollapsed && pickField(top.field, top.evidence));
    }
    return made;
  });
}

// Rows of the cells of a table, with empty cells where none stands; null if they do not fit a grid.
function gridOf(cells) {
  const first = Math.min(...cells.map((cell) => cell.row));
  const last = Math.max(...cells.map((cell) => cell.row));
  const width = Math.max(...cells.map((cell) => cell.column + cell.column_span));
  if (width > MOST_COLUMNS || cells.length > MOST_CELLS || last - first > MOST_CELLS) {
    return null;
  }
  const at = new Map(cells.map((cell) => [`${cell.row} ${cell.column}`, cell]));
  const isTaken = Array.from({ length: last - first + 1 }, () => new Array(width).fill(false));
  return isTaken.map((taken, index) => {
    const row = [];
    for (let column = 0; column < width; column += 1) {
      const cell = at.get(`${first + index} ${column}`);
      if (taken[column]) {
        continue;
      }
      row.push(cell ?? null);
      for (let down = 0; cell && down < cell.row_span; down += 1) {
        isTaken[index + down]?.fill(true, column, column + cell.column_span);
      }
    }
    return row;
  });
}

function drawCell(page, table, cell, marks, pickField) {
  if (cell === null) {
    return element("td");
  }
  const isHead = cell.kind === "heading";
  const made = element(isHead ? "th" : "td", {
    class: cell.kind, scope: isHead ? "col" : null, rowspan: cell.row_span > 1 ? cell.row_span : null, colspan: cell.column_span > 1 ? cell.column_span : null,
    "data-cell": `${table.number} ${cell.row} ${cell.column}`,
  });
  cell.spans.forEach(([from, to], index) => made.append(...(index ? [" "] : []), ...runs(page, from, to, marks, pickField)));
  return made;
}

// The tables of the page in order, each with the part of the text that it stands for.
function placed(page, tables) {
  const found = tables.map((table) => {
    const cells = table.cells.filter((cell) => cell.page === page.number && cell.spans.length > 0);
    const spans = cells.flatMap((cell) => cell.spans);
    const rows = cells.length ? gridOf(cells) : null;
    return rows === null ? null : { table, rows, start: Math.min(...spans.map(([from]) => from)), end: Math.max(...spans.map(([, to]) => to)) };
  }).filter((each) => each !== null).sort((one, other) => one.start - other.start);
  return found.filter((each, index) => index === 0 || each.start >= found[index - 1].end);
}

// Draws the page. `marks`: { start, end, look, title, field, evidence }.
export function drawText(page, tables, marks, pickField) {
  const leaf = element("div", { class: "leaf text" });
  let at = 0;
  for (const { table, rows, start, end } of placed(page, tables)) {
    leaf.append(element("pre", {}, ...runs(page, at, start, marks, pickField)));
    const body = rows.map((row) => element("tr", {}, ...row.map((cell) => drawCell(page, table, cell, marks, pickField))));
    leaf.append(element("table", {}, element("tbody", {}, ...body)));
    at = end;
  }
  leaf.append(element("pre", {}, ...runs(page, at, page.points.length, marks, pickField)));
  return leaf;
}

// Offset in the page's text of a place in the document, or null.
function offsetOf(node, offset) {
  const part = node.nodeType === Node.TEXT_NODE ? node.parentElement.closest("[data-start]") : null;
  return part === null ? null : Number(part.dataset.start) + Array.from(node.data.slice(0, offset)).length;
}

// The browser's selection as [start, end] of the page's text, or null.
export function selectedSpan(leaf) {
  const chosen = document.getSelection();
  if (chosen.isCollapsed || !leaf.contains(chosen.anchorNode) || !leaf.contains(chosen.focusNode)) {
    return null;
  }
  const range = chosen.getRangeAt(0);
  const parts = [...leaf.querySelectorAll("[data-start]")].filter((part) => range.intersectsNode(part) && part.textContent);
  if (!parts.length) {
    return null;
  }
  const last = parts.at(-1);
  const start = offsetOf(range.startContainer, range.startOffset) ?? Number(parts[0].dataset.start);
  const end = offsetOf(range.endContainer, range.endOffset) ?? Number(last.dataset.start) + Array.from(last.textContent).length;
  return start < end ? [start, end] : null;
}

// The cell around an element of the page, as { start, end, table, row, column }, or null.
export function cellOf(target, tables) {
  const place = target.closest("[data-cell]")?.dataset.cell;
  if (place === undefined) {
    return null;
  }
  const [number, row, column] = place.split(" ").map(Number);
  const cell = tables.find((table) => table.number === number)?.cells.find((each) => each.row === row && each.column === column);
  return cell && { start: cell.spans[0][0], end: cell.spans.at(-1)[1], table: number, row, column };
}
