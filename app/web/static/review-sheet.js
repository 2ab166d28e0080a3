// The document's page beside the fields: quotes are marked, and words or a cell can be selected as a value.
import { element, read } from "./api.js";
import { drawFiled } from "./review-filed.js";
import { drawMarks, newOverlay, wordAt } from "./review-image.js";
import { cellOf, drawText, selectedSpan } from "./review-text.js";

const AFTERWARDS = "Open the page again later.";
const DPI = 110;
const KEPT = 40; // pages
const ZOOMS = [1, 1.5, 2, 3];
const NARROW = 700; // pixels

const sheet = document.getElementById("sheet");
const title = document.getElementById("page-title");
const take = document.getElementById("take");
const asFiled = document.getElementById("as-filed");

const pages = new Map(); // page number -> promise of a page
const images = new Map();
const tables = new Map(); // page number -> promise of its tables
let place = null; // { document, version, pages }
let shown = null; // the page on show, with its points
let shownTables = []; // its tables, as far as they are loaded
let marks = []; // { field, title, evidence }
let current = null; // the evidence on show
let picked = null; // the selection: { page, start, end, quote }
let zoom = window.innerWidth < NARROW ? 2 : 1;
let pickField = () => {};
let opening = Promise.resolve(); // ends when the page that was opened last is on show

const pathOf = (number) => `/v1/documents/${place.document}/versions/${place.version}/pages/${number}`;

asFiled.addEventListener("click", () => {
  asFiled.setAttribute("aria-pressed", String(asFiled.getAttribute("aria-pressed") !== "true"));
  draw();
  reveal();
});

export function setUp(where, handlers) {
  place = where;
  pickField = handlers.pickField;
}

function kept(cache, number, make) {
  if (!cache.has(number)) {
    const made = make();
    made.catch?.(() => cache.delete(number));
    cache.set(number, made);
    if (cache.size > KEPT) {
      cache.delete(cache.keys().next().value);
    }
  }
  return cache.get(number);
}

const load = (number) => kept(pages, number, () => read(pathOf(number), AFTERWARDS).then((page) => ({ ...page, points: Array.from(page.text) })));
const imageOf = (page) => kept(images, page.number, () => element("img", { src: `${pathOf(page.number)}/image?dpi=${DPI}`, alt: `Page ${page.number}`, draggable: "false" }));

const tablesOf = (number) => kept(tables, number, async () => {
  const base = `/v1/documents/${place.document}/versions/${place.version}/tables`;
  const { items } = await read(`${base}?page=${number}&limit=100`, AFTERWARDS);
  return Promise.all(items.map((table) => read(`${base}/${table.number}`, AFTERWARDS)));
});

// Loads a page that is probably needed next.
export function prepare(number) {
  if (number >= 1 && number <= place.pages) {
    load(number).then((page) => (page.width > 0 ? imageOf(page).decode?.() : tablesOf(number))).catch(() => {});
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

// The marks of the page: quotes of fields, and what is selected.
function marksOn(page) {
  const quoted = marks.filter(({ evidence }) => evidence.page === page.number).flatMap((mark) => {
    const span = located(page, mark.evidence);
    return span === null ? [] : [{ ...mark, start: span.start, end: span.end, look: mark.evidence === current ? "now" : "other" }];
  });
  const shownOnly = current !== null && current.page === page.number && !quoted.some(({ look }) => look === "now") ? located(page, current) : null;
  const own = picked?.page === page.number && !picked.native ? [{ ...picked, look: "picked" }] : [];
  return [...quoted, ...(shownOnly ? [{ ...shownOnly, look: "now" }] : []), ...own];
}

// The page as it was filed. What is selected is not marked again: the frame would load anew.
function showFiled() {
  const spans = marksOn(shown).sort((one, other) => (other.look === "now") - (one.look === "now")).slice(0, 200);
  const query = new URLSearchParams(spans.map(({ start, end }) => ["mark", `${start}-${end}`]));
  const src = `${pathOf(shown.number)}/filed?${query}`;
  if (sheet.querySelector("iframe")?.getAttribute("src") !== src) {
    const page = shown;
    sheet.replaceChildren(drawFiled(page, src, {
      select: ([start, end]) => pick(page, start, end, { native: true }),
      selectCell: async ([start, end]) => {
        const cell = await cellAround(page, { start, end });
        if (cell !== null) {
          const { start: from, end: to, ...more } = cell;
          pick(page, from, to, { ...more, native: true });
        }
      },
    }));
  }
}

function draw() {
  title.textContent = `Page ${shown.number} of ${place.pages}`;
  asFiled.hidden = !shown.filed;
  if (shown.filed && asFiled.getAttribute("aria-pressed") === "true") {
    showFiled();
    return;
  }
  if (shown.width > 0) {
    let leaf = sheet.querySelector(".leaf.image");
    if (leaf?.dataset.page !== String(shown.number)) {
      const overlay = newOverlay(shown);
      watchPointer(overlay, shown);
      leaf = element("div", { class: "leaf image", "data-page": shown.number }, imageOf(shown), overlay);
      sheet.replaceChildren(leaf);
    }
    leaf.style.width = `${100 * zoom}%`;
    drawMarks(shown, leaf.querySelector("svg"), marksOn(shown), pickField);
  } else {
    const top = sheet.scrollTop;
    const isSame = sheet.firstChild?.dataset?.page === String(shown.number);
    const leaf = drawText(shown, shownTables, marksOn(shown), pickField);
    leaf.dataset.page = shown.number;
    sheet.replaceChildren(leaf);
    sheet.scrollTop = isSame ? top : 0;
  }
}

// Scrolls the sheet alone: the field stays where it is.
function reveal() {
  const mark = sheet.querySelector(".picked, .now");
  if (mark !== null) {
    const [box, frame] = [mark.getBoundingClientRect(), sheet.getBoundingClientRect()];
    sheet.scrollTop += box.top - frame.top - (frame.height - box.height) / 3;
    sheet.scrollLeft += box.left - frame.left - (frame.width - box.width) / 2;
  }
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
    shownTables = [];
    draw();
    reveal();
    prepare(number + 1);
    if (page.width === 0) {
      addTables(page);
    }
  } catch (error) {
    sheet.replaceChildren(element("p", { class: "problem", role: "alert" }, error.message));
  }
}

// The text is on show at once; its tables follow. What is selected meanwhile stays as it is.
async function addTables(page) {
  const found = await tablesOf(page.number).catch(() => []);
  if (shown === page && found.length && document.getSelection().isCollapsed) {
    shownTables = found;
    draw();
    reveal();
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

export function changeZoom(step) {
  zoom = ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, ZOOMS.indexOf(zoom) + step))];
  if (shown !== null) {
    draw();
    reveal();
  }
}

