// Calls to the API. The browser adds the session cookie; this header proves that our own page made the call.
import { Interruption, noteUp, persist, silenceLimit } from "./retries.js";

export const PAGE_HEADER = { "X-Footnote-Page": "1" };

export class Problem extends Error {
  constructor(body, status, retryAfter = null) {
    super((body && (body.detail || body.title)) || `The server returned status ${status}. Try again later.`);
    this.code = body && body.code;
    this.status = status;
    this.retryAfter = waitOf(retryAfter); // milliseconds, or null
  }
}

// Retry-After has seconds or a date (RFC 9110, section 10.2.3).
function waitOf(retryAfter) {
  const wait = Number.isNaN(Number(retryAfter)) ? Date.parse(retryAfter) - Date.now() : 1_000 * Number(retryAfter);
  return retryAfter === null || Number.isNaN(wait) ? null : Math.max(100, wait);
}

// Throws an Interruption if `promise` fails, because the connection broke.
export const received = (promise) => promise.catch(() => { throw new Interruption(); });

// Asks for a sign-in in another tab, so that what was typed on this page stays.
function askForSignIn() {
  const link = element("a", { href: "/sign-in", target: "_blank", rel: "noopener" }, "Sign in again in a new tab");
  document.getElementById("outage").replaceChildren("Your session has ended. What you entered is still here. ", link, ", then repeat the last step.");
}

// Sends a request once. Throws an Interruption, or the Problem in the response.
export async function send(path, options = {}) {
  const response = await received(fetch(path, {
    credentials: "same-origin",
    ...options,
    headers: { Accept: "application/json", ...PAGE_HEADER, ...options.headers },
  }));
  if (response.status === 401) {
    askForSignIn();
  }
  if (!response.ok) {
    throw new Problem(await response.json().catch(() => null), response.status, response.headers.get("Retry-After"));
  }
  noteUp();
  return response;
}

// Returns the JSON at `path`. Repeats the request during an outage; `afterwards` is as for `persist`.
export function read(path, afterwards) {
  return persist(async () => {
    const limit = silenceLimit();
    try {
      return await received((await send(path, { signal: limit.signal })).json());
    } finally {
      limit.stop();
    }
  }, afterwards);
}

export const idempotencyKey = () => crypto.randomUUID();

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) {
      made.setAttribute(key, value === true ? "" : value);
    }
  }
  made.append(...children);
  return made;
}
