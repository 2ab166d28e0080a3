import { element, read, received, send } from "./api.js";
import { showPlace } from "./places.js";
import { persist } from "./retries.js";

const viewer = document.getElementById("viewer");
const sheet = document.getElementById("sheet");
const AFTERWARDS = "Open the page again later.";
const SVG = "http://www.w3.org/2000/svg";
let opener = null;

function highlight(page, span) {
  const overlay = document.createElementNS(SVG, "svg");
  overlay.setAttribute("viewBox", `0 0 ${page.width} ${page.height}`);
  overlay.setAttribute("preserveAspectRatio", "none");
  overlay.setAttribute("aria-hidden", "true");
  for (const word of page.words) {
    if (word.end > span.start && word.start < span.end) {
      const box = document.createElementNS(SVG, "rect");
      box.setAttribute("x", word.x0 - 1);
      box.setAttribute("y", word.y0 - 1);
      box.setAttribute("width", word.x1 - word.x0 + 2);
      box.setAttribute("height", word.y1 - word.y0 + 2);
      overlay.append(box);
    }
  }
  return overlay;
}

// The server counts offsets in code points; JavaScript counts UTF-16 code units.
function markText(text, start, end) {
  const points = Array.from(text);
  const cut = (from, to) => points.slice(from, to).join("");
  return element("pre", { tabindex: "0" }, cut(0, start), element("mark", {}, cut(start, end)), cut(end));
}

// A page that was read again may have the quote at another place, or have other text there. A cell has no quote.
function located(page, citation) {
  if (citation.quote === undefined) {
    return { start: citation.char_start, end: citation.char_end };
  }
  const points = Array.from(page.text);
  const stands = (start) => points.slice(start, start + length).join("") === citation.quote;
  const length = Array.from(citation.quote).length;
  if (stands(citation.char_start)) {
    return { start: citation.char_start, end: citation.char_start + length };
  }
  const at = page.text.indexOf(citation.quote);
  const start = at < 0 ? -1 : Array.from(page.text.slice(0, at)).length;
  return at < 0 ? { start: 0, end: 0 } : { start, end: start + length };
}

const showProblem = (error) => sheet.replaceChildren(element("p", { class: "problem", role: "alert" }, error.message));

// An image that fails does not say why. Therefore, fetch it, which waits for the end of an outage, and load it again.
function pageImage(src, alt) {
  const image = element("img", { src, alt });
  const fetched = async () => received((await send(src)).blob());
  const again = () => persist(fetched, AFTERWARDS).then(() => { image.src = src; }, (error) => image.isConnected && showProblem(error));
  image.addEventListener("error", again, { once: true });
  return image;
}

// A page of an HTML filing as it was filed, in a frame without scripts; its text if it can't be shown so.
function filedPage(path, citation, page, span) {
  const frame = element("iframe", {
    sandbox: "allow-same-origin", title: `Page ${citation.page_number} of ${citation.document_title}, as filed`,
    src: span.end > span.start ? `${path}/filed?mark=${span.start}-${span.end}` : `${path}/filed`,
  });
  frame.addEventListener("load", () => {
    if (frame.contentDocument?.contentType !== "text/html") {
      frame.replaceWith(markText(page.text, span.start, span.end));
      return;
    }
    showPlace(frame, "quote");
  });
  return frame;
}

function readerAddress({ document_id, version_id, page_number }, span) {
  const query = new URLSearchParams({ version: version_id, ...(span.end > span.start ? span : {}) });
  return `/documents/${document_id}/pages/${page_number}?${query}`;
}

export async function openCitation(citation, button) {
  for (const other of document.querySelectorAll(".cite")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
  opener = button;
  document.getElementById("viewer-title").textContent = `${citation.document_title}, page ${citation.page_number}`;
  document.getElementById("viewer-quote").textContent = citation.quote ?? "";
  sheet.replaceChildren(element("p", { class: "hint" }, "Opening the page…"));
  viewer.hidden = false;
  const path = `/v1/documents/${citation.document_id}/versions/${citation.version_id}/pages/${citation.page_number}`;
  try {
    const page = await read(path, AFTERWARDS);
    if (opener !== button) {
      return; // The user closed the page meanwhile, or opened another one.
    }
    const span = located(page, citation);
    document.getElementById("viewer-quote").textContent ||= Array.from(page.text).slice(span.start, span.end).join("");
    document.getElementById("viewer-title").replaceChildren(element("a", { href: readerAddress(citation, span) }, `${citation.document_title}, page ${citation.page_number}`));
    if (page.width > 0) {
      const alt = `Page ${citation.page_number} of ${citation.document_title}`;
      sheet.replaceChildren(pageImage(`${path}/image?dpi=110`, alt), highlight(page, span));
    } else if (page.filed) {
      sheet.replaceChildren(filedPage(path, citation, page, span));
    } else {
      sheet.replaceChildren(markText(page.text, span.start, span.end));
    }
  } catch (error) {
    if (opener !== button) {
      return;
    }
    showProblem(error);
  }
  viewer.focus();
  const mark = sheet.querySelector("rect, mark");
  if (mark) {
    mark.scrollIntoView({ block: "center" });
  }
}

export function closeViewer() {
  viewer.hidden = true;
  if (opener) {
    opener.setAttribute("aria-pressed", "false");
    opener.focus();
    opener = null;
  }
}
