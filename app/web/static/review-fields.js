// The list of fields: each a line, the open one with its quotes, values and actions.
import { element } from "./api.js";
import { keyFor } from "./review-keys.js";
import { MEANING, currentField, data, isDone, personOf, placeProblem, shownOf, state, statusOf } from "./review-state.js";

const list = document.getElementById("fields");
const onlyOpen = document.getElementById("only-open");
const rows = new Map(); // field ID -> its list item
let handlers = {}; // act, choose, decide, openQuote

export const rowOf = (id) => rows.get(id);
export const besideField = () => rows.get(state.current).querySelector(".beside-field");

export function button(name, text, key, click, more = {}) {
  const made = element("button", { type: "button", class: name, "aria-keyshortcuts": key ?? null, ...more }, text, ...(key ? [" ", element("kbd", {}, key)] : []));
  made.addEventListener("click", click);
  return made;
}

function quotes(evidence) {
  return element("p", { class: "quotes" }, ...evidence.map((each) => {
    const text = each.quote.length > 160 ? `${each.quote.slice(0, 160)}…` : each.quote;
    return button("cite", `page ${each.page}: ${text}`, null, () => handlers.openQuote(each));
  }));
}

function alternatives(field) {
  const found = [
    ...field.readings.map((reading) => ({ ...reading, reason: `read by ${personOf(reading.author)}` })),
    ...(field.proposal?.alternatives ?? []),
  ];
  return found.map((each, index) => {
    const key = index < 9 ? String(index + 1) : null;
    const choice = each.answer === "absent" ? ["absent"] : ["correct", { value: each.value, evidence: each.evidence }];
    const printed = each.answer === "absent" ? "not in the document" : each.printed ?? "this";
    const taken = data.may_review ? button("quiet small", `Take ${printed}`, key, () => handlers.decide(...choice)) : printed;
    return element("li", {}, taken, ` ${each.reason} `, quotes(each.evidence));
  });
}

function earlierLine(field) {
  const found = state.earlier.get(field.key);
  if (found === undefined) {
    return [];
  }
  const link = element("a", { href: `/review/tasks/${found.task_id}#${found.field_id}` }, found.document.title);
  // A decision since then may have changed the value that the server compared.
  const difference = found.compared === shownOf(field).printed ? found.difference : "changed";
  const change = found.difference === null ? [] : [" ", element("b", { class: found.is_same ? "same" : "differs" }, difference)];
  return [element("p", { class: "earlier" }, element("span", { class: "meta" }, "Before, in "), link, ": ", found.printed, ...change)];
}

// What the reader should know before deciding.
function notices(field) {
  const { proposal } = field;
  const found = [];
  if (field.policy === "blind" && field.readings.length === 0 && !isDone(field)) {
    found.push(element("p", { class: "hint blind" }, "Two people read this field, each without the other's reading."));
  } else if (field.my_reading !== null) {
    found.push(element("p", { class: "hint blind" }, "Only you see your reading until another person has read the field."));
  } else if (field.status === "conflict") {
    found.push(element("p", { class: "check" }, "Two people read this field differently. An approver decides."));
  }
  for (const check of (proposal?.checks ?? []).filter((each) => !each.passed)) {
    found.push(element("p", { class: "check" }, check.sentence || check.name));
  }
  for (const check of (proposal?.checks ?? []).filter((each) => each.name === "learnt")) {
    found.push(element("p", { class: "hint" }, check.sentence, " ", element("a", { href: "/review/learnt" }, "What was learnt")));
  }
  const taught = data.learnt[field.id] ?? [];
  if (taught.length) {
    found.push(element("p", { class: "hint" }, `Learnt from this: ${taught.join("; ")}. `, element("a", { href: `/review/learnt#${field.id}` }, "What was learnt")));
  }
  if (field.differs) {
    found.push(element("p", { class: "check" }, `The machine now reads ${proposal?.printed ?? "another answer"}.`));
  }
  if (field.status === "sent-back" && field.current?.note) {
    found.push(element("p", { class: "check" }, `Sent back by ${personOf(field.current.made_by)}: ${field.current.note}`));
  }
  if (field.in_force !== null && field.in_force.number !== field.current?.number) {
    const stands = field.in_force.answer === "absent" ? "not in the document" : field.in_force.printed;
    found.push(element("p", { class: "hint" }, `${stands} stands until this is approved.`));
  }
  if (proposal?.search && proposal.state !== "found") {
    const pages = proposal.search.pages.map(([from, to]) => (from === to ? from : `${from} to ${to}`)).join(", ");
    found.push(element("p", { class: "hint" }, `Looked for ${proposal.search.terms.join(", ")} on pages ${pages}.`));
  }
  return found;
}

