import { ask, restore } from "./conversation.js";
import { listDocuments } from "./documents.js";
import { offerScope } from "./scope.js";
import { watchUploads } from "./upload.js";
import { closeViewer } from "./viewer.js";

const form = document.getElementById("question-form");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(form.elements.question);
});
document.getElementById("question").addEventListener("keydown", (event) => {
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
watchUploads(listDocuments);
listDocuments();
offerScope();
restore();

// Enable the controls only now, because a file chosen before this script has run would be ignored silently.
for (const control of [document.getElementById("files"), document.getElementById("ask")]) {
  control.disabled = false;
}
