// The review of a task: its fields, one of them open, beside the document's page.
import { element, idempotencyKey, read, send } from "./api.js";
import { persist } from "./retries.js";
import { keyFor, offerKeys, watchKeys } from "./review-keys.js";
import { clearSelection, findOnPage, openPage, prepare, selection, setUp, showMarks, turnPage } from "./review-sheet.js";

const AFTERWARDS = "The decision may have been stored: open the page again.";
const FINAL = new Set(["approved", "absent", "rejected"]);
const STATUS = {
  proposed: "read by the machine", entered: "waits for an approver", approved: "approved", absent: "not in the document",
  rejected: "wrong", unclear: "can't tell", "sent-back": "sent back", conflict: "two readings differ",
};

const data = JSON.parse(document.getElementById("data").textContent);
const list = document.getElementById("fields");
const problem = document.getElementById("problem");
const said = document.getElementById("said");
const onlyOpen = document.getElementById("only-open");
const rows = new Map(); // field ID -> its list item
const decided = []; // IDs of fields that were decided here, newest last
let { task, fields } = data;
let current = null; // the open field
let quoteAt = 0;
let isBusy = false;

const personOf = (id) => (id === data.me ? "you" : /^0{8}-/.test(id ?? "") ? "the machine" : data.people[id] ?? "somebody");
const answerOf = (field) => field.my_reading ?? field.current ?? null;
const isDone = (field) => FINAL.has(field.status) || field.my_reading !== null;
const byId = (id) => fields.find((field) => field.id === id);

// The value on show: the person's, else the machine's.
function shownOf(field) {
  const answer = answerOf(field);
  if (answer !== null && answer.answer !== null && answer.answer !== "rejected") {
    return { printed: answer.answer === "absent" ? "not in the document" : answer.printed ?? "", evidence: answer.evidence, isMachine: false };
  }
  const { proposal } = field;
  const printed = { found: proposal?.printed, absent: "not in the document", unread: "" }[proposal?.state] ?? "";
  return { printed, evidence: proposal?.evidence ?? [], isMachine: true };
}

const percent = (confidence) => `${Math.round(100 * confidence)} %`;

function button(name, text, key, click, more = {}) {
  const made = element("button", { type: "button", class: name, "aria-keyshortcuts": key ?? null, ...more }, text, ...(key ? [" ", element("kbd", {}, key)] : []));
  made.addEventListener("click", click);
  return made;
}

function quotes(field, evidence) {
  return element("p", { class: "quotes" }, ...evidence.map((each, index) => {
    const text = each.quote.length > 160 ? `${each.quote.slice(0, 160)}…` : each.quote;
    return button("cite", `page ${each.page}: ${text}`, null, () => { quoteAt = index; openPage(each.page, each); });
  }));
}

function alternatives(field) {
  const found = [
    ...field.readings.map((reading) => ({ ...reading, value: reading.value, reason: `read by ${personOf(reading.author)}` })),
    ...(field.proposal?.alternatives ?? []),
  ];
  return found.map((each, index) => {
    const taken = () => decide("correct", { value: each.value, evidence: each.evidence });
    const key = index < 9 ? String(index + 1) : null;
    return element("li", {}, button("quiet small", `Take ${each.printed ?? "this"}`, key, taken), ` ${each.reason} `, quotes(field, each.evidence));
  });
}

function panel(field) {
  const { proposal } = field;
  const parts = [];
  const hint = [field.instructions, field.unit ? `In ${field.unit}.` : ""].filter(Boolean).join(" ");
  if (hint) {
    parts.push(element("p", { class: "hint" }, hint));
  }
  const { evidence } = shownOf(field);
  parts.push(quotes(field, evidence));
  for (const check of (proposal?.checks ?? []).filter((each) => !each.passed)) {
    parts.push(element("p", { class: "check" }, check.sentence || check.name));
  }
  if (field.status === "sent-back" && field.current?.note) {
    parts.push(element("p", { class: "check" }, `Sent back by ${personOf(field.current.made_by)}: ${field.current.note}`));
  }
  if (proposal?.search && (proposal.state !== "found")) {
    const pages = proposal.search.pages.map(([from, to]) => (from === to ? from : `${from} to ${to}`)).join(", ");
    parts.push(element("p", { class: "hint" }, `Looked for ${proposal.search.terms.join(", ")} on pages ${pages}.`));
  }
  const choices = alternatives(field);
  if (choices.length) {
    parts.push(element("h3", {}, "Other values"), element("ol", { class: "choices-found" }, ...choices));
  }
  if (data.may_review) {
    const input = element("textarea", { id: "value", rows: "1", maxlength: "20000", "aria-label": `Value of ${field.title}`, placeholder: "another value" });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        if (input.value.trim()) {
          decide("correct", { text: input.value.trim(), evidence: [...(selection() ? [selection()] : evidence)] });
        }
      } else if (event.key === "Escape") {
        input.blur();
        rows.get(field.id).focus();
      }
    });
    parts.push(input);
    parts.push(element(
      "p", { class: "actions" },
      button("small", "Approve", keyFor("approve"), () => act("approve")),
      button("quiet small", "Not there", keyFor("absent"), () => act("absent")),
      button("quiet small", "Can't tell", keyFor("unclear"), () => act("unclear")),
      button("quiet small", "Wrong", keyFor("reject"), () => act("reject")),
      button("quiet small", "Send back", keyFor("back"), () => act("back")),
      button("quiet small", "Undo", keyFor("undo"), () => act("undo")),
      button("quiet small", "History", keyFor("history"), () => act("history")),
    ));
  }
  parts.push(element("div", { class: "beside-field" }));
  return parts;
}

