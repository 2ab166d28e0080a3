import { ask, restore } from "./conversation.js";
import { listDocuments } from "./documents.js";
import { offerScope, presetScope } from "./scope.js";
import { watchUploads } from "./upload.js";
import { closeViewer } from "./viewer.js";

// The home page of some roles has no conversation, and the page to ask has no list of documents.
const form = document.getElementById("question-form");
const files = document.getElementById("files");

function startAsking() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form.elements.question);
  });
  const question = document.getElementById("question");
  question.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      form.requestSubmit();
    }
  });
  document.getElementById("close").addEventListener("click", closeViewer);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      closeViewer();
    }
  });
  offerScope();
  let preset = Promise.resolve();
  if (!window.location.hash) {
    question.value = new URLSearchParams(window.location.search).get("question")?.slice(0, question.maxLength) ?? "";
    preset = presetScope();
  }
  restore();
  // A question asked before the scope is known would be answered from all documents.
  preset.finally(() => { document.getElementById("ask").disabled = false; });
}

function startUploads() {
  watchUploads(listDocuments);
  listDocuments();
  files.disabled = false; // only now, because a file chosen before this script has run would be ignored silently
}

if (form) {
  startAsking();
}
if (files) {
  startUploads();
}
