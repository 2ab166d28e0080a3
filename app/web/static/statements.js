import { closeViewer, openCitation } from "./viewer.js";

for (const button of document.querySelectorAll(".cite[data-document]")) {
  const { document: id, version, title, page, start, end } = button.dataset;
  const place = { document_id: id, version_id: version, document_title: title, page_number: Number(page) };
  button.addEventListener("click", () => {
    openCitation({ ...place, char_start: Number(start), char_end: Number(end) }, button);
  });
}
document.getElementById("close")?.addEventListener("click", closeViewer);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.getElementById("viewer")) {
    closeViewer();
  }
});
