// The list of documents: folds the filters on narrow screens, chooses all documents of a page, says how many are chosen,
// and shows that a search runs.
const fold = document.querySelector(".facet-fold");
if (fold) {
  const wide = window.matchMedia("(min-width: 60rem)");
  const set = () => { fold.open = wide.matches; };
  set();
  wide.addEventListener("change", set);
}

const form = document.getElementById("selected");
const all = document.getElementById("all");
if (form && all) {
  const boxes = [...form.querySelectorAll("input[name=document]")];
  const count = form.querySelector("[data-count]");
  const buttons = form.querySelectorAll("[data-selection] button");
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    count.textContent = chosen > 0 ? `${chosen} chosen` : "Choose all on this page";
    for (const button of buttons) {
      button.disabled = chosen === 0;
    }
  };
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) {
      box.checked = all.checked;
    }
    tell();
  });
  form.addEventListener("change", tell);
  window.addEventListener("pageshow", tell);
  tell();
}

const find = document.querySelector(".find");
find?.addEventListener("submit", () => { find.setAttribute("aria-busy", "true"); });
window.addEventListener("pageshow", () => { find?.removeAttribute("aria-busy"); });
