// New schemas and versions: a definition is previewed, with what it would cost to read, before it is stored.
import { element, idempotencyKey, send } from "./api.js";
import { persist } from "./retries.js";

const AFTERWARDS = "The schema may have been stored: open the page again.";
const problem = document.getElementById("problem");
const definition = document.getElementById("definition");

async function post(path, body, more = {}) {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey(), ...more };
  return persist(async () => (await send(path, { method: "POST", headers, body: JSON.stringify(body) })).json(), AFTERWARDS);
}

// The definition in the text box; null, with a message, if it is not JSON.
function written() {
  try {
    return JSON.parse(definition.value);
  } catch (error) {
    problem.textContent = `The definition is not JSON: ${error.message}`;
    return null;
  }
}

async function attempt(run) {
  problem.textContent = "";
  try {
    await run();
  } catch (error) {
    problem.textContent = error.message;
  }
}

async function create(form) {
  const body = written();
  if (body !== null) {
    const key = form.elements.key.value;
    await post("/v1/schemas", { key, definition: body });
    window.location.assign(`/review/schemas/${key}`);
  }
}

const named = (title, keys) => (keys.length ? [element("dt", {}, title), element("dd", {}, keys.join(", "))] : []);
const counted = (count, one) => `${count.toLocaleString()} ${one}${count === 1 ? "" : "s"}`;

async function preview(form) {
  const body = written();
  const box = document.getElementById("effect");
  box.replaceChildren();
  if (body === null) {
    return;
  }
  const { key, newest } = form.dataset;
  const effect = await post(`/v1/schemas/${key}/preview`, { definition: body });
  const cost = effect.readings === 0
    ? "Nothing is read again."
    : `Reads ${counted(effect.readings, "field")} again: ${counted(effect.tasks, "task")} with ${counted(effect.pages, "page")}.`;
  const add = element("button", { type: "button", id: "add-version" }, "Add this version");
  add.addEventListener("click", () => attempt(async () => {
    await post(`/v1/schemas/${key}/versions`, { definition: body }, { "If-Match": newest ? `"${newest}"` : "*" });
    window.location.assign(`/review/schemas/${key}`);
  }));
  box.replaceChildren(
    element("p", { class: "verdict" }, cost),
    element("dl", { class: "facts" }, ...named("Added", effect.added), ...named("Changed", effect.changed), ...named("Removed", effect.removed), ...named("Unchanged", effect.unchanged)),
    add,
  );
  add.focus();
}

for (const [id, run] of [["new-schema", create], ["new-version", preview]]) {
  const form = document.getElementById(id);
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => run(form));
  });
}
definition?.addEventListener("input", () => document.getElementById("effect")?.replaceChildren()); // it was of another text
for (const each of document.querySelectorAll("[data-scripted]")) {
  each.disabled = false;
}