function drawRow(field) {
  const item = rows.get(field.id);
  const { printed, isMachine } = shownOf(field);
  const state = field.my_reading ? "read by you" : STATUS[field.status];
  const head = element(
    "div", { class: "field-head" },
    element("span", { class: "field-title" }, field.title),
    element("span", { class: isMachine ? "field-value machine" : "field-value" }, printed || "—"),
    element("span", { class: `field-status ${field.status}` }, field.status === "proposed" && !field.my_reading ? `${state}, ${percent(field.confidence)} sure` : state),
  );
  head.addEventListener("click", () => choose(field.id));
  item.replaceChildren(head, ...(current === field.id ? panel(field) : []));
  item.classList.toggle("done", isDone(field));
  item.hidden = onlyOpen.checked && isDone(field) && current !== field.id;
  if (current === field.id) {
    item.setAttribute("aria-current", "true");
  } else {
    item.removeAttribute("aria-current");
  }
}

function drawProgress() {
  const done = fields.filter(isDone).length;
  document.getElementById("progress").textContent = `${done} of ${fields.length} fields decided`;
  document.getElementById("progress-bar").value = fields.length ? done / fields.length : 1;
}

const allMarks = () => fields.flatMap((field) => shownOf(field).evidence.map((evidence) => ({ field: field.id, evidence })));

function choose(id, { focus = true } = {}) {
  const before = current;
  current = id;
  quoteAt = 0;
  clearSelection();
  if (before !== null && before !== id) {
    drawRow(byId(before));
  }
  const field = byId(id);
  drawRow(field);
  const item = rows.get(id);
  item.scrollIntoView({ block: "nearest" });
  if (focus) {
    item.focus({ preventScroll: true });
  }
  const { evidence } = shownOf(field);
  if (evidence.length) {
    openPage(evidence[0].page, evidence[0]);
  }
  const following = neighbour(1, isDone);
  const next = following === null ? null : shownOf(following).evidence[0];
  if (next) {
    prepare(next.page);
  }
}

// The next field in a direction, leaving out those for which `skip` is true; null at the end.
function neighbour(step, skip = () => false) {
  const at = fields.findIndex((field) => field.id === current);
  for (let index = at + step; index >= 0 && index < fields.length; index += step) {
    if (!skip(fields[index])) {
      return fields[index];
    }
  }
  return null;
}

function move(step) {
  const found = neighbour(step, (field) => rows.get(field.id).hidden);
  if (found !== null) {
    choose(found.id);
  }
}

function moveOn() {
  const open = neighbour(1, isDone) ?? fields.find((field) => !isDone(field));
  if (open) {
    choose(open.id);
  } else {
    choose(current);
    said.textContent = "All fields are decided.";
  }
}

function replaceField(field) {
  fields = fields.map((each) => (each.id === field.id ? field : each));
  drawRow(field);
  drawProgress();
  showMarks(allMarks());
}

async function post(path, body, headers = {}) {
  const key = idempotencyKey();
  return persist(async () => {
    const sent = { "Content-Type": "application/json", "Idempotency-Key": key, ...headers };
    return (await send(path, { method: "POST", headers: sent, body: JSON.stringify(body) })).json();
  }, AFTERWARDS);
}

async function decide(action, more = {}) {
  if (isBusy || current === null) {
    return;
  }
  const field = byId(current);
  isBusy = true;
  problem.textContent = "";
  try {
    const claim = task.claim?.is_mine ? { claim_token: task.claim.token } : {};
    const changed = await post(`/v1/review/fields/${field.id}/revisions`, { action, ...more, ...claim }, { "If-Match": `"${field.revision}"` });
    if (action === "undo") {
      decided.splice(decided.lastIndexOf(field.id), 1);
    } else {
      decided.push(field.id);
    }
    replaceField(changed);
    said.textContent = `${field.title}: ${changed.my_reading ? "read" : STATUS[changed.status]}.`;
    if (action === "undo") {
      choose(field.id);
    } else {
      moveOn();
    }
  } catch (error) {
    problem.textContent = error.message;
    if (error.status === 412) {
      replaceField(await read(`/v1/review/fields/${field.id}`, AFTERWARDS));
      problem.textContent = `Somebody else changed “${field.title}” meanwhile. This is the newest state; decide again.`;
    }
  } finally {
    isBusy = false;
  }
}

