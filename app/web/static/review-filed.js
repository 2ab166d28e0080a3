// A page as it was filed, in a frame without scripts. What is selected in it is found in the page's text by its words:
// the frame has the filing's own spaces and line ends.
import { element } from "./api.js";
import { showPlace } from "./places.js";

const isSpace = (point) => /\s/.test(point);
const dense = (text) => Array.from(text).filter((point) => !isSpace(point));

// Returns [start, end] of `wanted` in the page's text: of several places, the one nearest to `before` characters.
function placeOf(page, wanted, before) {
  const places = page.points.flatMap((point, index) => (isSpace(point) ? [] : [index]));
  let best = null;
  for (let at = 0; at + wanted.length <= places.length; at += 1) {
    if (best !== null && at - before > Math.abs(best - before)) {
      break;
    }
    if (wanted.every((point, index) => page.points[places[at + index]] === point) && (best === null || Math.abs(at - before) < Math.abs(best - before))) {
      best = at;
    }
  }
  return best === null ? null : [places[best], places[best + wanted.length - 1] + 1];
}

// The frame's selection as [start, end] of the page's text, or null.
function selectedIn(frame, page) {
  const filed = frame.contentDocument;
  const chosen = filed.getSelection();
  if (chosen === null || chosen.isCollapsed) {
    return null;
  }
  const range = chosen.getRangeAt(0);
  const before = filed.createRange();
  before.setStart(filed.body, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const wanted = dense(range.toString());
  return wanted.length ? placeOf(page, wanted, dense(before.toString()).length) : null;
}

// Returns the frame. `select(span)` is called with what is selected, `selectCell(span)` with a word that was clicked
// twice. The desk's keys work while the frame has the focus.
export function drawFiled(page, src, { select, selectCell }) {
  const frame = element("iframe", { src, sandbox: "allow-same-origin", title: `Page ${page.number}, as filed` });
  frame.addEventListener("load", () => {
    const filed = frame.contentDocument;
    if (filed?.contentType !== "text/html") {
      return;
    }
    showPlace(frame, "quote");
    let clicked = null; // the word that was clicked twice: the browser may report its selection later than the click
    filed.addEventListener("selectionchange", () => {
      const span = selectedIn(frame, page);
      if (span !== null && String(span) !== String(clicked)) {
        clicked = null;
        select(span);
      }
    });
    filed.addEventListener("dblclick", () => {
      clicked = selectedIn(frame, page);
      if (clicked !== null) {
        selectCell(clicked);
      }
    });
    filed.addEventListener("keydown", (event) => {
      const { key, code, ctrlKey, metaKey, altKey, shiftKey } = event;
      const passed = new KeyboardEvent("keydown", { key, code, ctrlKey, metaKey, altKey, shiftKey, bubbles: true, cancelable: true });
      if (!frame.dispatchEvent(passed)) {
        event.preventDefault();
      }
    });
  });
  return frame;
}
