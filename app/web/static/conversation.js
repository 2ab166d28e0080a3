// The conversation on the page: its turns, how each was understood, and the list of earlier conversations.
import { element, idempotencyKey, read, received, send } from "./api.js";
import { showAnswer, showTurn } from "./ask.js";
import { feedbackOn } from "./feedback.js";
import { persist } from "./retries.js";
import { keepChange, partsOf, showScope, takeScope } from "./scope.js";

const AFTERWARDS = "Ask again later. If the server finishes this answer in the background, open the conversation again to see it.";
const turns = document.getElementById("answer");
const list = document.getElementById("conversations");
const more = document.getElementById("more-conversations");
const input = document.getElementById("question");
const LOST = "The complete question has words of a document that you can no longer see.";

let current = null; // the id of the conversation
let next = null; // the cursor of the next page of the history

const pathOf = (id) => `/v1/conversations/${id}`;

function call(method, path, body) {
  const key = idempotencyKey();
  return persist(() => send(path, {
    method,
    headers: { "Content-Type": "application/json", ...(method === "POST" ? { "Idempotency-Key": key } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  }), AFTERWARDS);
}

// A turn on the page: the user's words, how they were understood, the answer, and feedback.
class Turn {
  constructor(words) {
    this.head = element("div", { class: "understood" });
    this.place = element("div", {});
    this.article = element("article", { class: "turn" }, element("p", { class: "words" }, words), this.head, this.place);
    turns.append(this.article);
  }

  // Shows how the turn was understood: the complete question with an edit, or what Footnote asks back.
  understand(turn) {
    const { understood } = turn;
    const parts = partsOf(turn.scope).map(({ label }) => label);
    if (turn.scope.hidden) {
      parts.push(`${turn.scope.hidden} more that you cannot see`);
    }
    const searched = parts.length ? [...new Set(parts)].join(", ") : "all documents that you can read";
    const scope = [element("p", { class: "meta" }, `Searched: ${searched}`)];
    if (!understood) {
      this.head.replaceChildren(...scope, element("p", { class: "note" }, LOST));
    } else if (understood.asks) {
      const options = understood.options.map((option) => {
        const button = element("button", { type: "button", class: "cite" }, option);
        button.addEventListener("click", () => askTurn(option));
        return button;
      });
      this.head.replaceChildren(...scope, element("p", { class: "note" }, understood.asks), ...options);
    } else {
      const isSame = understood.question === turn.question;
      const edit = element("button", { type: "button", class: "cite" }, isSame ? "Edit the question" : "Edit");
      edit.addEventListener("click", () => this.edit(turn, edit));
      const line = element("p", {}, ...(isSame ? [] : ["Understood as: ", element("strong", {}, understood.question), " "]), edit);
      this.head.replaceChildren(...scope, line, ...understood.notes.map((note) => element("p", { class: "meta" }, note)));
    }
  }

  edit(turn, button) {
    const text = element("textarea", { rows: "2", maxlength: "4000", required: "" });
    text.value = turn.understood.question;
    const cancel = element("button", { type: "button", class: "quiet" }, "Cancel");
    const form = element("form", { class: "edit" }, element("label", {}, "Ask this instead", text), element("button", { type: "submit" }, "Ask this"), cancel);
    cancel.addEventListener("click", () => {
      form.remove();
      button.hidden = false;
      button.focus();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      form.remove();
      button.hidden = false;
      askTurn(text.value, { edits: turn.id });
    });
    button.hidden = true;
    this.head.append(form);
    text.focus();
  }

  judge(turn) {
    if (turn.answer && turn.answer.outcome !== "withdrawn") {
      this.article.append(exportsOf(turn.answer), feedbackOn(turn.answer, turn.feedback));
    }
  }

  fail(error) {
    this.place.replaceChildren(element("p", { class: "problem", role: "alert" }, error.message));
  }
}

// Links to the answer on a page of its own, and to its files.
function exportsOf({ id }) {
  const file = (format, label) => element("a", { href: `/v1/questions/${id}/export?format=${format}`, download: "" }, label);
  return element("p", { class: "meta exports" }, element("a", { href: `/questions/${id}` }, "Link to this answer"), " · Export: ", file("markdown", "Markdown"), " ", file("csv", "CSV"));
}

async function begin() {
  if (current === null) {
    const response = await call("POST", "/v1/conversations", {});
    current = (await received(response.json())).id;
    window.history.replaceState(null, "", `#${current}`);
  }
  return current;
}

async function askTurn(question, extra = {}) {
  const button = document.getElementById("ask");
  const scope = takeScope();
  const key = idempotencyKey();
  turns.querySelectorAll(".turn:has(.problem)").forEach((failed) => failed.remove());
  const shown = new Turn(question);
  shown.place.append(element("p", { class: "hint" }, "Searching the documents…"));
  turns.setAttribute("aria-busy", "true");
  button.disabled = true;
  let latest = null;
  try {
    const id = await begin();
    const body = JSON.stringify({ question, ...extra, ...(scope ? { scope } : {}) });
    await persist(() => showTurn(shown.place, `${pathOf(id)}/turns`, body, key, (turn) => {
      latest = turn;
      shown.understand(turn);
    }), AFTERWARDS);
    shown.place.querySelector(".hint")?.remove();
    shown.judge(latest);
    listConversations();
  } catch (error) {
    if (scope) {
      keepChange();
    }
    shown.fail(error);
  } finally {
    turns.setAttribute("aria-busy", "false");
    button.disabled = false;
  }
}

// Asks what the user has typed; the field is empty afterwards, for a follow-up.
export async function ask(field) {
  const question = field.value;
  await askTurn(question);
  if (field.value === question && !turns.querySelector(".turn:last-child .problem")) {
    field.value = "";
  }
}

async function open(id) {
  try {
    const conversation = await read(pathOf(id), AFTERWARDS);
    current = id;
    turns.replaceChildren();
    showScope(conversation.scope);
    window.history.replaceState(null, "", `#${id}`);
    let cursor = null;
    do {
      const page = await read(`${pathOf(id)}/turns?${new URLSearchParams({ limit: "50", ...(cursor ? { cursor } : {}) })}`, AFTERWARDS);
      for (const turn of page.items) {
        const shown = new Turn(turn.question);
        shown.understand(turn);
        showAnswer(shown.place, turn.answer);
        shown.judge(turn);
      }
      cursor = page.next_cursor;
    } while (cursor);
  } catch (error) {
    close();
    if (error.status !== 404) {
      turns.replaceChildren(element("p", { class: "problem", role: "alert" }, error.message));
    }
  }
}

function close() {
  current = null;
  turns.replaceChildren();
  showScope(null);
  window.history.replaceState(null, "", window.location.pathname);
  input.focus();
}

function row(conversation) {
  const opener = element("button", { type: "button", class: "cite" }, conversation.title);
  opener.addEventListener("click", () => open(conversation.id));
  const rename = element("button", { type: "button", class: "quiet small", "aria-label": `Rename ${conversation.title}` }, "Rename");
  rename.addEventListener("click", async () => {
    const title = window.prompt("Title", conversation.title);
    if (title?.trim()) {
      await change("PATCH", conversation, { title: title.trim().slice(0, 200) });
    }
  });
  const remove = element("button", { type: "button", class: "quiet small", "aria-label": `Delete ${conversation.title}` }, "Delete");
  remove.addEventListener("click", async () => {
    if (window.confirm(`Delete “${conversation.title}” with its questions and answers?`)) {
      await change("DELETE", conversation);
      if (current === conversation.id) {
        close();
      }
    }
  });
  return element("li", {}, opener, rename, remove);
}

async function change(method, conversation, body) {
  try {
    await call(method, pathOf(conversation.id), body);
    await listConversations();
  } catch (error) {
    list.append(element("li", { class: "problem", role: "alert" }, error.message));
  }
}

async function listConversations(cursor = null) {
  try {
    const page = await read(`/v1/conversations?${new URLSearchParams({ limit: "20", ...(cursor ? { cursor } : {}) })}`, "Load this page again later to see them.");
    const rows = page.items.map(row);
    cursor ? list.append(...rows) : list.replaceChildren(...rows);
    next = page.next_cursor;
    more.hidden = !next;
  } catch (error) {
    list.replaceChildren(element("li", { class: "problem", role: "alert" }, error.message));
  }
}

// Shows the history, and the conversation in the page's address, if there is one.
export function restore() {
  document.getElementById("new-conversation").addEventListener("click", close);
  more.addEventListener("click", () => listConversations(next));
  listConversations();
  if (/^#[0-9a-f-]{36}$/.test(window.location.hash)) {
    open(window.location.hash.slice(1));
  }
}