function setPicked(selection) {
  const before = picked;
  picked = selection;
  take.hidden = selection === null;
  const quote = selection?.quote ?? "";
  take.textContent = selection === null ? "Use the selection" : `Use “${quote.length > 40 ? `${quote.slice(0, 40)}…` : quote}”`;
  if (shown !== null && (shown.width > 0 || !(selection ?? before)?.native)) {
    draw();
  }
}

// The selection as evidence, or null.
export const selection = () => {
  if (picked === null) {
    return null;
  }
  const { native, ...evidence } = picked;
  return evidence;
};
export const clearSelection = () => { if (picked !== null) { setPicked(null); } };

function pick(page, start, end, more = {}) {
  const quote = quoteOf(page, start, end);
  const from = start + Array.from(quote).length - Array.from(quote.trimStart()).length;
  const trimmed = quote.trim();
  setPicked(trimmed ? { page: page.number, start: from, end: from + Array.from(trimmed).length, quote: trimmed, ...more } : null);
}

// Selects words from where the pointer went down to where it is; twice on a word selects its cell.
function watchPointer(overlay, page) {
  let first = null;
  overlay.addEventListener("pointerdown", (event) => { first = event.button === 0 ? { word: wordAt(page, overlay, event), x: event.clientX, y: event.clientY } : null; });
  overlay.addEventListener("pointermove", (event) => {
    if (first?.word && Math.hypot(event.clientX - first.x, event.clientY - first.y) > 4) {
      const last = wordAt(page, overlay, event);
      pick(page, Math.min(first.word.start, last.start), Math.max(first.word.end, last.end));
    }
  });
  document.addEventListener("pointerup", () => { first = null; });
  overlay.addEventListener("dblclick", async (event) => {
    const word = wordAt(page, overlay, event);
    if (word !== null) {
      const cell = await cellAround(page, word);
      const { start, end, ...more } = cell ?? word;
      pick(page, start, end, cell === null ? {} : more);
    }
  });
}

// The cell of a table that has the word, or null.
async function cellAround(page, word) {
  const found = await tablesOf(page.number).catch(() => []);
  const around = ([from, to]) => from <= word.start && to >= word.end;
  for (const table of found) {
    const cell = table.cells.find((each) => each.page === page.number && each.spans.some(around));
    if (cell) {
      const [start, end] = cell.spans.find(around);
      return { start, end, table: table.number, row: cell.row, column: cell.column };
    }
  }
  return null;
}

// Text pages: the browser's own selection, and a cell by clicking twice.
document.addEventListener("selectionchange", () => {
  const leaf = sheet.querySelector(".leaf.text");
  const span = leaf === null ? null : selectedSpan(leaf);
  if (span !== null) {
    pick(shown, ...span, { native: true });
  }
});
sheet.addEventListener("dblclick", (event) => {
  const cell = shown?.width === 0 ? cellOf(event.target, shownTables) : null;
  if (cell) {
    const { start, end, ...more } = cell;
    document.getSelection().removeAllRanges();
    pick(shown, start, end, more);
  }
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
