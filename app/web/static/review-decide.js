// Decisions on fields, and the claim of the task.
import { idempotencyKey, read, send } from "./api.js";
import { persist } from "./retries.js";
import { replaceField } from "./review-fields.js";
import { AFTERWARDS, byId, currentField, data, personOf, say, showProblem, state, statusOf } from "./review-state.js";

const EXTEND_AFTER = 300_000; // milliseconds; a claim lasts three times as long
const LOST = new Set(["claim-lost", "task-claimed"]);

const banner = document.getElementById("claim");
const claimText = document.getElementById("claim-text");
const decided = []; // IDs of the fields that were decided here, newest last
let isBusy = false;
let claimedAt = 0;

export async function post(path, body, headers = {}) {
  const key = idempotencyKey();
  return persist(async () => {
    const sent = { "Content-Type": "application/json", "Idempotency-Key": key, ...headers };
    const response = await send(path, { method: "POST", headers: sent, body: JSON.stringify(body) });
    return response.status === 204 ? null : response.json();
  }, AFTERWARDS);
}

const showClaim = (text) => {
  claimText.textContent = text;
  banner.hidden = text === "";
};

// Somebody else may have decided meanwhile: read all fields again.
export async function readAgain(changed) {
  const { items } = await read(`/v1/review/tasks/${state.task.id}/fields`, AFTERWARDS);
  items.filter((field) => byId(field.id)).forEach(replaceField);
  changed();
}

async function loseClaim(changed) {
  state.task = await read(`/v1/review/tasks/${state.task.id}`, AFTERWARDS);
  const { claim } = state.task;
  showClaim(claim && !claim.is_mine ? `${personOf(claim.by)} works on this task now. You can read it.` : "Your claim of this task has ended. The decision was not stored.");
  await readAgain(changed);
}

export async function claimTask(changed = () => {}) {
  const { task } = state;
  if (!data.may_review || task.state !== "open") {
    return;
  }
  try {
    state.task = await post(`/v1/review/tasks/${task.id}/claim`, {});
    claimedAt = performance.now();
    showClaim("");
  } catch (error) {
    if (LOST.has(error.code)) {
      await loseClaim(changed);
    } else {
      showProblem(error.message);
    }
  }
}

// Decides on the open field. `changed` draws what depends on it, `moveOn` goes to the next field.
export async function decide(action, more, { changed, moveOn, choose }) {
  if (isBusy || state.current === null || !data.may_review) {
    return;
  }
  const field = currentField();
  isBusy = true;
  showProblem("");
  try {
    const claim = state.task.claim?.is_mine ? { claim_token: state.task.claim.token } : {};
    const stored = await post(`/v1/review/fields/${field.id}/revisions`, { action, ...more, ...claim }, { "If-Match": `"${field.revision}"` });
    claimedAt = performance.now();
    if (action === "undo") {
      const at = decided.lastIndexOf(field.id);
      decided.splice(at, at < 0 ? 0 : 1);
    } else {
      decided.push(field.id);
    }
    replaceField(stored);
    changed();
    say(`${field.title}: ${statusOf(stored)}.`);
    if (action === "undo") {
      choose(field.id);
    } else {
      moveOn();
    }
  } catch (error) {
    await explain(error, field, changed);
  } finally {
    isBusy = false;
  }
}

async function explain(error, field, changed) {
  showProblem(error.message);
  try {
    if (error.status === 412) {
      replaceField(await read(`/v1/review/fields/${field.id}`, AFTERWARDS));
      changed();
      showProblem(`Somebody else changed “${field.title}” meanwhile. This is the newest state; decide again.`);
    } else if (LOST.has(error.code)) {
      await loseClaim(changed);
    }
  } catch (second) {
    showProblem(second.message);
  }
}

// The field whose decision an undo takes back: the open one if it is decided, else the last one decided here.
export function undoTarget(isDone) {
  const last = decided.at(-1);
  return last !== undefined && last !== state.current && !isDone(currentField()) ? byId(last).id : state.current;
}

// Keeps the claim while the user works.
export function keepClaim() {
  const extend = () => {
    if (state.task.claim?.is_mine && performance.now() - claimedAt > EXTEND_AFTER) {
      claimedAt = performance.now();
      claimTask();
    }
  };
  document.addEventListener("keydown", extend);
  document.addEventListener("pointerdown", extend);
}
