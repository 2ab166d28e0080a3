// A mention counts as opened when its link is followed.
import { idempotencyKey, send } from "./api.js";

for (const link of document.querySelectorAll("[data-mention]")) {
  link.addEventListener("click", () => {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey() };
    send(`/v1/review/mentions/${link.dataset.mention}/read`, { method: "POST", headers, body: "{}", keepalive: true }).catch(() => {});
  });
}
