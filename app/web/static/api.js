// Calls to the API. The browser adds the session cookie; this header proves that our own page made the call.
export const PAGE_HEADER = { "X-Footnote-Page": "1" };

export class Problem extends Error {
  constructor(body, status) {
    super((body && (body.detail || body.title)) || `The server returned status ${status}. Try again later.`);
    this.code = body && body.code;
  }
}

export async function call(path, options = {}) {
  const response = await fetch(path, {
    credentials: "same-origin",
    ...options,
    headers: { Accept: "application/json", ...PAGE_HEADER, ...options.headers },
  });
  if (response.status === 401) {
    window.location.assign("/");
  }
  if (!response.ok) {
    throw new Problem(await response.json().catch(() => null), response.status);
  }
  return response;
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
