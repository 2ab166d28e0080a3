import { PAGE_HEADER, call, element, idempotencyKey } from "./api.js";

const list = document.getElementById("uploads");
const STAGES = ["validate", "parse", "extract", "chunk", "embed", "publish"];
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// XMLHttpRequest reports upload progress; fetch can't.
function send(file, collection, onProgress) {
  return new Promise((resolve, reject) => {
    const body = new FormData();
    body.append("collection", collection);
    body.append("priority", "interactive");
    body.append("file", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", "/v1/documents");
    request.responseType = "json";
    request.setRequestHeader("Idempotency-Key", idempotencyKey());
    for (const [name, value] of Object.entries(PAGE_HEADER)) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded / event.total));
    request.addEventListener("load", () => {
      const problem = request.response && request.response.detail;
      request.status < 300 ? resolve(request.response) : reject(new Error(problem || `The server returned status ${request.status}. Try again later.`));
    });
    request.addEventListener("error", () => reject(new Error("The upload was interrupted. Try again.")));
    request.send(body);
  });
}

async function follow(run, onStage) {
  for (let pause = 300; run.status === "queued" || run.status === "running"; pause = Math.min(pause * 1.3, 3000)) {
    onStage(run);
    await wait(pause);
    run = await (await call(`/v1/runs/${run.id}`)).json();
  }
  return run;
}

async function upload(file, collection) {
  const bar = element("progress", { max: "1", value: "0", "aria-label": `Progress of ${file.name}` });
  const state = element("span", { class: "meta" }, "uploading");
  list.prepend(element("li", {}, element("span", {}, file.name), element("br"), state, bar));
  try {
    const sent = await send(file, collection, (share) => { bar.value = share / 2; });
    const run = await follow(sent.run, (current) => {
      state.textContent = current.stage;
      bar.value = 0.5 + (STAGES.indexOf(current.stage) + 1) / (2 * STAGES.length + 2);
    });
    bar.value = 1;
    const failed = run.status === "failed";
    state.className = failed ? "failed" : "ready";
    state.textContent = failed ? run.error.detail : "ready";
  } catch (error) {
    state.className = "failed";
    state.textContent = error.message;
  }
}

export function watchUploads(onDone) {
  const input = document.getElementById("files");
  const area = document.querySelector(".drop-area");
  const start = async (files) => {
    const collection = document.getElementById("collection").value;
    await Promise.all([...files].map((file) => upload(file, collection)));
    onDone();
  };
  input.addEventListener("change", async () => {
    const files = [...input.files];
    input.value = "";
    await start(files);
  });
  for (const name of ["dragenter", "dragover"]) {
    area.addEventListener(name, (event) => { event.preventDefault(); area.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    area.addEventListener(name, (event) => { event.preventDefault(); area.classList.remove("over"); });
  }
  area.addEventListener("drop", (event) => start(event.dataTransfer.files));
}
