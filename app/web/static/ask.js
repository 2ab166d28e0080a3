import { Problem, element, received, send } from "./api.js";
import { Interruption, silenceLimit } from "./retries.js";
import { openCitation } from "./viewer.js";

// Reads server-sent events with fetch, because EventSource can't POST. A blank line ends an event. Calls `heard` for
// each part, also for the comments that the server sends while it works.
async function* events(response, heard) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await received(reader.read());
    heard();
    if (done) {
      return;
    }
    buffer += value.replaceAll("\r\n", "\n");
    for (let end = buffer.indexOf("\n\n"); end >= 0; end = buffer.indexOf("\n\n")) {
      const block = buffer.slice(0, end).split("\n");
      buffer = buffer.slice(end + 2);
      const field = (name) => block.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2)).join("\n");
      if (field("data")) {
        yield { name: field("event"), data: JSON.parse(field("data")) };
      }
    }
  }
}

// The issuer and the period of a claim, without those that its text names.
function unsaidSubject({ text, subject }) {
  const { issuer, period } = subject;
  const years = (period || "").match(/\d{4}/g) || [];
  const isDated = years.length > 0 && years.every((year) => text.includes(year));
  const isNamed = issuer && text.toLowerCase().includes(issuer.toLowerCase());
  return [isNamed ? null : issuer, isDated ? null : period].filter(Boolean).join(", ");
}

// Each page that a claim cites has one button, which shows the first quote on it.
function claim(data, subject) {
  const text = element("p", {}, data.text);
  if (subject) {
    text.prepend(element("span", { class: "subject" }, `${subject}: `));
  }
  const item = element("li", { class: `claim ${data.part}` }, text);
  const cited = new Set();
  for (const citation of data.citations) {
    const place = [citation.version_id, citation.page_number].join();
    if (cited.has(place)) {
      continue;
    }
    cited.add(place);
    const button = element("button", { type: "button", class: "cite", "aria-pressed": "false" }, `${citation.document_title}, p. ${citation.page_number}`);
    button.addEventListener("click", () => openCitation(citation, button));
    item.append(button);
  }
  return item;
}

function notes(done) {
  const made = [];
  if (done.outcome === "not-found") {
    made.push("Not found in the documents that you can see.");
  }
  if (done.notice) {
    made.push(done.notice);
  }
  if (done.degraded && done.degraded_reason !== "embeddings-unavailable") {
    made.push("The language model failed, so this answer quotes the documents directly.");
  }
  if (done.dropped > 0) {
    made.push(`${done.dropped} unsupported sentence${done.dropped === 1 ? " was" : "s were"} left out.`);
  }
  return [...new Set(made)].map((text) => element("p", { class: "note" }, text));
}

// A comparison. A cell is a button that opens the first citation of the claim that states it.
function grid(data, claims) {
  const head = element("tr", {}, element("td"), ...data.columns.map((name) => element("th", { scope: "col" }, name)));
  const rows = data.rows.map((row) => element("tr", {}, element("th", { scope: "row" }, row.label), ...row.cells.map((cell) => gridCell(cell, claims))));
  return element("table", { class: "comparison" }, element("thead", {}, head), element("tbody", {}, ...rows));
}

function gridCell(cell, claims) {
  const citation = claims.find((each) => each.ordinal === cell.claim)?.citations[0];
  if (!citation) {
    return element("td", {}, cell.text);
  }
  const button = element("button", { type: "button", class: "cite", "aria-pressed": "false" }, cell.text);
  button.addEventListener("click", () => openCitation(citation, button));
  return element("td", {}, button);
}

// Shows claims as they come: first the answer with what supports it, then the related passages under a heading.
class Shown {
  constructor(place) {
    this.said = new Set(); // no claim is shown twice
    this.claims = element("ol", { class: "said" });
    this.related = element("ul", { class: "related" });
    this.beside = element("section", { class: "beside", hidden: "" }, element("h3", {}, "Related passages"), this.related);
    place.replaceChildren(this.claims, this.beside);
  }

  add(data) {
    const said = [data.text, data.subject.issuer, data.subject.period].join("\n");
    if (this.said.has(said)) {
      return;
    }
    this.said.add(said);
    const isRelated = data.part === "related";
    // What supports an answer has its issuer: it is named again only if it is another one.
    const isNamed = data.part === "support" && data.subject.issuer === this.first?.subject.issuer;
    (isRelated ? this.related : this.claims).append(claim(data, isNamed ? "" : unsaidSubject(data)));
    this.first ??= data;
    this.beside.hidden = this.related.childElementCount === 0;
  }

  finish(done) {
    if (done.grid) {
      this.beside.before(grid(done.grid, done.claims));
    }
    if (done.claims.length === 0) {
      this.beside.querySelector("h3").textContent = "Nearest in the documents";
      this.claims.remove();
    }
    this.beside.before(...notes(done));
  }
}

// Asks a turn once, and shows its answer in `place`. Calls `understood` with the turn before its answer comes, and again
// with the whole turn. A repeat of a turn that is complete gets it as JSON, not as events.
export async function showTurn(place, path, body, key, understood) {
  const limit = silenceLimit();
  try {
    const response = await send(path, {
      method: "POST",
      headers: { Accept: "text/event-stream", "Content-Type": "application/json", "Idempotency-Key": key },
      body,
      signal: limit.signal,
    });
    if (!response.headers.get("Content-Type").startsWith("text/event-stream")) {
      const turn = await received(response.json());
      understood(turn);
      showAnswer(place, turn.answer);
      return;
    }
    let shown = null;
    for await (const event of events(response, limit.heard)) {
      if (event.name === "claim") {
        shown ??= new Shown(place);
        shown.add(event.data);
      } else if (event.name === "done") {
        shown ??= new Shown(place);
        shown.finish(event.data);
      } else if (event.name === "understood") {
        understood(event.data);
      } else if (event.name === "turn") {
        understood(event.data);
        return;
      } else if (event.name === "error") {
        throw new Problem(event.data, event.data.status);
      }
    }
    throw new Interruption();
  } finally {
    limit.stop();
  }
}

// Shows a complete answer in `place`, or nothing if Footnote asked back.
export function showAnswer(place, answer) {
  if (!answer) {
    place.replaceChildren();
    return;
  }
  if (answer.outcome === "withdrawn") {
    place.replaceChildren(element("p", { class: "note" }, "This answer used a document that you can no longer see."));
    return;
  }
  const shown = new Shown(place);
  [...answer.claims, ...answer.related].forEach((data) => shown.add(data));
  shown.finish(answer);
}
