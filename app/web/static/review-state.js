// What the modules of the review page share: the task, its fields, and what they have to show.

export const AFTERWARDS = "The decision may have been stored: open the page again.";
const FINAL = new Set(["approved", "absent", "rejected"]);
// The words of the API, docs/review.md and the command line.
export const STATUS = {
  proposed: "proposed", entered: "entered", approved: "approved", absent: "absent", rejected: "rejected", unclear: "unclear",
  "sent-back": "sent back", conflict: "conflict",
};
export const MEANING = {
  proposed: "The machine read it; nobody has decided.", entered: "Waits for an approver.", approved: "Decided: answers and exports use it.",
  absent: "Decided: the document does not state it.", rejected: "Decided: the value is wrong, and no other is known.",
  unclear: "Somebody else has to look.", "sent-back": "Needs another look.", conflict: "Two readings differ: an approver decides.",
};

export const data = JSON.parse(document.getElementById("data").textContent);
export const state = {
  task: data.task,
  fields: data.fields,
  current: null, // the ID of the open field
  earlier: new Map(data.earlier.map((each) => [each.key, each])), // field's key -> the answer of the last filing
};

const problem = document.getElementById("problem");
const said = document.getElementById("said");

const home = problem.previousElementSibling;

// What went wrong with a decision stands under the value that it is about.
export function placeProblem() {
  const value = document.querySelector("#fields > li[aria-current] #value");
  if (problem.textContent !== "" && value !== null) {
    value.after(problem);
  } else if (!problem.isConnected) {
    home.after(problem);
  }
}

export function showProblem(text) {
  problem.textContent = text;
  placeProblem();
}
export const say = (text) => { said.textContent = text; };

export const personOf = (id) => (id === data.me ? "you" : /^0{8}-/.test(id ?? "") ? "the machine" : data.people[id] ?? "somebody");
export const byId = (id) => state.fields.find((field) => field.id === id);
export const currentField = () => byId(state.current);
export const isDone = (field) => FINAL.has(field.status) || field.my_reading !== null;
// Rounded, but never 100 % of what is not certain.
export const percent = (share) => `${share < 1 ? Math.min(99, Math.round(100 * share)) : 100} %`;

// The value on show: the person's, else the machine's.
export function shownOf(field) {
  const answer = field.my_reading ?? field.current ?? null;
  if (answer !== null && answer.answer !== null && answer.answer !== "rejected") {
    const printed = answer.answer === "absent" ? "not in the document" : answer.printed ?? "";
    return { printed, evidence: answer.evidence, isMachine: field.my_reading === null && field.status === "proposed" };
  }
  const { proposal } = field;
  const printed = { found: proposal?.printed, absent: "not in the document", unread: "" }[proposal?.state] ?? "";
  return { printed, evidence: proposal?.evidence ?? [], isMachine: true };
}

// The status in words. A suggestion of the machine never reads like a decision.
export function statusOf(field) {
  if (field.my_reading !== null) {
    return "read by you";
  }
  if (field.status !== "proposed") {
    return field.sampled === "due" ? `${STATUS[field.status]}, to be checked` : STATUS[field.status];
  }
  return field.proposal === null || field.proposal.state === "unread" ? "unread" : `proposed, ${percent(field.confidence)}`;
}

export const allMarks = () => state.fields.flatMap((field) => shownOf(field).evidence.map((evidence) => ({ field: field.id, title: field.title, evidence })));

// The next field in a direction, leaving out those for which `skip` is true; null at the end.
export function neighbour(step, skip = () => false) {
  const at = state.fields.findIndex((field) => field.id === state.current);
  for (let index = at + step; index >= 0 && index < state.fields.length; index += step) {
    if (!skip(state.fields[index])) {
      return state.fields[index];
    }
  }
  return null;
}
