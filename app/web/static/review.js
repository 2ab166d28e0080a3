// The review of a task: its fields, one of them open, beside the document's page.
import { read } from "./api.js";
import { askFor, showComments, showHistory } from "./review-beside.js";
import { openBulk } from "./review-bulk.js";
import { claimTask, decide as store, hasClaim, keepClaim, post, readAgain, undoTarget } from "./review-decide.js";
import { drawPlace, drawRow, redrawCurrent, rowOf, setUpFields } from "./review-fields.js";
import { offerKeys, watchKeys } from "./review-keys.js";
import { changeZoom, clearSelection, findOnPage, openPage, prepare, selection, setUp, showMarks, turnPage } from "./review-sheet.js";
import { AFTERWARDS, allMarks, byId, currentField, data, isDone, neighbour, say, shownOf, showProblem, state } from "./review-state.js";

const POLL = 3_000; // milliseconds
const find = document.getElementById("find");
let quoteAt = 0;

function choose(id) {
  const before = state.current;
  state.current = id;
  quoteAt = 0;
  clearSelection();
  if (before !== null && before !== id) {
    drawRow(byId(before));
  }
  const field = byId(id);
  drawRow(field);
  drawPlace();
  const item = rowOf(id);
  item.scrollIntoView({ block: "nearest" });
  item.focus({ preventScroll: true });
  const { evidence } = shownOf(field);
  if (evidence.length || before === null) {
    openPage(evidence[0]?.page ?? 1, evidence[0] ?? null);
  }
  const following = neighbour(1, isDone);
  const next = following === null ? null : shownOf(following).evidence[0];
  if (next) {
    prepare(next.page);
  }
}

function move(step) {
  const found = neighbour(step, (field) => rowOf(field.id).hidden);
  if (found !== null) {
    choose(found.id);
  }
}

function moveOn() {
  const open = neighbour(1, isDone) ?? state.fields.find((field) => !isDone(field));
  choose(open?.id ?? state.current);
  if (open === undefined) {
    say("All fields are decided.");
  }
}

const changed = () => showMarks(allMarks());
const decide = (action, more = {}) => store(action, more, { changed, moveOn, choose });

function openQuote(evidence) {
  quoteAt = Math.max(0, shownOf(currentField()).evidence.indexOf(evidence));
  openPage(evidence.page, evidence);
}

function nextQuote() {
  const { evidence } = shownOf(currentField());
  if (evidence.length) {
    quoteAt = (quoteAt + 1) % evidence.length;
    openPage(evidence[quoteAt].page, evidence[quoteAt]);
  }
}

async function nextTask() {
  const { task } = state;
  try {
    const found = await post("/v1/review/tasks/claim-next", { schema: task.schema.key, ...(hasClaim() ? { release: task.id } : {}) });
    if (found.task) {
      window.location.assign(`/review/tasks/${found.task.id}`);
    } else {
      showProblem("No other task waits for you.");
    }
  } catch (error) {
    showProblem(error.message);
  }
}

function editValue() {
  const input = document.getElementById("value");
  if (input) {
    input.value = shownOf(currentField()).printed;
    input.focus();
    input.select();
  }
}

function takeSelection() {
  const picked = selection();
  if (picked) {
    decide("correct", { text: picked.quote, evidence: [picked] });
  } else {
    showProblem("Select words or a cell on the page first.");
  }
}

function undo() {
  const id = undoTarget(isDone);
  if (id !== state.current) {
    choose(id);
  }
  decide("undo");
}

const steps = {
  next: () => move(1),
  before: () => move(-1),
  approve: () => decide("approve"),
  absent: () => decide("absent"),
  unclear: () => decide("unclear"),
  reject: () => decide("reject"),
  edit: editValue,
  take: takeSelection,
  undo,
  back: () => askFor("Why do you send it back?", (note) => decide("send-back", { note })),
  comment: showComments,
  history: showHistory,
  evidence: nextQuote,
  pageBefore: () => turnPage(-1),
  pageAfter: () => turnPage(1),
  larger: () => changeZoom(1),
  smaller: () => changeZoom(-1),
  find: () => find.focus(),
  claim: () => claimTask(changed),
  task: nextTask,
  bulk: () => openBulk(() => readAgain(changed)),
  choice: (number) => rowOf(state.current).querySelectorAll(".choices-found > li > button")[number - 1]?.click(),
};
const WRITES = new Set(["approve", "absent", "unclear", "reject", "edit", "take", "undo", "back", "claim", "task", "bulk"]);
const WITHOUT_FIELD = new Set(["claim", "task", "bulk", "keys", "find", "pageBefore", "pageAfter", "larger", "smaller"]);

function act(name, number = null) {
  if ((state.current !== null || WITHOUT_FIELD.has(name)) && (data.may_review || !WRITES.has(name))) {
    steps[name]?.(number);
  }
}

// While the machine reads, look from time to time whether the fields are there.
function waitForReading() {
  setTimeout(async () => {
    try {
      const task = await read(`/v1/review/tasks/${state.task.id}`, AFTERWARDS);
      if (task.state !== state.task.state) {
        window.location.reload();
        return;
      }
    } catch (error) {
      showProblem(error.message);
    }
    waitForReading();
  }, POLL);
}

async function retry() {
  try {
    await post(`/v1/review/tasks/${state.task.id}/retry`, {});
    window.location.reload();
  } catch (error) {
    showProblem(error.message);
  }
}

// Ends the claim, and goes back to the queue.
async function release() {
  try {
    await post(`/v1/review/tasks/${state.task.id}/release`, {});
    window.location.assign("/review");
  } catch (error) {
    showProblem(error.message);
  }
}

function wire() {
  const click = (id, run) => document.getElementById(id)?.addEventListener("click", run);
  click("keys-button", () => steps.keys());
  click("page-before", () => turnPage(-1));
  click("page-after", () => turnPage(1));
  click("larger", () => changeZoom(1));
  click("smaller", () => changeZoom(-1));
  click("take", takeSelection);
  click("next-task", nextTask);
  click("bulk-button", () => act("bulk"));
  click("field-before", () => move(-1));
  click("field-after", () => move(1));
  click("claim-button", () => claimTask(changed));
  click("retry", retry);
  click("release", release);
  click("field-list", (event) => {
    const isList = document.getElementById("main").classList.toggle("all-fields");
    event.currentTarget.setAttribute("aria-pressed", String(isList));
  });
  document.getElementById("find-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    showProblem(await findOnPage(find.value) ? "" : "These words are not on this page.");
  });
  find.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      rowOf(state.current)?.focus();
    }
  });
  // Only now does a click do something.
  for (const each of document.querySelectorAll("[data-scripted]")) {
    each.disabled = false;
  }
}

setUp({ document: state.task.document.id, version: state.task.document.version_id, pages: state.task.document.page_count ?? 1 }, {
  pickField: (id, evidence) => { choose(id); openPage(evidence.page, evidence); },
});
setUpFields({ act, choose, decide, openQuote, evidenceOfValue: (shown) => (selection() ? [selection()] : shown) });
changed();
steps.keys = offerKeys(redrawCurrent);
watchKeys(act);
wire();
const named = byId(window.location.hash.slice(1)); // links of exports name a field
const first = named ?? state.fields.find((field) => !isDone(field)) ?? state.fields[0];
if (first) {
  choose(first.id);
} else {
  openPage(1);
}
if (state.task.state === "queued" || state.task.state === "reading") {
  waitForReading();
}
keepClaim();