function valueBox(field, evidence) {
  const input = element("textarea", { id: "value", rows: "1", maxlength: "20000", "aria-label": `Value of ${field.title}`, placeholder: "another value" });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (input.value.trim()) {
        handlers.decide("correct", { text: input.value.trim(), evidence: handlers.evidenceOfValue(evidence) });
      }
    } else if (event.key === "Escape") {
      input.blur();
      rows.get(field.id).focus();
    }
  });
  return input;
}

const ACTIONS = [
  ["approve", "Approve", "small"], ["absent", "Absent", "quiet small"], ["unclear", "Unclear", "quiet small"],
  ["reject", "Reject", "quiet small"], ["back", "Send back", "quiet small"], ["undo", "Undo", "quiet small"],
  ["comment", "Comment", "quiet small"], ["history", "History", "quiet small"],
];

function panel(field) {
  const { evidence } = shownOf(field);
  const hint = [field.instructions, field.unit ? `In ${field.unit}.` : ""].filter(Boolean).join(" ");
  const choices = alternatives(field);
  const shown = data.may_review ? ACTIONS : ACTIONS.filter(([name]) => name === "history");
  return [
    ...(hint ? [element("p", { class: "hint" }, hint)] : []),
    quotes(evidence),
    ...earlierLine(field),
    ...notices(field),
    ...(choices.length ? [element("h3", {}, "Other values"), element("ol", { class: "choices-found" }, ...choices)] : []),
    ...(data.may_review ? [valueBox(field, evidence)] : []),
    element("p", { class: "actions" }, ...shown.map(([name, text, look]) => button(look, text, keyFor(name), () => handlers.act(name)))),
    element("div", { class: "beside-field" }),
  ];
}

export function drawRow(field) {
  const item = rows.get(field.id);
  const { printed, isMachine } = shownOf(field);
  const isOpen = state.current === field.id;
  const head = element(
    "div", { class: "field-head" },
    element("span", { class: "field-title" }, field.title),
    element("span", { class: isMachine ? "field-value machine" : "field-value" }, printed || "—"),
    element("span", { class: `field-status ${field.status}`, title: MEANING[field.status] }, statusOf(field)),
  );
  head.addEventListener("click", () => handlers.choose(field.id));
  item.replaceChildren(head, ...(isOpen ? panel(field) : []));
  item.classList.toggle("done", isDone(field));
  item.hidden = onlyOpen.checked && isDone(field) && !isOpen;
  if (isOpen) {
    item.setAttribute("aria-current", "true");
    placeProblem();
  } else {
    item.removeAttribute("aria-current");
  }
}

export function drawProgress() {
  const { fields } = state;
  const done = fields.filter(isDone).length;
  document.getElementById("progress").textContent = `${done} of ${fields.length} fields decided`;
  document.getElementById("progress-bar").value = fields.length ? done / fields.length : 1;
}

export function drawPlace() {
  const at = state.fields.findIndex((field) => field.id === state.current);
  document.getElementById("place").textContent = `${at + 1} of ${state.fields.length}`;
}

export const redrawCurrent = () => { if (state.current !== null) { drawRow(currentField()); } };
export const redrawAll = () => state.fields.forEach(drawRow);

export function replaceField(field) {
  state.fields = state.fields.map((each) => (each.id === field.id ? field : each));
  drawRow(field);
  drawProgress();
}

// Makes the lines of all fields. The handlers do what a user asks for.
export function setUpFields(given) {
  handlers = given;
  const items = state.fields.map((field) => {
    const item = element("li", { tabindex: "-1", id: `field-${field.id}` });
    rows.set(field.id, item);
    return item;
  });
  list.replaceChildren(...items);
  redrawAll();
  drawProgress();
  onlyOpen.addEventListener("change", redrawAll);
}

