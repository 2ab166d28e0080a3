// Decisions on fields, and the claim of the task.
import { idempotencyKey, read, send } from "./api.js";
import { persist } from "./retries.js";
import { replaceField } from "./review-fields.js";
import { AFTERWARDS, byId, currentField, data, personOf, say, showProblem, state, statusOf } from "./review-state.js";

const LEASE = 900_000; // milliseconds that a claim lasts after it was made or the last decision
const EXTEND_AFTER = LEASE / 3;
const LOST = new Set(["claim-lost", "task-claimed"]);
const CLAIMABLE = new Set(["open", "done"]);

const banner = document.getElementById("claim");
const claimText = document.getElementById("claim-text");
const claimButton = document.getElementById("claim-button");
const releaseButton = document.getElementById("release");
const decided = []; // IDs of the fields that were decided here, newest last
let isBusy = false;
let leaseEnds = 0; // by the clock of performance.now()
let redraw = null;

export async function post(path, body, headers = {}) {
  const key = idempotencyKey();
  return persist(async () => {
    const sent = { "Content-Type": "application/json", "Idempotency-Key": key, ...headers };
    const response = await send(path, { method: "POST", headers: sent, body: JSON.stringify(body) });
    return response.status === 204 ? null : response.json();
  }, AFTERWARDS);
}

const timeLeft = () => leaseEnds - performance.now();
export const hasClaim = () => Boolean(state.task.claim?.is_mine) && timeLeft() > 0;

// Shows who works on the task, until when. Nobody claims it by looking.
function drawClaim() {
  clearTimeout(redraw);
  const { claim } = state.task;
  const isTaken = Boolean(claim) && timeLeft() > 0;
  banner.hidden = !data.may_review || !CLAIMABLE.has(state.task.state);
  claimButton?.toggleAttribute("hidden", hasClaim());
  releaseButton?.toggleAttribute("hidden", !isTaken || !(claim.is_mine || data.may_approve));
  if (!isTaken) {
    claimText.textContent = "Nobody works on this task. Your first decision claims it.";
    return;
  }
  const until = new Date(Date.now() + timeLeft()).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  claimText.textContent = claim.is_mine ? `You work on this task until ${until}.` : `${personOf(claim.by)} works on this task until ${until}. You can read it.`;
  redraw = setTimeout(drawClaim, timeLeft() + 1_000);
}

// Takes over the newest state of the task. The clocks of browser and server may differ: a claim ends by how long it lasts.
function setTask(task, left = Date.parse(task.claim?.until) - Date.now()) {
  state.task = task;
  leaseEnds = performance.now() + (task.claim ? Math.min(Math.max(left, 0), LEASE) : 0);
  drawClaim();
}

// Somebody else may have decided meanwhile: read all fields again.
export async function readAgain(changed) {
  const { items } = await read(`/v1/review/tasks/${state.task.id}/fields`, AFTERWARDS);
  items.filter((field) => byId(field.id)).forEach(replaceField);
  changed();
}

async function loseClaim(changed) {
  setTask(await read(`/v1/review/tasks/${state.task.id}`, AFTERWARDS));
  await readAgain(changed);
}

// Claims the task, or extends the claim; returns whether the user has it then.
export async function claimTask(changed = () => {}) {
  const { task } = state;
  if (!data.may_review || !CLAIMABLE.has(task.state)) {
    return false;
  }
  try {
    setTask(await post(`/v1/review/tasks/${task.id}/claim`, {}), LEASE);
    return true;
  } catch (error) {
    showProblem(error.message);
    if (LOST.has(error.code)) {
      await loseClaim(changed);
    }
    return false;
  }
}

// Shows what the reader has learnt from a corrected line of a report.
async function learnAgain(field) {
  const { items } = await read(`/v1/review/learnt?task_id=${state.task.id}`, AFTERWARDS);
  const inUse = items.filter((each) => each.withdrawn_at === null);
  data.learnt = Object.fromEntries(inUse.map((each) => [each.field_id, each.lessons.map((lesson) => lesson.sentence)]));
  if (byId(field.id) !== undefined && data.learnt[field.id] !== undefined) {
    replaceField(byId(field.id));
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
    if (CLAIMABLE.has(state.task.state) && !hasClaim() && !(await claimTask(changed))) {
      return;
    }
    const claim = state.task.claim?.is_mine ? { claim_token: state.task.claim.token } : {};
    const stored = await post(`/v1/review/fields/${field.id}/revisions`, { action, ...more, ...claim }, { "If-Match": `"${field.revision}"` });
    leaseEnds = performance.now() + LEASE;
    drawClaim();
    if (action === "undo") {
      const at = decided.lastIndexOf(field.id);
      decided.splice(at, at < 0 ? 0 : 1);
    } else {
      decided.push(field.id);
    }
    replaceField(stored);
    changed();
    if (field.kind === "quantity" && action !== "approve") {
      learnAgain(field).catch(() => {}); // the next opening of the page shows it
    }
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

// Shows the claim, and keeps it while the user works.
export function keepClaim() {
  setTask(state.task);
  const extend = () => {
    if (hasClaim() && timeLeft() < LEASE - EXTEND_AFTER) {
      leaseEnds = performance.now() + LEASE;
      claimTask();
    }
  };
  document.addEventListener("keydown", extend);
  document.addEventListener("pointerdown", extend);
}
