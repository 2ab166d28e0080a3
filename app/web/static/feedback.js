// Feedback on an answer: right, wrong or not useful; for the last two, a comment, the right answer and its page.
import { element, idempotencyKey, send } from "./api.js";
import { persist } from "./retries.js";

const AFTERWARDS = "Try again later.";
const VERDICTS = { right: "Right", wrong: "Wrong", "not-useful": "Not useful" };

function give(questionId, body) {
  const key = idempotencyKey();
  return persist(() => send(`/v1/questions/${questionId}/feedback`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify(body),
  }), AFTERWARDS);
}

function field(label, control) {
  return element("label", {}, label, control);
}

// Returns the form for what is wrong. `documents` are [id, title] of those that the answer cites.
function detailsOf(verdict, documents, store) {
  const comment = element("textarea", { rows: "2", maxlength: "2000" });
  const rightAnswer = element("input", { maxlength: "2000" });
  const document_ = element("select", {}, element("option", { value: "" }, "None"), ...documents.map(([id, title]) => element("option", { value: id }, title)));
  const page = element("input", { type: "number", min: "1", inputmode: "numeric" });
  const form = element(
    "form", { class: "feedback-form" },
    field("Comment", comment), field("Right answer", rightAnswer), field("Document with the right answer", document_), field("Its page", page),
    element("p", { class: "hint" }, "Engineers who may read the same documents see your feedback with the question."),
    element("button", { type: "submit" }, "Send feedback"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const pages = document_.value && page.value ? [{ document_id: document_.value, page: Number(page.value) }] : [];
    store({ verdict, comment: comment.value, right_answer: rightAnswer.value, pages }, form);
  });
  return form;
}

// Returns the buttons for an answer. `verdict` is what the user said before, or null.
export function feedbackOn(answer, verdict) {
  const state = element("span", { class: "meta", role: "status" }, verdict ? `You said: ${VERDICTS[verdict].toLowerCase()}.` : "");
  const place = element("div", { class: "feedback", role: "group", "aria-label": "Is this answer right?" });
  const cited = new Map([...answer.claims, ...answer.related].flatMap(({ citations }) => citations.map((span) => [span.document_id, span.document_title])));
  async function store(body, form) {
    try {
      await give(answer.id, body);
      form?.remove();
      state.textContent = `You said: ${VERDICTS[body.verdict].toLowerCase()}.`;
    } catch (error) {
      state.textContent = error.message;
    }
  }
  for (const [name, label] of Object.entries(VERDICTS)) {
    const button = element("button", { type: "button", class: "quiet" }, label);
    button.addEventListener("click", () => {
      place.querySelector("form")?.remove();
      if (name === "right") {
        store({ verdict: name });
      } else {
        const form = detailsOf(name, [...cited], store);
        place.append(form);
        form.querySelector("textarea").focus();
      }
    });
    place.append(button);
  }
  place.append(state);
  return place;
}
