import { call, element } from "./api.js";

const list = document.getElementById("documents");
const more = document.getElementById("more");
let next = null;

function describe(item) {
  const facts = [item.issuer, item.document_type, item.fiscal_year && `${item.fiscal_period || ""} ${item.fiscal_year}`];
  return facts.filter(Boolean).join(" · ");
}

function row(item) {
  return element(
    "li",
    {},
    element("span", {}, item.title || item.filename),
    element("br"),
    element("span", { class: "meta" }, describe(item) || item.status || ""),
    ...(item.failure ? [element("br"), element("span", { class: "failed" }, item.failure.detail)] : []),
  );
}

async function load(cursor) {
  const query = new URLSearchParams({ limit: "50" });
  if (cursor) {
    query.set("cursor", cursor);
  }
  const page = await (await call(`/v1/documents?${query}`)).json();
  list.append(...page.items.map(row));
  next = page.next_cursor;
  more.hidden = !next;
}

export async function listDocuments() {
  list.replaceChildren();
  await load(null);
}

more.addEventListener("click", () => load(next));
