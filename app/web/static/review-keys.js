// The keys of the review page: usual ones, which a user may change. They are kept in the browser.
import { element } from "./api.js";

const STORE = "footnote-review-keys";

export const ACTIONS = [
  ["next", "Next field", "j"],
  ["before", "Previous field", "k"],
  ["approve", "Approve the value", "a"],
  ["edit", "Type another value", "e"],
  ["take", "Use what is selected on the page", "s"],
  ["absent", "Absent: the document does not state it", "n"],
  ["unclear", "Unclear: somebody else has to look", "u"],
  ["reject", "Reject: the value is wrong", "x"],
  ["undo", "Undo the last decision", "z"],
  ["back", "Send back, with a reason", "b"],
  ["comment", "Comment", "c"],
  ["history", "History", "h"],
  ["evidence", "Next quote of the field", "v"],
  ["pageBefore", "Previous page", "["],
  ["pageAfter", "Next page", "]"],
  ["larger", "Larger page", "+"],
  ["smaller", "Smaller page", "-"],
  ["find", "Find on the page", "/"],
  ["claim", "Claim the task", "C"],
  ["task", "Next task", "g"],
  ["bulk", "Approve in bulk", "B"],
  ["keys", "Show these keys", "?"],
];

function stored() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {};
  }
}

let chosen = stored();
const keyOf = (name, usual) => chosen.keys?.[name] ?? usual;

function keep(change) {
  chosen = { ...chosen, ...change };
  try {
    localStorage.setItem(STORE, JSON.stringify(chosen));
  } catch {
    // Without storage, the keys last as long as the page.
  }
}

// Names of actions by key.
const byKey = () => new Map(ACTIONS.map(([name, , usual]) => [keyOf(name, usual), name]));

export const keyFor = (name) => keyOf(name, ACTIONS.find(([each]) => each === name)[2]);
const isTyping = (target) => target.closest("input:not([type=checkbox]), textarea, select, dialog") !== null;

// Calls `run(action)` for keys that are pressed outside of text boxes; on a page with only some of the actions, for these.
export function watchKeys(run, only = null) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || chosen.off) {
      return;
    }
    const digit = /^[1-9]$/.test(event.key);
    const action = byKey().get(event.key) ?? (digit ? "choice" : null);
    if (action !== null && (only === null || only.includes(action))) {
      event.preventDefault();
      run(action, digit ? Number(event.key) : null);
    }
  });
}

// Fills the dialog of keys. `changed` is called after each change.
export function offerKeys(changed) {
  const dialog = document.getElementById("keys");
  const problem = document.getElementById("keys-problem");
  const on = document.getElementById("keys-on");
  const show = () => {
    problem.textContent = "";
    on.checked = !chosen.off;
    document.getElementById("key-rows").replaceChildren(...ACTIONS.map(([name, title, usual]) => {
      const button = element("button", { type: "button", class: "quiet small", "aria-label": `${title}: ${keyOf(name, usual)}. Change it.` }, keyOf(name, usual));
      button.addEventListener("click", () => listen(button, name, title));
      return element("tr", {}, element("th", { scope: "row" }, title), element("td", {}, button));
    }), element("tr", {}, element("th", { scope: "row" }, "Take one of several values"), element("td", {}, "1 to 9")));
  };
  function listen(button, name, title) {
    button.textContent = "press a key…";
    button.addEventListener("keydown", (event) => {
      if (["Shift", "Control", "Alt", "Meta", "Tab"].includes(event.key)) {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      const holder = byKey().get(event.key);
      if (event.key !== "Escape" && (event.key.length !== 1 || /^[1-9 ]$/.test(event.key))) {
        problem.textContent = "Choose a letter or a sign.";
        return;
      }
      if (event.key !== "Escape" && holder !== undefined && holder !== name) {
        problem.textContent = `${event.key} is the key for: ${ACTIONS.find(([each]) => each === holder)[1]}. Change that one first.`;
        return;
      }
      if (event.key !== "Escape") {
        keep({ keys: { ...chosen.keys, [name]: event.key } });
      }
      show();
      changed();
      document.querySelector(`#key-rows button[aria-label^="${title}:"]`).focus();
    });
  }
  on.addEventListener("change", () => keep({ off: !on.checked }));
  document.getElementById("keys-reset").addEventListener("click", () => {
    keep({ keys: {} });
    show();
    changed();
  });
  show();
  return () => { show(); dialog.showModal(); };
}
