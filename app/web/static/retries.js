// Repeats requests that an outage of the server interrupts. A repeat is safe: a POST keeps its idempotency key.
const GIVE_UP_AFTER = 120_000; // milliseconds, as RETRY_SECONDS in app/client/retries.py
const FIRST_WAIT = 200;
const LONGEST_WAIT = 5_000;
const LONGEST_SILENCE = 60_000;
const OUTAGES = new Set([502, 503, 504]);

// No response arrived, or it broke off.
export class Interruption extends Error {}

// The server did not become available in time.
export class GivenUp extends Error {}

let downSince = null; // when the current outage began; all requests share it

const show = (text) => { document.getElementById("outage").textContent = text; };

export function noteUp() {
  downSince = null;
  show("");
}

export const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

// Aborts a request that is silent for too long. Call `heard` when a part arrives, and `stop` at the end.
export function silenceLimit() {
  const controller = new AbortController();
  let timer;
  const stop = () => clearTimeout(timer);
  const heard = () => {
    stop();
    timer = setTimeout(() => controller.abort(), LONGEST_SILENCE);
  };
  heard();
  return { signal: controller.signal, heard, stop };
}

// Runs `attempt` until it succeeds or fails for another reason than an outage. When the page gives up, its message ends
// with `afterwards`: what the server may still do in the background.
export async function persist(attempt, afterwards) {
  let failingSince = null;
  for (let backoff = FIRST_WAIT; ; backoff = Math.min(2 * backoff, LONGEST_WAIT)) {
    try {
      const result = await attempt();
      noteUp();
      return result;
    } catch (error) {
      const isOutage = error instanceof Interruption || OUTAGES.has(error.status);
      if (error.status === 401) {
        downSince = null; // The line shows how to sign in again.
      } else if (error.status && !isOutage) {
        noteUp();
      }
      if (!isOutage && error.status !== 429 && error.code !== "idempotency-in-progress") {
        throw error;
      }
      const now = performance.now();
      failingSince ??= now;
      if (isOutage) {
        downSince ??= now;
      }
      const left = Math.min(failingSince, downSince ?? now) + GIVE_UP_AFTER - now;
      if (left <= 0) {
        show("");
        throw new GivenUp(`${isOutage ? "The server has not been available for two minutes." : error.message} ${afterwards}`);
      }
      if (isOutage) {
        show("The server is not available. Trying again…");
      }
      await pause(Math.min(error.retryAfter ?? backoff * (0.5 + Math.random() / 2), left));
    }
  }
}
