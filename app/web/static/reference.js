// The API reference. "Execute" sends a request with the session cookie, or with the key entered under "Authorize".
import { PAGE_HEADER } from "./api.js";

const texts = new Map();
const { documentElement: root } = document;
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

// Swagger UI's style sheet has dark colours for this class.
function setColours() {
  root.classList.toggle("dark-mode", root.dataset.theme === "dark" || (!root.dataset.theme && systemIsDark.matches));
}

setColours();
systemIsDark.addEventListener("change", setColours);

// Returns the text in which a search looks for words: tag, method, path, description, and codes of possible problems.
function textOf(tag, item) {
  const id = item.get("id");
  if (!texts.has(id)) {
    const operation = item.get("operation").toJS();
    const answers = Object.values(operation.responses || {});
    const codes = answers.flatMap((answer) => Object.keys(answer.content?.["application/problem+json"]?.examples || {}));
    const names = (operation.parameters || []).map((parameter) => parameter.name);
    const { operationId, summary, description } = operation;
    const words = [tag, item.get("method"), item.get("path"), operationId, summary, description, ...names, ...codes];
    texts.set(id, words.join(" ").toLowerCase());
  }
  return texts.get(id);
}

const search = () => ({
  fn: {
    opsFilter(groups, phrase) {
      const words = phrase.toLowerCase().split(/\s+/);
      const matches = (tag) => (item) => words.every((word) => textOf(tag, item).includes(word));
      return groups
        .map((group, tag) => group.update("operations", (operations) => operations.filter(matches(tag))))
        .filter((group) => group.get("operations").size > 0);
    },
  },
});

// Returns the part of the document at the path, and everything that this part refers to.
function partOf(document, path) {
  const part = { ...document, paths: {}, components: { securitySchemes: document.components.securitySchemes } };
  const taken = new Set();
  const take = (keys) => {
    if (taken.has(keys.join("/"))) return;
    taken.add(keys.join("/"));
    const [group, ...rest] = keys;
    const name = rest.pop();
    const [from, to] = rest.reduce(([one, other], key) => [one?.[key], (other[key] ??= {})], [document[group], part[group]]);
    if (from?.[name] === undefined) return;
    to[name] = from[name];
    follow(from[name]);
  };
  const follow = (value) => {
    if (typeof value === "string" && value.startsWith("#/components/")) take(value.slice(2).split("/"));
    else if (value !== null && typeof value === "object") Object.values(value).forEach(follow);
  };
  take(path.slice(0, path[0] === "paths" ? 2 : 3)); // parameters of a path apply to its operations
  return part;
}

// Swagger UI resolves an operation that is opened in the whole document, which takes seconds (its issue 10748).
const quickResolution = ({ fn: { resolveSubtree } }) => ({
  fn: {
    resolveSubtree: (document, path, options) => resolveSubtree(partOf(document, [...path]), path, options),
  },
});

window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#main",
  layout: "BaseLayout",
  plugins: [search, quickResolution],
  filter: true,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null,
  // Sort operations for operators last.
  tagsSorter: (one, other) => (one === "operations") - (other === "operations"),
  // The header proves that a page of this site sent the request. The displayed curl command needs a key instead.
  requestInterceptor: (request) => Object.assign(request, { headers: { ...request.headers, ...PAGE_HEADER } }),
  showMutatedRequest: false,
  onComplete() {
    const input = document.querySelector(".operation-filter-input");
    input.placeholder = "Search: a word, a path, a problem code";
    input.setAttribute("aria-label", "Search the operations");
  },
});
