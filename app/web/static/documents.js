import { element, read } from "./api.js";

const list = document.getElementById("documents");
const more = document.getElementById("more");
let next = null;

function describe(item) {
  const facts = [item.issuer, item.document_type, item.fiscal_year && `${item.fiscal_period || ""} ${item.fiscal_year}`];
  return facts.filter(Boolean).join(" · ");
}

function statements(item) {
  const href = `/issuers?${new URLSearchParams({ name: item.issuer })}`;
  return element("a", { href, "aria-label": `Statements of ${item.issuer}` }, "Statements");
}

function row(item) {
  return element(
    "li",
    {},
    element("span", {}, item.title || item.filename),
    element("br"),
    element("span", { class: "meta" }, describe(item) || item.status || ""),
    ...(item.issuer && item.newest_version.fact_count ? [element("br"), statements(item)] : []),
    ...(item.failure ? [element("br"), element("span", { class: "failed" }, item.failure.detail)] : []),
  );
}

async function load(cursor) {
  const query = new URLSearchParams({ limit: "50" });
  if (cursor) {
    query.set("cursor", cursor);
  }
  more.disabled = true;
  list.querySelector(".problem")?.remove();
  try {
    const page = await read(`/v1/documents?${query}`, "Load this page again later to see the documents.");
    const rows = page.items.map(row);
    cursor ? list.append(...rows) : list.replaceChildren(...rows);
    next = page.next_cursor;
    more.hidden = !next;
  } catch (error) {
    list.append(element("li", { class: "problem", role: "alert" }, error.message));
  } finally {
    more.disabled = false;
  }
}

export const listDocuments = () => load(null);

more?.addEventListener("click", () => load(next));
