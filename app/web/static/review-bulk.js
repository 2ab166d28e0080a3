// Bulk approval: a preview with its warnings, one revision a value, and its reversal. All of it by key.
import { element, idempotencyKey, send } from "./api.js";
import { keyFor } from "./review-keys.js";
import { persist } from "./retries.js";

const AFTERWARDS = "The values may have been approved: open the page again.";
const REASONS = {
  "below-confidence": "less sure", "failed-check": "failed a check", unread: "not read", "read-by-you": "read by you already",
  "not-editable-or-claimed": "with somebody else, or not yours to change", "review-own-work": "your own reading",
};

const dialog = document.getElementById("bulk");
const problem = document.getElementById("bulk-problem");
const result = document.getElementById("bulk-result");
const field = (name) => document.getElementById(`bulk-${name}`);
let changed = () => {};
let pressed = null; // the button of the next step, and the key for it

async function post(path, body) {
  const key = idempotencyKey();
  return persist(async () => {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
    return (await send(`/v1/review/bulk-approvals${path}`, { method: "POST", headers, body: JSON.stringify(body) })).json();
  }, AFTERWARDS);
}

// Shows lines, and offers the next step on a button and on a key.
function show(lines, step = null) {
  problem.textContent = "";
  pressed = null;
  result.replaceChildren(...lines);
  if (step !== null) {
    const key = keyFor(step.action);
    const button = element("button", { type: "button", id: "bulk-step", "aria-keyshortcuts": key }, step.text, " ", element("kbd", {}, key));
    button.addEventListener("click", () => attempt(button, step.run));
    result.append(button);
    pressed = { key, button };
    button.focus();
  }
}

async function attempt(button, run) {
  button.disabled = true;
  try {
    await run();
  } catch (error) {
    problem.textContent = error.message;
  } finally {
    button.disabled = false;
  }
}

const line = (text, look = null) => element("p", { class: look }, text);
const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

function request() {
  return {
    ...JSON.parse(dialog.dataset.scope),
    min_confidence: Number(field("confidence").value) / 100,
    sample_rate: Number(field("sample").value) / 100,
    overwrite: field("overwrite").checked,
  };
}

async function preview() {
  const body = request();
  const found = await post("/preview", body);
  const count = found.approved + found.entered + found.sealed;
  const skipped = Object.entries(found.skipped).map(([reason, number]) => `${number} ${REASONS[reason] ?? reason}`);
  const parts = [
    counted(found.approved, "value is", "values are") + " approved",
    ...(found.entered ? [`${counted(found.entered, "waits", "wait")} for an approver`] : []),
    ...(found.sealed ? [`${counted(found.sealed, "is a blind reading", "are blind readings")}`] : []),
  ];
  show([
    line(count ? `${parts.join(", ")}, in ${counted(found.documents, "document")}.` : "No value fits."),
    ...(skipped.length ? [line(`Left out: ${skipped.join(", ")}.`, "hint")] : []),
    ...(found.warning ? [element("p", { class: "check", role: "alert" }, found.warning)] : []),
  ], count ? { action: "approve", text: `Approve ${counted(count, "value")}`, run: () => approve({ ...body, digest: found.digest }) } : null);
}

async function approve(body) {
  const { bulk } = await post("", body);
  const due = bulk?.sample.due ?? 0;
  show([
    line(bulk === null ? "Nothing was approved." : `${counted(bulk.values, "value")} decided.`, "verdict"),
    ...(due ? [line(`${counted(due, "value is", "values are")} drawn for another person to check.`, "hint")] : []),
  ], bulk === null ? null : { action: "undo", text: "Reverse all of it", run: () => reverse(bulk.id) });
  await changed();
}

async function reverse(id) {
  const bulk = await post(`/${id}/reversal`, {});
  show([line(bulk.standing === 0 ? "All of it is undone. The revisions stay in the history." : `${counted(bulk.standing, "value")} of it could not be undone.`, "verdict")]);
  field("close").focus();
  await changed();
}

// Opens the dialog. `after` runs when values have changed.
export function openBulk(after) {
  changed = after;
  show([]);
  dialog.showModal();
  field("confidence").select();
}

document.getElementById("bulk-form").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(field("preview"), preview);
});
field("close").addEventListener("click", () => dialog.close());
dialog.addEventListener("input", () => show([])); // the preview was of other values
dialog.addEventListener("keydown", (event) => {
  const isText = event.target.matches("input:not([type=checkbox])");
  if (pressed?.key === event.key && !isText && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    pressed.button.click();
  }
});
