// Where to search: chips for what is chosen, and lists to choose from. The choice stays for the conversation.
import { element, read } from "./api.js";
import { whenChosen } from "./choosing.js";

const chips = document.getElementById("chips");
const choices = document.getElementById("choices");
const details = document.getElementById("scope");
const AFTERWARDS = "Load this page again later to choose where to search.";
const PERIODS = ["FY", "Q1", "Q2", "Q3", "Q4"].map((value) => ({ value, label: value }));
const FIELDS = {
  issuers: "Issuer",
  document_types: "Type",
  fiscal_years: "Fiscal year",
  periods: "Period",
  collection_ids: "Collection",
  document_ids: "Document",
};

let chosen = []; // [{ field, value, label }]
let isChanged = false;

// Returns the scope for the API if the user has changed it since the last turn, else null.
export function takeScope() {
  if (!isChanged) {
    return null;
  }
  isChanged = false;
  const scope = {};
  for (const { field, value } of chosen) {
    (scope[field] ??= []).push(field === "fiscal_years" ? Number(value) : value);
  }
  return scope;
}

// Keeps a change for the next attempt, because the turn failed.
export const keepChange = () => { isChanged = true; };

// Names what a scope of the API has, as pairs of field and label.
export function partsOf(scope) {
  const named = (field, items) => items.map(({ id, name }) => ({ field, value: id, label: name }));
  const plain = (field, items) => items.map((item) => ({ field, value: String(item), label: field === "fiscal_years" ? `FY${item}` : item }));
  return [
    ...plain("issuers", scope.issuers),
    ...plain("document_types", scope.document_types),
    ...plain("fiscal_years", scope.fiscal_years),
    ...plain("periods", scope.periods),
    ...named("collection_ids", scope.collections),
    ...named("document_ids", scope.documents),
  ];
}

export function showScope(scope) {
  chosen = scope ? partsOf(scope) : [];
  isChanged = false;
  drawChips();
}

function drawChips() {
  chips.replaceChildren(...chosen.map((part) => {
    const button = element("button", { type: "button", class: "cite", "aria-label": `Remove ${FIELDS[part.field]} ${part.label}` }, `${part.label} ×`);
    button.addEventListener("click", () => {
      chosen = chosen.filter((other) => other !== part);
      isChanged = true;
      drawChips();
      document.getElementById("question").focus();
    });
    return element("li", {}, button);
  }));
}

// Names an object of the page's address; null if the user may not see it.
async function nameOf(field, value) {
  const path = { document_ids: "/v1/documents/", collection_ids: "/v1/collections/" }[field];
  if (!path) {
    return field === "fiscal_years" ? `FY${value}` : value;
  }
  try {
    const found = await read(`${path}${encodeURIComponent(value)}`, AFTERWARDS);
    return found.title || found.name || found.filename;
  } catch {
    return null;
  }
}

// Chooses what the page's address names, such as `?document_ids=…`.
export async function presetScope() {
  const asked = new URLSearchParams(window.location.search);
  for (const field of Object.keys(FIELDS)) {
    for (const value of new Set(asked.getAll(field))) {
      const label = await nameOf(field, value);
      if (label && !chosen.some((part) => part.field === field && part.value === value)) {
        chosen.push({ field, value, label });
        isChanged = true;
        drawChips();
      }
    }
  }
}

function choice(field, options) {
  const select = element("select", {}, element("option", { value: "" }, "Any"), ...options.map(({ value, label }) => element("option", { value }, label)));
  whenChosen(select, () => {
    const option = select.selectedOptions[0];
    if (select.value && !chosen.some((part) => part.field === field && part.value === select.value)) {
      chosen.push({ field, value: select.value, label: field === "fiscal_years" ? `FY${option.textContent}` : option.textContent });
      isChanged = true;
      drawChips();
    }
    select.value = "";
  });
  return element("label", {}, FIELDS[field], select);
}

async function load() {
  try {
    const [facets, documents] = await Promise.all([
      read("/v1/documents/facets", AFTERWARDS),
      read("/v1/documents?limit=200", AFTERWARDS),
    ]);
    choices.replaceChildren(
      choice("issuers", facets.issuer),
      choice("document_types", facets.document_type),
      choice("fiscal_years", facets.fiscal_year),
      choice("periods", PERIODS),
      choice("collection_ids", facets.collection_id),
      choice("document_ids", documents.items.map((item) => ({ value: item.id, label: item.title || item.filename }))),
    );
  } catch (error) {
    choices.replaceChildren(element("p", { class: "problem", role: "alert" }, error.message));
  }
}

// Loads the lists when they are first shown.
export function offerScope() {
  details.addEventListener("toggle", () => {
    if (details.open) {
      load();
    }
  });
}
