// Boxes over the image of a page.
const SVG = "http://www.w3.org/2000/svg";

// An empty drawing over the image of `page`, in the page's points.
export function newOverlay(page) {
  const overlay = document.createElementNS(SVG, "svg");
  overlay.setAttribute("viewBox", `0 0 ${page.width} ${page.height}`);
  overlay.setAttribute("preserveAspectRatio", "none");
  overlay.setAttribute("aria-hidden", "true");
  return overlay;
}

function rectangle(word, mark) {
  const box = document.createElementNS(SVG, "rect");
  box.setAttribute("class", mark.look);
  box.setAttribute("x", word.x0 - 1);
  box.setAttribute("y", word.y0 - 1);
  box.setAttribute("width", word.x1 - word.x0 + 2);
  box.setAttribute("height", word.y1 - word.y0 + 2);
  if (mark.title) {
    const title = document.createElementNS(SVG, "title");
    title.textContent = mark.title;
    box.append(title);
  }
  return box;
}

// Draws the boxes of the words of all marks. A click on a quote's box picks its field.
export function drawMarks(page, overlay, marks, pickField) {
  overlay.replaceChildren();
  for (const mark of [...marks].sort((one, other) => (one.look === "now") - (other.look === "now"))) {
    for (const word of page.words.filter((each) => each.end > mark.start && each.start < mark.end)) {
      const box = rectangle(word, mark);
      if (mark.field) {
        box.addEventListener("click", () => pickField(mark.field, mark.evidence));
      }
      overlay.append(box);
    }
  }
}

// The word nearest to the pointer, or null on a page without words.
export function wordAt(page, overlay, event) {
  const bounds = overlay.getBoundingClientRect();
  const x = ((event.clientX - bounds.left) / bounds.width) * page.width;
  const y = ((event.clientY - bounds.top) / bounds.height) * page.height;
  const distance = (word) => Math.hypot(Math.max(word.x0 - x, 0, x - word.x1), 3 * Math.max(word.y0 - y, 0, y - word.y1));
  return page.words.reduce((best, word) => (best === null || distance(word) < distance(best) ? word : best), null);
}
