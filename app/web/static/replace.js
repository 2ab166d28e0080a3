// Uploads a new version of the document, follows how it is read, and then shows the document.
import { idempotencyKey } from "./api.js";
import { persist } from "./retries.js";
import { follow, send } from "./upload.js";

const UNKNOWN = "If the server received the file, it reads it in the background. Load this page again to see.";
const form = document.getElementById("replace");
const address = form && `/documents/${form.dataset.document}`;

async function replace() {
  const state = document.getElementById("replace-state");
  const bar = document.getElementById("replace-bar");
  const [file] = document.getElementById("replace-file").files;
  const password = document.getElementById("replace-password").value;
  const button = form.querySelector("button");
  button.disabled = true;
  bar.hidden = false;
  state.className = "";
  state.textContent = "Uploading…";
  try {
    const key = idempotencyKey();
    const fields = { priority: "interactive", ...(password ? { password } : {}) };
    const upload = { path: `/v1${address}/versions`, fields, file, key };
    const sent = await persist(() => send(upload, (share) => { bar.value = share / 2; }), UNKNOWN);
    const run = await follow(sent.run ?? sent.document, (current) => {
      state.textContent = `Reading the file: ${current.stage}…`;
      bar.value = 0.75;
    });
    if (run.status === "failed" && !sent.run) {
      throw new Error("This file was uploaded before and could not be read. Choose a corrected file.");
    }
    window.location.assign(address);
  } catch (error) {
    state.className = "problem";
    state.textContent = error.message;
    bar.hidden = true;
    button.disabled = false;
  }
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  replace();
});
