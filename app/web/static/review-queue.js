// The queue: the next task, assignment, saved views and bulk approval, by pointer and by key.
import { element, idempotencyKey, send } from "./api.js";
import { whenChosen } from "./choosing.js";
import { openBulk } from "./review-bulk.js";
import { keyFor, offerKeys, watchKeys } from "./review-keys.js";

const problem = document.getElementById("problem");
const links = [...document.querySelectorAll("a.task")];
const viewForm = document.getElementById("view-form");

async function request(method, path, body) {
  problem.textContent = "";
  const headers = { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey() };
  try {
    const response = await send(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    return response.status === 204 ? {} : await response.json();
  } catch (error) {
    problem.textContent = error.message || "The server is not available. Try again.";
    return null;
  }
}

const filters = () => JSON.parse(viewForm?.dataset.filters ?? "{}");

async function openNext() {
  const { schema, collection_id: collection } = filters();
  const found = await request("POST", "/v1/review/tasks/claim-next", { ...(schema ? { schema } : {}), ...(collection ? { collection_id: collection } : {}) });
  if (found?.task) {
    window.location.assign(`/review/tasks/${found.task.id}`);
  } else if (found) {
    problem.textContent = "No task waits for you.";
  }
}

// Focuses the link of a task before or after the focused one.
function move(step) {
  const at = links.indexOf(document.activeElement);
  links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
}

async function saveView(event) {
  event.preventDefault();
  const name = document.getElementById("view-name").value.trim();
  const shared = document.getElementById("view-shared").checked;
  if (name && await request("POST", "/v1/review/views", { name, filters: filters(), shared })) {
    window.location.reload();
  }
}

async function deleteView({ currentTarget }) {
  if (await request("DELETE", `/v1/review/views/${currentTarget.dataset.view}`)) {
    window.location.reload();
  }
}

const hasDialogs = document.getElementById("bulk") !== null;
const approveMany = () => openBulk(() => document.getElementById("bulk").addEventListener("close", () => window.location.reload(), { once: true }));
const steps = { next: () => move(1), before: () => move(-1) };
if (hasDialogs) {
  const labels = [["next", "Next task", "task"], ["bulk-button", "Approve in bulk", "bulk"], ["keys-button", "Keys", "keys"]];
  const drawLabels = () => labels.forEach(([id, text, action]) => {
    const button = document.getElementById(id);
    button.replaceChildren(text, " ", element("kbd", {}, keyFor(action)));
    button.setAttribute("aria-keyshortcuts", keyFor(action));
  });
  Object.assign(steps, { task: openNext, bulk: approveMany, keys: offerKeys(drawLabels) });
  drawLabels();
  labels.forEach(([id, , action]) => document.getElementById(id).addEventListener("click", () => steps[action]()));
}
watchKeys((action) => steps[action]?.(), Object.keys(steps));
for (const select of document.querySelectorAll(".assign")) {
  let before = select.value;
  whenChosen(select, async () => {
    if (await request("POST", `/v1/review/tasks/${select.dataset.task}/assign`, { assignee: select.value || null }) === null) {
      select.value = before;
    }
    before = select.value;
  });
}
if (document.getElementById("view-name")) {
  viewForm.addEventListener("submit", saveView);
}
document.getElementById("view-delete")?.addEventListener("click", deleteView);

// Only now does a click do something.
for (const each of document.querySelectorAll("[data-scripted]")) {
  each.disabled = false;
}
