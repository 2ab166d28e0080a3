// What the modules of the review page share: the task, its fields, and what they have to show.

export const AFTERWARDS = "The decision may have been stored: open the page again.";
const FINAL = new Set(["approved", "absent", "rejected"]);
export const STATUS = {
  proposed: "suggested", entered: "waits for an approver", approved: "approved", absent: "not in the document",
  rejected: "wrong", unclear: "can't tell", "sent-back": "sent back", conflict: "two readings differ",
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

export const showProblem = (text) => { problem.textContent = text; };
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
  return field.proposal === null || field.proposal.state === "unread" ? "to be read" : `suggested, ${percent(field.confidence)}`;
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
