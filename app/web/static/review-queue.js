import { idempotencyKey, send } from "./api.js";

const problem = document.getElementById("problem");

async function post(path, body) {
  problem.textContent = "";
  const headers = { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey() };
  try {
    return await (await send(path, { method: "POST", headers, body: JSON.stringify(body) })).json();
  } catch (error) {
    problem.textContent = error.message || "The server is not available. Try again.";
    return null;
  }
}

async function openNext() {
  const schema = document.getElementById("schema").value.trim();
  const found = await post("/v1/review/tasks/claim-next", schema ? { schema } : {});
  if (found?.task) {
    window.location.assign(`/review/tasks/${found.task.id}`);
  } else if (found) {
    problem.textContent = "No task waits for you.";
  }
}

document.getElementById("next")?.addEventListener("click", openNext);
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select, textarea") !== null;
  if (event.key === "g" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey && document.getElementById("next")) {
    openNext();
  }
});
for (const select of document.querySelectorAll(".assign")) {
  let before = select.value;
  select.addEventListener("change", async () => {
    const done = await post(`/v1/review/tasks/${select.dataset.task}/assign`, { assignee: select.value || null });
    if (done === null) {
      select.value = before;
    }
    before = select.value;
  });
}

// Enable the button only now: a click before this script has run would do nothing.
if (document.getElementById("next")) {
  document.getElementById("next").disabled = false;
}
