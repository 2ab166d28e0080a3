// The reader's keys, also while the filing's frame has the focus; and links of a filing that lead to another page.
// Without this file, everything works by its links and forms, but a filing has one size and begins at its top.
import { showPlace } from "./places.js";

const reader = document.querySelector("[data-reader]");
const frame = reader?.querySelector("iframe");

function isTyping(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") != null;
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
    return;
  }
  const key = event.key === "=" ? "+" : event.key;
  if (key === "/") {
    event.preventDefault();
    reader.querySelector("[data-find]").select();
    return;
  }
  const link = reader.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (link) {
    event.preventDefault();
    link.click();
  }
}

// The page that the frame shows now, and the place on it, or null for the page that this reader is for.
function turned() {
  const place = frame.contentWindow.location;
  const [, number] = /\/pages\/(\d+)\/filed$/.exec(place.pathname) ?? [];
  return number === undefined || number === reader.dataset.page ? null : { number, at: place.hash.slice(1) };
}

function follow() {
  if (!frame.contentDocument) {
    return; // The browser shows an error of its own.
  }
  const other = turned();
  if (other) {
    const query = new URLSearchParams({ version: reader.dataset.version, at: other.at });
    location.assign(`/documents/${reader.dataset.document}/pages/${other.number}?${query}`);
    return;
  }
  frame.contentDocument.documentElement.style.zoom = Number(reader.dataset.zoom) / 100;
  showPlace(frame, frame.dataset.at);
  frame.contentWindow.addEventListener("keydown", press);
}

if (reader) {
  document.addEventListener("keydown", press);
  reader.querySelector(".reader-leaf [data-quote], .reader-plain [data-quote]")?.scrollIntoView({ block: "center" });
  if (frame) {
    frame.addEventListener("load", follow);
    if (frame.contentDocument?.readyState === "complete") {
      follow();
    }
  }
}
