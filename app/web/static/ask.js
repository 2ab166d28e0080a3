import { Problem, element, idempotencyKey, received, send } from "./api.js";
import { Interruption, persist, silenceLimit } from "./retries.js";
import { openCitation } from "./viewer.js";

const AFTERWARDS = "Ask again later. If the server finishes this answer in the background, the page does not show it.";
const answer = document.getElementById("answer");

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

function claim(data) {
  const item = element("li", { class: "claim" }, element("p", {}, data.text));
  for (const citation of data.citations) {
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
  return made.map((text) => element("p", { class: "note" }, text));
}

// Asks once. A repeat of a question that was answered completely gets its answer as JSON, not as events.
async function show(body, key) {
  const limit = silenceLimit();
  try {
    const response = await send("/v1/questions", {
      method: "POST",
      headers: { Accept: "text/event-stream", "Content-Type": "application/json", "Idempotency-Key": key },
      body,
      signal: limit.signal,
    });
    const claims = element("ol");
    if (!response.headers.get("Content-Type").startsWith("text/event-stream")) {
      const done = await received(response.json());
      claims.append(...done.claims.map(claim));
      answer.replaceChildren(claims, ...notes(done));
      return;
    }
    answer.replaceChildren(claims);
    for await (const event of events(response, limit.heard)) {
      if (event.name === "claim") {
        claims.append(claim(event.data));
      } else if (event.name === "done") {
        answer.append(...notes(event.data));
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

export async function ask(form) {
  const button = form.querySelector("button");
  const body = JSON.stringify({ question: form.elements.question.value });
  const key = idempotencyKey();
  answer.replaceChildren(element("p", { class: "hint" }, "Searching the documents…"));
  answer.setAttribute("aria-busy", "true");
  button.disabled = true;
  try {
    await persist(() => show(body, key), AFTERWARDS);
  } catch (error) {
    answer.querySelector(".hint")?.remove();
    answer.append(element("p", { class: "problem", role: "alert" }, error.message));
  } finally {
    answer.setAttribute("aria-busy", "false");
    button.disabled = false;
  }
}
