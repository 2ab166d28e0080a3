import { PAGE_HEADER, Problem, element, idempotencyKey, read } from "./api.js";
import { GivenUp, Interruption, pause, persist, silenceLimit } from "./retries.js";

const UNKNOWN = "If the server received this file, it reads it in the background and lists it under Documents. Otherwise, upload it again: no file is stored twice.";
const STORED = "The file is stored, and the server goes on reading it in the background. Load this page again later: the file is listed under Documents.";
const READ_BEFORE = "This file was uploaded before and could not be processed. Upload a corrected file.";
const UPLOADS_AT_ONCE = 4; // a browser has six connections to a server; two are left for other requests
const list = document.getElementById("uploads");
const STAGES = ["validate", "parse", "extract", "chunk", "embed", "publish"];
const turns = [];
let sending = 0;
let following = 0;

async function inTurn(work) {
  if (sending === UPLOADS_AT_ONCE) {
    await new Promise((resolve) => { turns.push(resolve); });
  } else {
    sending += 1;
  }
  try {
    return await work();
  } finally {
    turns.length > 0 ? turns.shift()() : sending -= 1;
  }
}

// The browser reports a file that it can't read as an interrupted request. A removed file may also look empty.
async function checkReadable(file, size) {
  const { byteLength } = await file.slice(0, 1).arrayBuffer().catch(() => ({ byteLength: 0 }));
  if (byteLength < Math.min(1, size)) {
    throw new Error("The file can't be read any more. Choose it again.");
  }
}

// XMLHttpRequest reports upload progress; fetch can't.
export function send({ path, fields, file, key }, onProgress) {
  return new Promise((resolve, reject) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      body.append(name, value);
    }
    body.append("file", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.responseType = "json";
    request.setRequestHeader("Idempotency-Key", key);
    for (const [name, value] of Object.entries(PAGE_HEADER)) {
      request.setRequestHeader(name, value);
    }
    const limit = silenceLimit();
    limit.signal.addEventListener("abort", () => request.abort());
    request.upload.addEventListener("progress", (event) => {
      limit.heard();
      onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      const { response, status } = request;
      status < 300 && response ? resolve(response) : reject(new Problem(response, status, request.getResponseHeader("Retry-After")));
    });
    request.addEventListener("error", () => reject(new Interruption()));
    request.addEventListener("abort", () => reject(new Interruption()));
    request.addEventListener("loadend", limit.stop);
    request.send(body);
  });
}

// The interval grows with the number of runs, so that all of them stay below the rate limit.
export async function follow(run, onStage) {
  following += 1;
  try {
    for (let wait = 300; run.status === "queued" || run.status === "running"; wait = Math.min(wait * 1.3, 3000)) {
      onStage(run);
      await pause(Math.max(wait, 250 * following));
      run = await read(`/v1/runs/${run.id}`, STORED);
    }
  } finally {
    following -= 1;
  }
  return run;
}

async function upload(file, collection) {
  const bar = element("progress", { max: "1", value: "0", "aria-label": `Progress of ${file.name}` });
  const state = element("span", { class: "meta" }, "uploading");
  const key = idempotencyKey();
  const { size } = file;
  list.prepend(element("li", {}, element("span", {}, file.name), element("br"), state, bar));
  try {
    const fields = { collection, priority: "interactive" };
    const once = () => send({ path: "/v1/documents", fields, file, key }, (share) => { bar.value = share / 2; }).catch(async (error) => {
      if (error instanceof Interruption) {
        await checkReadable(file, size);
      }
      throw error;
    });
    const sent = await inTurn(() => persist(once, UNKNOWN));
    const run = await follow(sent.run ?? sent.document, (current) => {
      state.textContent = current.stage;
      bar.value = 0.5 + (STAGES.indexOf(current.stage) + 1) / (2 * STAGES.length + 2);
    });
    bar.value = 1;
    const failed = run.status === "failed";
    state.className = failed ? "failed" : "ready";
    state.textContent = failed ? (run.error ?? run.failure)?.detail ?? READ_BEFORE : run.status;
  } catch (error) {
    state.className = error instanceof GivenUp ? "meta" : "failed";
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