// A box that asks for a reason. `done` is called with it.
function askFor(label, done) {
  const box = rows.get(current).querySelector(".beside-field");
  const input = element("textarea", { rows: "2", maxlength: "2000", id: "reason" });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && input.value.trim()) {
      event.preventDefault();
      done(input.value.trim());
    } else if (event.key === "Escape") {
      box.replaceChildren();
      rows.get(current).focus();
    }
  });
  box.replaceChildren(element("label", { for: "reason" }, label), input, element("p", { class: "hint" }, "Enter sends it, Escape leaves."));
  input.focus();
}

async function showHistory() {
  const field = byId(current);
  const box = rows.get(field.id).querySelector(".beside-field");
  try {
    const { items } = await read(`/v1/review/fields/${field.id}/revisions`, AFTERWARDS);
    box.replaceChildren(element("h3", {}, "History"), element("ol", { class: "revisions" }, ...items.map((each) => {
      const value = each.printed ?? (each.answer === "absent" ? "not in the document" : "");
      const when = element("time", { datetime: each.made_at }, new Date(each.made_at).toLocaleString());
      return element("li", {}, `${each.action} `, element("b", {}, value), ` by ${personOf(each.made_by)}, `, when, each.note ? `: ${each.note}` : "");
    })));
  } catch (error) {
    problem.textContent = error.message;
  }
}

function nextQuote() {
  const { evidence } = shownOf(byId(current));
  if (evidence.length) {
    quoteAt = (quoteAt + 1) % evidence.length;
    openPage(evidence[quoteAt].page, evidence[quoteAt]);
  }
}

async function nextTask() {
  try {
    const found = await post("/v1/review/tasks/claim-next", { schema: task.schema.key, ...(task.claim?.is_mine ? { release: task.id } : {}) });
    if (found.task) {
      window.location.assign(`/review/tasks/${found.task.id}`);
    } else {
      problem.textContent = "No other task waits for you.";
    }
  } catch (error) {
    problem.textContent = error.message;
  }
}

async function claim() {
  if (data.may_review && task.state === "open" && (task.claim === null || task.claim.is_mine)) {
    try {
      task = await post(`/v1/review/tasks/${task.id}/claim`, {});
    } catch (error) {
      problem.textContent = error.message;
    }
  } else if (task.claim && !task.claim.is_mine) {
    problem.textContent = `${personOf(task.claim.by)} works on this task now. You can read it.`;
  }
}

const steps = {
  next: () => move(1),
  before: () => move(-1),
  approve: () => decide("approve"),
  absent: () => decide("absent"),
  unclear: () => decide("unclear"),
  reject: () => decide("reject"),
  edit: () => {
    const input = document.getElementById("value");
    if (input) {
      input.value = shownOf(byId(current)).printed;
      input.focus();
      input.select();
    }
  },
  take: () => {
    const picked = selection();
    if (picked) {
      decide("correct", { text: picked.quote, evidence: [picked] });
    } else {
      problem.textContent = "Select words or a cell on the page first.";
    }
  },
  undo: () => {
    const last = decided.at(-1);
    if (last !== undefined && last !== current && !isDone(byId(current))) {
      choose(last);
    }
    decide("undo");
  },
  back: () => askFor("Why do you send it back?", (note) => decide("send-back", { note })),
  history: showHistory,
  evidence: nextQuote,
  pageBefore: () => turnPage(-1),
  pageAfter: () => turnPage(1),
  find: () => document.getElementById("find").focus(),
  task: nextTask,
  choice: (number) => rows.get(current).querySelectorAll(".choices-found > li > button")[number - 1]?.click(),
};

function act(name, number = null) {
  if (current !== null || name === "task" || name === "keys") {
    steps[name]?.(number);
  }
}

setUp({ document: task.document.id, version: task.document.version_id, pages: task.document.page_count ?? 1 }, {
  pickField: (id, evidence) => { choose(id); openPage(evidence.page, evidence); },
});
for (const field of fields) {
  const item = element("li", { tabindex: "-1", id: `field-${field.id}` });
  rows.set(field.id, item);
  list.append(item);
  drawRow(field);
}
drawProgress();
showMarks(allMarks());
steps.keys = offerKeys(() => { if (current !== null) { drawRow(byId(current)); } });
watchKeys(act);
document.getElementById("keys-button").addEventListener("click", () => steps.keys());
document.getElementById("page-before").addEventListener("click", () => turnPage(-1));
document.getElementById("page-after").addEventListener("click", () => turnPage(1));
document.getElementById("take").addEventListener("click", () => steps.take());
document.getElementById("next-task").addEventListener("click", nextTask);
onlyOpen.addEventListener("change", () => fields.forEach(drawRow));
document.getElementById("find-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.textContent = await findOnPage(document.getElementById("find").value) ? "" : "These words are not on this page.";
});
document.getElementById("find").addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    rows.get(current)?.focus();
  }
});
const linked = window.location.hash.slice(1); // links of exports name a field
const first = fields.find((field) => field.id === linked) ?? fields.find((field) => !isDone(field)) ?? fields[0];
if (first) {
  choose(first.id);
} else {
  openPage(1);
}
claim();
