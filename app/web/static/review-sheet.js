// The document's page beside the fields: quotes are marked, and words can be selected as a value.
import { element, read } from "./api.js";

const AFTERWARDS = "Open the page again later.";
const SVG = "http://www.w3.org/2000/svg";
const DPI = 110;
const KEPT = 40; // pages

const sheet = document.getElementById("sheet");
const title = document.getElementById("page-title");
const take = document.getElementById("take");

const pages = new Map(); // page number -> promise of a page
const images = new Map();
let place = null; // { document, version, pages }
let shown = null; // the page on show, with its points
let marks = []; // { field, evidence }
let current = null; // the evidence on show
let picked = null; // the selection: { page, start, end, quote }
let pickField = () => {};
let opening = Promise.resolve(); // ends when the page that was opened last is on show

const pathOf = (number) => `/v1/documents/${place.document}/versions/${place.version}/pages/${number}`;

export function setUp(where, handlers) {
  place = where;
  pickField = handlers.pickField;
}

function load(number) {
  if (!pages.has(number)) {
    const found = read(pathOf(number), AFTERWARDS).then((page) => ({ ...page, points: Array.from(page.text) }));
    found.catch(() => pages.delete(number));
    pages.set(number, found);
    if (pages.size > KEPT) {
      pages.delete(pages.keys().next().value);
    }
  }
  return pages.get(number);
}

function imageOf(page) {
  if (!images.has(page.number)) {
    const image = element("img", { src: `${pathOf(page.number)}/image?dpi=${DPI}`, alt: `Page ${page.number}`, draggable: "false" });
    images.set(page.number, image);
    if (images.size > KEPT) {
      images.delete(images.keys().next().value);
    }
  }
  return images.get(page.number);
}

// Loads a page that is probably needed next.
export function prepare(number) {
  if (number >= 1 && number <= place.pages) {
    load(number).then((page) => { if (page.width > 0) { imageOf(page).decode?.().catch(() => {}); } }, () => {});
  }
}

const quoteOf = (page, start, end) => page.points.slice(start, end).join("");

// A version that was read again may have the quote at another place of the page.
function located(page, evidence) {
  if (quoteOf(page, evidence.start, evidence.end) === evidence.quote) {
    return evidence;
  }
  const at = page.text.indexOf(evidence.quote);
  const start = at < 0 ? -1 : Array.from(page.text.slice(0, at)).length;
  return at < 0 ? null : { ...evidence, start, end: start + Array.from(evidence.quote).length };
}

function rectangle(word, name) {
  const box = document.createElementNS(SVG, "rect");
  box.setAttribute("class", name);
  box.setAttribute("x", word.x0 - 1);
  box.setAttribute("y", word.y0 - 1);
  box.setAttribute("width", word.x1 - word.x0 + 2);
  box.setAttribute("height", word.y1 - word.y0 + 2);
  return box;
}

const wordsIn = (page, span) => page.words.filter((word) => word.end > span.start && word.start < span.end);

function drawMarks(page, overlay) {
  overlay.replaceChildren();
  for (const { field, evidence } of marks) {
    const span = evidence.page === page.number ? located(page, evidence) : null;
    for (const word of span === null ? [] : wordsIn(page, span)) {
      const box = rectangle(word, evidence === current ? "now" : "other");
      box.addEventListener("click", () => pickField(field, evidence));
      overlay.append(box);
    }
  }
  for (const word of picked?.page === page.number ? wordsIn(page, picked) : []) {
    overlay.append(rectangle(word, "picked"));
  }
}

function drawText(page) {
  const spans = marks.filter(({ evidence }) => evidence.page === page.number)
    .map(({ field, evidence }) => ({ field, evidence, span: located(page, evidence) }))
    .filter(({ span }) => span !== null)
    .sort((one, other) => one.span.start - other.span.start);
  const parts = [];
  let at = 0;
  for (const { field, evidence, span } of spans) {
    if (span.start < at) {
      continue; // It overlaps the quote before.
    }
    const mark = element("mark", { class: evidence === current ? "now" : "other" }, quoteOf(page, span.start, span.end));
    mark.addEventListener("click", () => pickField(field, evidence));
    parts.push(quoteOf(page, at, span.start), mark);
    at = span.end;
  }
  return element("pre", {}, ...parts, quoteOf(page, at, page.points.length));
}

function draw() {
  title.textContent = `Page ${shown.number} of ${place.pages}`;
  if (shown.width > 0) {
    let overlay = sheet.querySelector("svg");
    if (overlay?.dataset.page !== String(shown.number)) {
      overlay = document.createElementNS(SVG, "svg");
      overlay.dataset.page = shown.number;
      overlay.setAttribute("viewBox", `0 0 ${shown.width} ${shown.height}`);
      overlay.setAttribute("preserveAspectRatio", "none");
      overlay.setAttribute("aria-hidden", "true");
      watchPointer(overlay, shown);
      sheet.replaceChildren(imageOf(shown), overlay);
    }
    drawMarks(shown, overlay);
  } else {
    sheet.replaceChildren(drawText(shown));
  }
}

function reveal() {
  const mark = sheet.querySelector(".now, .picked");
  mark?.scrollIntoView({ block: "center", inline: "nearest" });
}

async function open(number, evidence) {
  current = evidence;
  if (shown?.number === number) {
    draw();
    reveal();
    return;
  }
  try {
    const page = await load(number);
    if (current !== evidence) {
      return; // The user went on meanwhile.
    }
    shown = page;
    draw();
    reveal();
    prepare(number + 1);
  } catch (error) {
    sheet.replaceChildren(element("p", { class: "problem", role: "alert" }, error.message));
  }
}

export function openPage(number, evidence = null) {
  opening = open(number, evidence);
  return opening;
}

export function showMarks(all) {
  marks = all;
  if (shown !== null) {
    draw();
  }
}

export function turnPage(by) {
  const number = (shown?.number ?? 1) + by;
  if (number >= 1 && number <= place.pages) {
    openPage(number);
  }
}

function setPicked(selection) {
  picked = selection;
  take.hidden = selection === null;
  take.textContent = selection === null ? "Use the selection" : `Use “${selection.quote.length > 40 ? `${selection.quote.slice(0, 40)}…` : selection.quote}”`;
  if (shown !== null && shown.width > 0) {
    draw();
  }
}

export const selection = () => picked;
export const clearSelection = () => setPicked(null);

function pick(page, start, end) {
  const quote = quoteOf(page, start, end);
  const before = quote.length - quote.trimStart().length;
  setPicked(quote.trim() ? { page: page.number, start: start + before, end: start + before + Array.from(quote.trim()).length, quote: quote.trim() } : null);
}

// Selects words from where the pointer went down to where it is.
function watchPointer(overlay, page) {
  let first = null;
  const wordAt = (event) => {
    const bounds = overlay.getBoundingClientRect();
    const x = ((event.clientX - bounds.left) / bounds.width) * page.width;
    const y = ((event.clientY - bounds.top) / bounds.height) * page.height;
    const distance = (word) => Math.hypot(Math.max(word.x0 - x, 0, x - word.x1), 3 * Math.max(word.y0 - y, 0, y - word.y1));
    return page.words.reduce((best, word) => (best === null || distance(word) < distance(best) ? word : best), null);
  };
  overlay.addEventListener("pointerdown", (event) => { first = event.button === 0 ? { word: wordAt(event), x: event.clientX, y: event.clientY } : null; });
  overlay.addEventListener("pointermove", (event) => {
    if (first?.word && Math.hypot(event.clientX - first.x, event.clientY - first.y) > 4) {
      const last = wordAt(event);
      pick(page, Math.min(first.word.start, last.start), Math.max(first.word.end, last.end));
    }
  });
  document.addEventListener("pointerup", () => { first = null; });
  overlay.addEventListener("dblclick", async (event) => {
    const word = wordAt(event);
    if (word !== null) {
      const cell = await cellAround(page, word);
      pick(page, cell?.start ?? word.start, cell?.end ?? word.end);
      if (cell) {
        setPicked({ ...picked, table: cell.table, row: cell.row, column: cell.column });
      }
    }
  });
}

// The cell of a table that has the word, or null.
async function cellAround(page, word) {
  const base = `/v1/documents/${place.document}/versions/${place.version}/tables`;
  try {
    const listed = await read(`${base}?page=${page.number}`, AFTERWARDS);
    for (const { number } of listed.items) {
      const table = await read(`${base}/${number}`, AFTERWARDS);
      const holds = (cell) => cell.page === page.number && cell.spans.some(([start, end]) => start <= word.start && end >= word.end);
      const cell = table.cells.find(holds);
      if (cell) {
        const [start, end] = cell.spans.find(([from, to]) => from <= word.start && to >= word.end);
        return { start, end, table: number, row: cell.row, column: cell.column };
      }
    }
  } catch {
    return null; // Without the tables, the word alone is selected.
  }
  return null;
}

// Text pages: the browser's own selection.
document.addEventListener("selectionchange", () => {
  const chosen = document.getSelection();
  const text = sheet.querySelector("pre");
  if (text === null || chosen.isCollapsed || !text.contains(chosen.anchorNode) || !text.contains(chosen.focusNode)) {
    return;
  }
  const range = chosen.getRangeAt(0);
  const before = document.createRange();
  before.setStart(text, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const start = Array.from(before.toString()).length;
  pick(shown, start, start + Array.from(range.toString()).length);
});

// Selects the next place of the words on the page, in any case. Returns whether there is one.
export async function findOnPage(words) {
  await opening;
  if (shown === null || !words) {
    return false;
  }
  const text = shown.points.map((point) => point.toLowerCase()[0] ?? point);
  const wanted = Array.from(words.toLowerCase());
  const stands = (at) => wanted.every((point, index) => text[at + index] === point || (/\s/.test(point) && /\s/.test(text[at + index] ?? "")));
  const from = picked?.page === shown.number ? picked.start + 1 : 0;
  for (let step = 0; step < text.length; step += 1) {
    const at = (from + step) % text.length;
    if (stands(at)) {
      pick(shown, at, at + wanted.length);
      reveal();
      return true;
    }
  }
  return false;
}
